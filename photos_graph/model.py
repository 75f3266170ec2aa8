"""The nouns: frozen values that every room passes around. No behaviour, no ids of any engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TakenSource(StrEnum):
    EXIF = "EXIF"
    GPS = "GPS"
    XMP = "XMP"
    FILE_NAME = "FILE_NAME"
    FILE_TIME = "FILE_TIME"


class RootState(StrEnum):
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


class FileState(StrEnum):
    """PENDING is the graph's own: seen by the walk, its bytes not read yet."""

    PENDING = "PENDING"
    PRESENT = "PRESENT"
    OFFLINE = "OFFLINE"
    MISSING = "MISSING"


class PlaceKind(StrEnum):
    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CITY = "CITY"


class JobKind(StrEnum):
    SCAN = "SCAN"
    FACES = "FACES"
    CLUSTER = "CLUSTER"
    TRAIN_TAGS = "TRAIN_TAGS"
    TRAIN_PERSONS = "TRAIN_PERSONS"
    PREDICT = "PREDICT"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"


class JobState(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ThumbnailSize(StrEnum):
    """Longest edge in pixels as ``edge``; a picture is never enlarged."""

    TINY = "TINY"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"

    @property
    def edge(self) -> int:
        return {"TINY": 160, "SMALL": 320, "MEDIUM": 960, "LARGE": 1920}[self.value]


class ThumbnailFormat(StrEnum):
    AUTO = "AUTO"
    JPEG = "JPEG"
    WEBP = "WEBP"
    AVIF = "AVIF"


class PhotoOrder(StrEnum):
    TAKEN_DESC = "TAKEN_DESC"
    TAKEN_ASC = "TAKEN_ASC"
    ADDED_DESC = "ADDED_DESC"
    NAME_ASC = "NAME_ASC"
    RATING_DESC = "RATING_DESC"


class TimelineUnit(StrEnum):
    YEAR = "YEAR"
    MONTH = "MONTH"
    DAY = "DAY"


class Role(StrEnum):
    VIEWER = "VIEWER"
    EDITOR = "EDITOR"
    OWNER = "OWNER"


class TagSource(StrEnum):
    MANUAL = "MANUAL"
    FOLDER = "FOLDER"
    IMPORTED = "IMPORTED"
    PREDICTED = "PREDICTED"


class Certainty(StrEnum):
    """CONFIRMED leaves out what only a model says."""

    CONFIRMED = "CONFIRMED"
    PREDICTED = "PREDICTED"


class DatasetFormat(StrEnum):
    COCO = "COCO"
    TFRECORD = "TFRECORD"
    FOLDERS = "FOLDERS"
    XMP = "XMP"
    JSON = "JSON"


class MatchKind(StrEnum):
    TAG = "TAG"
    PERSON = "PERSON"
    FOLDER = "FOLDER"
    PLACE = "PLACE"
    DATE = "DATE"
    TEXT = "TEXT"
    OTHER = "OTHER"


class LabelKind(StrEnum):
    """What a change of labels is about. ``FACES``: whose faces they are, and the persons themselves."""

    TAGS = "TAGS"
    RATING = "RATING"
    FAVOURITE = "FAVOURITE"
    FACES = "FACES"


class ModelKind(StrEnum):
    TAGS = "TAGS"
    PERSONS = "PERSONS"


class ModelState(StrEnum):
    CANDIDATE = "CANDIDATE"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Location:
    latitude: float  # degrees, WGS 84, -90..90
    longitude: float  # degrees, -180..180
    altitude: float | None = None  # metres above sea level


@dataclass(frozen=True, slots=True)
class Box:
    """Of a face: the upper left corner and the size, as shares (0..1) of the displayed picture."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Region:
    """A face that another program marked, with the name that it has there, if any."""

    box: Box
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Camera:
    make: str | None = None
    model: str | None = None
    lens: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The wall clock where the photo was taken, naive, and its offset from UTC where known ("+02:00")."""

    at: datetime
    source: TakenSource
    offset: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    id: str  # "IT", "IT/Abruzzo", "IT/Abruzzo/L'Aquila"
    name: str
    kind: PlaceKind
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an original says about itself. Sizes are those of the stored pixels, before orientation."""

    taken: Taken | None = None
    location: Location | None = None
    camera: Camera | None = None
    rating: int | None = None  # 0..5; -1 means rejected
    orientation: int = 1  # EXIF, 1..8
    keywords: tuple[str, ...] = ()  # hierarchy as "Places/Italy/Abruzzo"


@dataclass(frozen=True, slots=True)
class Photo:
    """``id`` is the first 32 hex digits of the SHA-256 of its bytes; ``number`` its row in the search index."""

    id: str
    number: int
    name: str
    content_hash: str
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


@dataclass(frozen=True, slots=True)
class File:
    """A path that holds a photo's bytes. ``key`` is "<root id>/<path for display, NFC>"."""

    id: str
    key: str
    name: str
    folder_id: str
    photo_id: str | None
    size: int
    mtime_ns: int
    inode: int
    state: FileState


@dataclass(frozen=True, slots=True)
class Folder:
    """``path`` is for display: "<root name>/a/b". A root's own folder has no parent."""

    id: str
    key: str
    name: str
    path: str
    root_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A tag, person or place as a client names it: by an id that was given out here, or by a name or path."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    id: str
    name: str
    parent_id: str | None = None
    threshold: float | None = None  # a prediction with at least this score counts; None: none does


@dataclass(frozen=True, slots=True)
class Carried:
    """A tag on a folder. ``recursive``: for all below it, else for its own photos alone."""

    tag_id: str
    recursive: bool
    at_ms: int = 0  # when it was said, since the epoch


@dataclass(frozen=True, slots=True)
class FolderMarks:
    """All that people said of tags on one folder."""

    folder_id: str
    carried: tuple[Carried, ...] = ()  # by tag id
    excluded: tuple[str, ...] = ()  # tag ids, sorted: these do not come down from above


@dataclass(frozen=True, slots=True)
class PhotoTag:
    """A tag that was put on a photo, and how; the tags above it are implied."""

    tag_id: str
    source: TagSource
    folder_id: str | None = None  # FOLDER: which one carries it
    score: float | None = None  # PREDICTED
    model_id: str | None = None  # PREDICTED
    at: datetime | None = None  # UTC, aware


@dataclass(frozen=True, slots=True)
class FolderTag:
    """A tag that a folder's own photos have by it, from the folder itself or one above."""

    tag_id: str
    recursive: bool
    folder_id: str


@dataclass(frozen=True, slots=True)
class FolderTagProposal:
    folder_id: str
    tag: str  # name or path
    photo_count: int
    applied: bool


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    is_me: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """``person_id`` and ``source``: whose face it is, as somebody said or, PREDICTED, as a model is sure of. ``likes``:
    the persons whom a model finds it like, with scores 0..1, best first; none where somebody said who it is."""

    id: str
    photo_id: str
    box: Box
    confidence: float  # 0..1; of the detector
    quality: float  # 0..1; 0 while no model has looked at it
    ignored: bool = False
    person_id: str | None = None
    source: TagSource | None = None
    likes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FaceFilter:
    """Which faces are wanted; what is None does not matter. ``assigned``: somebody's, whoever says so."""

    photo_id: str | None = None
    person_id: str | None = None
    cluster_id: str | None = None
    assigned: bool | None = None
    ignored: bool | None = None
    min_quality: float | None = None


@dataclass(frozen=True, slots=True)
class FaceCluster:
    """Faces without a name that are taken for one person. ``size`` counts those that are still without."""

    id: str
    size: int


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """Of one tag or person, on photos that were held out. ``threshold``: None where a model gives it to nothing."""

    label_id: str
    name: str
    examples: int
    precision: float
    recall: float
    threshold: float | None


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    held_out: int
    precision: float
    recall: float
    f1: float
    average_precision: float | None


@dataclass(frozen=True, slots=True)
class Model:
    """``reason``: why it is in that state. ``snapshot``: of what it learnt from. ``file``: of the registry."""

    id: str
    kind: ModelKind
    version: int
    state: ModelState
    trained_at: datetime  # UTC, aware
    labels: int
    examples: int
    metrics: ModelMetrics
    per_label: tuple[LabelMetrics, ...]
    reason: str
    snapshot: str
    file: str


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a photo has a tag, or a face is a person's. ``label_id`` is None for a tag that does not exist yet, of
    that ``name``. ``score``: 0..1, how likely a model holds it."""

    kind: ModelKind
    photo_id: str
    face_id: str | None
    label_id: str | None
    name: str
    score: float
    reason: str
    named: bool = False  # it is about a face that has that name

    @property
    def key(self) -> str:
        """Whom and what it is about, which is what it is known by."""
        about = f"{self.photo_id}/{self.face_id}" if self.face_id is not None else self.photo_id
        return f"{about}/{self.label_id}" if self.label_id is not None else f"{about}//{self.name}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a model is trained by itself. ``cron``: in local time, None: not by the clock; ``corrections``: photos,
    folders or faces of which people said something since the last training."""

    kind: ModelKind
    cron: str | None
    next_at: datetime | None  # UTC, aware
    corrections: int


@dataclass(frozen=True, slots=True)
class Match:
    """Why a photo fits a question; ``via``: the folder paths or narrower tags that it came through."""

    kind: MatchKind
    label: str
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A part of a search text, and what it was taken for."""

    text: str
    kind: MatchKind
    label: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """``path`` is os.fsencode()d and base64d in the graph; ``raw_path`` opens it. Its folder has the same id."""

    id: str
    name: str
    raw_path: bytes
    marker: str
    state: RootState


@dataclass(frozen=True, slots=True)
class Failure:
    path: str
    stage: str
    reason: str
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    kind: JobKind
    state: JobState
    done: int
    total: int | None
    message: str | None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkResult:
    matched: int
    changed: int
    change_id: str | None = None
