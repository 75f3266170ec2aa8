"""The library: roots, folders, files, photos and what their metadata tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from photos_graph.model.faces import Region
from photos_graph.model.properties import NO_DESCRIPTION, Description, PhotoProperty

RAW_FORMAT = "RAW"  # the name of the format of files that hold what a sensor measured


class TakenSource(StrEnum):
    """The source of the time at which a photo was taken."""

    EXIF = "EXIF"
    GPS = "GPS"
    XMP = "XMP"
    FILE_NAME = "FILE_NAME"
    FILE_TIME = "FILE_TIME"


class DatePrecision(StrEnum):
    """The precision of a date. One that names no day, or no month, stands for all of them."""

    SECOND = "SECOND"
    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


class RootState(StrEnum):
    """The state of a root, which can be read while it is ONLINE."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


class FileState(StrEnum):
    """The state of a file. PENDING is internal to the graph: the walk has seen the file, but its content was not read
    yet."""

    PENDING = "PENDING"
    PRESENT = "PRESENT"
    OFFLINE = "OFFLINE"
    MISSING = "MISSING"


class PlaceKind(StrEnum):
    """The level of a place."""

    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CITY = "CITY"


@dataclass(frozen=True, slots=True)
class Location:
    """A position on Earth."""

    latitude: float  # degrees, WGS 84, -90..90
    longitude: float  # degrees, -180..180
    altitude: float | None = None  # metres above sea level


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera that took a photo."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """How a photo was exposed."""

    iso: int | None = None
    aperture: float | None = None  # the f-number
    seconds: float | None = None
    focal_length: float | None = None  # millimetres


NO_EXPOSURE = Exposure()


@dataclass(frozen=True, slots=True)
class Taken:
    """The time at which a photo was taken: the wall clock (naive), and the offset from UTC ("+02:00") if known.

    If only the day, month or year is known, as ``precision`` tells, ``at`` is its start and there is no offset.
    """

    at: datetime
    source: TakenSource
    offset: str | None = None
    precision: DatePrecision = DatePrecision.SECOND

    @property
    def text(self) -> str:
        """The time in ISO 8601 as far as it is known, without offset: "1987", "1987-06" or "1987-06-05T12:34:56"."""
        digits = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7, DatePrecision.DAY: 10}
        return self.at.isoformat()[: digits.get(self.precision)]


@dataclass(frozen=True, slots=True)
class Place:
    """A country, region or city."""

    id: str  # "IT", "IT/Abruzzo", "IT/Abruzzo/L'Aquila"
    name: str
    kind: PlaceKind
    parent_id: str | None = None

    merged: ClassVar[tuple[str, ...]] = ()


# Raise it whenever a file gives more than before: a property is added below, or more is read into one. The next scan
# then reads the metadata of all known photos again.
METADATA_VERSION = 3


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata in an original."""

    taken: Taken | None = None
    location: Location | None = None
    camera: Camera | None = None
    rating: int | None = None  # 0..5; -1 means rejected
    orientation: int = 1  # EXIF, 1..8
    keywords: tuple[str, ...] = ()  # paths in the form of ``names.tag_path``: "Places/Italy/Abruzzo"
    regions: tuple[Region, ...] = ()  # faces that the file, or its sidecar, marks
    favourite: bool | None = None  # None if the file does not say it
    motion: tuple[int, int] | None = None  # the first byte and the length of the video in a motion photo
    description: Description = NO_DESCRIPTION
    exposure: Exposure | None = None
    burst: str | None = None  # equal for the shots of one burst, if the camera says so

    def with_regions(self, regions: tuple[Region, ...]) -> Metadata:
        """Returns the metadata with these faces. People whose names are at a face are no longer among the others."""
        named = {region.name for region in regions}
        people = tuple(name for name in self.description.people if name not in named)
        return replace(self, regions=regions, description=replace(self.description, people=people))


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo. ``number`` is its row in the search index. ``content_hash`` and ``byte_size`` are those of the file that
    speaks for it. ``picture_hash`` is that of the picture without its metadata or, until an older photo is read again,
    the content hash. ``look`` is a short hash of its orientation and colour profile."""

    id: str
    number: int
    name: str
    content_hash: str
    picture_hash: str
    look: str | None  # None if the photo was read by an earlier version of the program
    byte_size: int
    width: int  # as displayed, orientation applied
    height: int
    format: str
    added_at: datetime  # UTC, aware
    taken: Taken | None = None
    location: Location | None = None
    camera: Camera | None = None
    rating: int | None = None
    favourite: bool = False
    placeholder: str | None = None  # ThumbHash, base64
    description: Description = NO_DESCRIPTION
    stated_by_people: tuple[PhotoProperty, ...] = ()
    exposure: Exposure | None = None
    has_motion: bool = False  # whether a file that is there has a moving part

    @property
    def photo_key(self) -> str:
        return photo_key(self.id, self.look)


def photo_key(photo_id: str, look: str | None) -> str:
    """Returns the key of the renditions of a photo. It changes when the same picture is shown in another way."""
    return f"{photo_id}-{look}" if look else photo_id


@dataclass(frozen=True, slots=True)
class File:
    """A path at which a photo is stored. ``key`` is "<root id>/<path for display, NFC>"."""

    id: str
    key: str
    name: str
    folder_id: str
    photo_id: str | None
    size: int
    mtime_ns: int
    inode: int
    state: FileState
    content_hash: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of originals. ``path`` is for display: "<root name>/a/b". The folder of a root has no parent."""

    id: str
    key: str
    name: str
    path: str
    root_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of originals that the owner has added. Its node of the folder tree has the same id.

    ``raw_path`` opens it; the graph stores it encoded by ``paths.encode_raw``.
    """

    id: str
    name: str
    raw_path: bytes
    marker: str
    state: RootState


@dataclass(frozen=True, slots=True)
class RootContents:
    """Counts of the visible photos that only one root has, and of what is said about them.

    ``tagged_folders``: folders with tags or exclusions of their own. ``tagged``: photos with a tag that is not only
    predicted. ``faces``: without those that are ignored. ``named``: photos with a face to which a person gave a name.
    """

    photos: int
    folders: int
    tagged_folders: int
    tagged: int
    rated: int
    favourites: int
    faces: int
    named: int
    in_albums: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that a stage could not process."""

    path: str
    stage: str
    reason: str
    attempts: int
    at: datetime
