"""What an export says of a photo and of the library, in names and paths rather than ids; a line of ``photos.jsonl``.

Times are milliseconds since the epoch in UTC, of when a person said it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from photos_graph.model import TagSource


@dataclass(frozen=True, slots=True)
class TagMark:
    """A tag put on a photo or folder, or taken off it: what a person said, or a keyword of the file (IMPORTED).
    ``at`` None: not known, as in a sidecar. ``recursive`` of folders alone."""

    tag: str  # path
    excluded: bool = False
    at: int | None = None
    by: str = ""
    via: str | None = None  # MANUAL, IMPORTED, FOLDER_NAME; None of an exclusion
    recursive: bool | None = None


@dataclass(frozen=True, slots=True)
class PersonMark:
    """Whose face it is, or (``never``) is not."""

    person: str  # name
    never: bool = False
    at: int | None = None
    by: str = ""
    via: str | None = None


@dataclass(frozen=True, slots=True)
class ValueMark:
    """A rating or favourite; ``at`` None: no person said it, but the file, or nobody."""

    value: int | bool | None = None
    at: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """``box``: x, y, width, height as shares of the displayed picture. ``person``: whose it is, by a person, or with a
    ``score`` by a model. ``cover``: the person is shown by it."""

    box: tuple[float, float, float, float]
    source: str = "MANUAL"
    ignored: bool = False
    cover: bool = False
    marks: tuple[PersonMark, ...] = ()
    person: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag that the photo has, and how it came; ``folder``: the path of the one that carries it."""

    tag: str  # path
    source: TagSource
    score: float | None = None
    model: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    id: str
    sha256: str
    files: tuple[str, ...]  # paths, the root's name first
    split: str = "train"
    taken: str | None = None  # ISO 8601, wall clock
    width: int = 0  # as displayed
    height: int = 0
    format: str = ""
    orientation: int | None = None  # EXIF
    tags: tuple[TagRecord, ...] = ()
    marks: tuple[TagMark, ...] = ()
    faces: tuple[FaceRecord, ...] = ()
    rating: ValueMark = ValueMark()
    favourite: ValueMark = ValueMark(False)
    picture: tuple[str, int, int] | None = None  # path in the export, width, height


@dataclass(frozen=True, slots=True)
class FolderRecord:
    path: str
    marks: tuple[TagMark, ...]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    name: str
    is_me: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class LibraryRecord:
    """Tags by path, those that no photo has too; ``thresholds``: those that a person set."""

    tags: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    persons: tuple[PersonRecord, ...] = ()
    folders: tuple[FolderRecord, ...] = ()


PHOTO: TypeAdapter[PhotoRecord] = TypeAdapter(PhotoRecord)
LIBRARY: TypeAdapter[LibraryRecord] = TypeAdapter(LibraryRecord)
