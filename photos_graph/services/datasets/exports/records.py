"""The records of an export: the labels of a photo, as a line of ``photos.jsonl``, and those of the library.

Records refer to tags, persons and folders by name or path rather than by id. A mark is a label that a person or a file
asserted, or denied. Its time is when it was asserted, in milliseconds since the epoch (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from photos_graph.model.labels import TagSource
from photos_graph.model.library import Exposure, Location, PlaceKind
from photos_graph.model.properties import NO_DESCRIPTION, Description, PhotoProperty
from photos_graph.model.search import PhotoOrder
from photos_graph.model.stacks import StackKind
from photos_graph.search.filters import PhotoFilter


@dataclass(frozen=True, slots=True)
class TagMark:
    """A tag that a person, or the file by a keyword (IMPORTED), put on a photo or folder, or excluded from it.

    ``at`` is None if the time is unknown, as it is in a sidecar. ``recursive`` is set for folders only.
    """

    tag: str  # path
    excluded: bool = False
    at: int | None = None
    by: str = ""
    via: str | None = None  # MANUAL, IMPORTED or FOLDER_NAME; None for an exclusion
    recursive: bool | None = None


@dataclass(frozen=True, slots=True)
class PersonMark:
    """The assertion that a face is a person's or, if ``never``, that it is not."""

    person: str  # name, with a note or birthday if others have it too
    never: bool = False
    at: int | None = None
    by: str = ""
    via: str | None = None


@dataclass(frozen=True, slots=True)
class ValueMark:
    """A rating or favourite. ``at`` is None if no person has set it: the value is then the file's, or the default."""

    value: int | bool | None = None
    at: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PropertyMark:
    """What a person says about a property in place of the file: its ``values`` by name, such as ``latitude``. ``at`` is
    None if the time is unknown, as it is in a sidecar."""

    property: PhotoProperty
    values: dict[str, str | float | None]
    at: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class StackMark:
    """The place of a photo in a stack, as a person decided it. ``stack`` is an id that the photos of the stack have in
    common, or None for a photo that a person took out. The photo with the lowest rank is the cover."""

    stack: str | None
    kind: StackKind | None
    rank: int
    at: int | None
    by: str | None


@dataclass(frozen=True, slots=True)
class AlbumMark:
    """The place of a photo in an album. Positions are whole numbers that ascend in the order of the album. A photo that
    is only the ``cover`` of a smart album has none."""

    album: str  # name
    position: int | None = None
    at: int | None = None
    by: str | None = None
    cover: bool = False


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """A face of a photo.

    ``box`` is x, y, width and height as shares of the displayed picture. ``person`` is the name of the person, which a
    user assigned or, if there is a ``score``, a model predicted. ``cover`` tells that the face is the person's cover.
    """

    box: tuple[float, float, float, float]
    source: str = "MANUAL"
    ignored: bool = False
    cover: bool = False
    marks: tuple[PersonMark, ...] = ()
    person: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag that the photo has, with its source. ``folder`` is the path of the folder that passes it down."""

    tag: str  # path
    source: TagSource
    score: float | None = None
    model: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A photo with its labels, which is a line of ``photos.jsonl``."""

    id: str
    sha256: str
    files: tuple[str, ...]  # paths, the root's name first
    split: str = "train"
    taken: str | None = None  # ISO 8601, wall clock; "1987" or "1987-06" if no more is known
    width: int = 0  # as displayed
    height: int = 0
    format: str = ""
    orientation: int | None = None  # EXIF
    tags: tuple[TagRecord, ...] = ()
    marks: tuple[TagMark, ...] = ()
    faces: tuple[FaceRecord, ...] = ()
    rating: ValueMark = ValueMark()
    favourite: ValueMark = ValueMark(False)
    stack: StackMark | None = None  # None if no person decided it
    albums: tuple[AlbumMark, ...] = ()
    properties: tuple[PropertyMark, ...] = ()  # that people state in place of the file
    description: Description = NO_DESCRIPTION
    location: Location | None = None
    places: dict[PlaceKind, str] = field(default_factory=dict)  # the names of the country, the region and the city
    exposure: Exposure | None = None
    picture: tuple[str, int, int] | None = None  # path in the export, width, height
    picture_hash: str | None = None  # of the picture without its metadata
    is_hidden: bool = False  # no file holds it now; ``files`` are those that are missing


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder with the tags that were put on it."""

    path: str
    marks: tuple[TagMark, ...]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person of the library. ``birthday`` is in ISO 8601. ``called`` is how the records of photos name a person whose
    name others have too, such as "Anna (cousin)"."""

    name: str
    is_me: bool = False
    hidden: bool = False
    birthday: str | None = None
    note: str | None = None
    groups: tuple[str, ...] = ()
    called: str | None = None


@dataclass(frozen=True, slots=True)
class AlbumRecord:
    """An album, whose photos say that they are in it. One with a ``filter`` or a ``text`` is smart. The filter has the
    fields of a ``PhotoFilter``, and names and paths in place of ids; ``order`` is None for the order of the album."""

    name: str
    description: str | None = None
    filter: PhotoFilter | None = None
    text: str | None = None
    order: PhotoOrder | None = None
    at: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class LibraryRecord:
    """The labels that belong to no single photo, which are the content of ``library.json``.

    ``tags`` holds the paths of all tags, including unused ones; ``thresholds`` those that a person has set, by the path
    of the tag.
    """

    tags: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    persons: tuple[PersonRecord, ...] = ()
    folders: tuple[FolderRecord, ...] = ()
    albums: tuple[AlbumRecord, ...] = ()


PHOTO: TypeAdapter[PhotoRecord] = TypeAdapter(PhotoRecord)
LIBRARY: TypeAdapter[LibraryRecord] = TypeAdapter(LibraryRecord)
