"""The values that all rooms exchange, as frozen dataclasses and enumerations without behaviour or ids of an engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic

from typing_extensions import TypeVar


class TakenSource(StrEnum):
    """The source of the time at which a photo was taken."""

    EXIF = "EXIF"
    GPS = "GPS"
    XMP = "XMP"
    FILE_NAME = "FILE_NAME"
    FILE_TIME = "FILE_TIME"


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


class JobKind(StrEnum):
    """The work that a job does."""

    SCAN = "SCAN"
    FACES = "FACES"
    CLUSTER = "CLUSTER"
    TRAIN_TAGS = "TRAIN_TAGS"
    TRAIN_PERSONS = "TRAIN_PERSONS"
    PREDICT = "PREDICT"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"


class JobState(StrEnum):
    """The state of a job. SUCCEEDED, FAILED and CANCELLED are final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ThumbnailSize(StrEnum):
    """The size of a rendition, whose longest edge is ``edge`` pixels. A picture is never enlarged."""

    TINY = "TINY"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"

    @property
    def edge(self) -> int:
        """The longest edge in pixels."""
        return {"TINY": 160, "SMALL": 320, "MEDIUM": 960, "LARGE": 1920}[self.value]


class ThumbnailFormat(StrEnum):
    """The format of a rendition. AUTO is negotiated with the client."""

    AUTO = "AUTO"
    JPEG = "JPEG"
    WEBP = "WEBP"
    AVIF = "AVIF"


class PhotoOrder(StrEnum):
    """The order of a list of photos."""

    TAKEN_DESC = "TAKEN_DESC"
    TAKEN_ASC = "TAKEN_ASC"
    ADDED_DESC = "ADDED_DESC"
    NAME_ASC = "NAME_ASC"
    RATING_DESC = "RATING_DESC"


class TimelineUnit(StrEnum):
    """The length of a section of the timeline."""

    YEAR = "YEAR"
    MONTH = "MONTH"
    DAY = "DAY"


class Role(StrEnum):
    """The permissions of a user, each of which includes those before it."""

    VIEWER = "VIEWER"
    EDITOR = "EDITOR"
    OWNER = "OWNER"


class TagSource(StrEnum):
    """The way in which a photo got a tag, or a face its person."""

    MANUAL = "MANUAL"
    FOLDER = "FOLDER"
    IMPORTED = "IMPORTED"
    PREDICTED = "PREDICTED"


class Certainty(StrEnum):
    """The labels to consider: CONFIRMED excludes those that only a model predicted."""

    CONFIRMED = "CONFIRMED"
    PREDICTED = "PREDICTED"


class DatasetFormat(StrEnum):
    """The format of an export."""

    COCO = "COCO"
    TFRECORD = "TFRECORD"
    FOLDERS = "FOLDERS"
    XMP = "XMP"
    JSON = "JSON"


class MatchKind(StrEnum):
    """The kind of a search term."""

    TAG = "TAG"
    PERSON = "PERSON"
    FOLDER = "FOLDER"
    PLACE = "PLACE"
    DATE = "DATE"
    TEXT = "TEXT"
    OTHER = "OTHER"


class LabelKind(StrEnum):
    """The kind of labels that a change concerns. FACES covers the assignment of faces and the persons themselves."""

    TAGS = "TAGS"
    RATING = "RATING"
    FAVOURITE = "FAVOURITE"
    FACES = "FACES"


class ModelKind(StrEnum):
    """The kind of labels that a model predicts."""

    TAGS = "TAGS"
    PERSONS = "PERSONS"


class ModelState(StrEnum):
    """The state of a version of a model. One version of each kind at most is ACTIVE."""

    CANDIDATE = "CANDIDATE"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Location:
    """A position on Earth."""

    latitude: float  # degrees, WGS 84, -90..90
    longitude: float  # degrees, -180..180
    altitude: float | None = None  # metres above sea level


@dataclass(frozen=True, slots=True)
class Box:
    """The rectangle around a face, by its upper left corner and its size, as shares (0..1) of the displayed picture."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Region:
    """A face that another program marked in the file, with the name that it assigned, if any."""

    box: Box
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera that took a photo."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The time at which a photo was taken: the wall clock (naive), and the offset from UTC ("+02:00") if known."""

    at: datetime
    source: TakenSource
    offset: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A country, region or city."""

    id: str  # "IT", "IT/Abruzzo", "IT/Abruzzo/L'Aquila"
    name: str
    kind: PlaceKind
    parent_id: str | None = None


# Raise it whenever a file gives more than before: a property is added below, or more is read into one. The next scan
# then reads the metadata of all known photos again.
METADATA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata in an original."""

    taken: Taken | None = None
    location: Location | None = None
    camera: Camera | None = None
    rating: int | None = None  # 0..5; -1 means rejected
    orientation: int = 1  # EXIF, 1..8
    keywords: tuple[str, ...] = ()  # hierarchy as "Places/Italy/Abruzzo"
    regions: tuple[Region, ...] = ()  # faces that the file, or its sidecar, marks


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo. ``id`` is the first 32 hexadecimal digits of the SHA-256 of its content, ``number`` its row in the
    search index."""

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
class Ref:
    """A reference to a tag, person or place by its id, or by its name or path."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the hierarchy."""

    id: str
    name: str
    parent_id: str | None = None
    threshold: float | None = None  # predictions count from this score on; if it is None, they never count


@dataclass(frozen=True, slots=True)
class Carried:
    """A tag that was put on a folder. If it is ``recursive``, it applies to all photos below, otherwise to the folder's
    own."""

    tag_id: str
    recursive: bool
    at_ms: int = 0  # time of the assertion since the epoch


@dataclass(frozen=True, slots=True)
class FolderMarks:
    """The assertions of tags on one folder."""

    folder_id: str
    carried: tuple[Carried, ...] = ()  # by tag id
    excluded: tuple[str, ...] = ()  # tag ids, sorted; these are not inherited from ancestors


@dataclass(frozen=True, slots=True)
class PhotoTag:
    """A tag that was put on a photo, with its source. It implies the ancestors of the tag."""

    tag_id: str
    source: TagSource
    folder_id: str | None = None  # the folder that carries the tag, if the source is FOLDER
    score: float | None = None  # PREDICTED
    model_id: str | None = None  # PREDICTED
    at: datetime | None = None  # UTC, aware


@dataclass(frozen=True, slots=True)
class FolderTag:
    """A tag that the photos of a folder get from the folder itself or one of its ancestors."""

    tag_id: str
    recursive: bool
    folder_id: str


@dataclass(frozen=True, slots=True)
class FolderTagProposal:
    """A tag that is proposed for a folder because of the folder's name."""

    folder_id: str
    tag: str  # name or path
    photo_count: int
    applied: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A person, to whom faces can be assigned."""

    id: str
    name: str
    is_me: bool = False
    hidden: bool = False

    parent_id: ClassVar[None] = None  # unlike tags and places, persons lie within nothing


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a photo.

    ``person_id`` is the person to whom the face is assigned and ``source`` tells by whom, which is PREDICTED if a model
    did so with confidence. ``likes`` holds the persons whom a model finds similar, with scores (0..1), best first. It
    is empty if a user has assigned the face.
    """

    id: str
    photo_id: str
    box: Box
    confidence: float  # 0..1, by the detector
    quality: float  # 0..1; 0 until a model has assessed it
    ignored: bool = False
    person_id: str | None = None
    source: TagSource | None = None
    likes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FaceFilter:
    """A filter for faces. Criteria that are None are ignored. ``assigned`` tells whether the face has a person,
    assigned or predicted."""

    photo_id: str | None = None
    person_id: str | None = None
    cluster_id: str | None = None
    assigned: bool | None = None
    ignored: bool | None = None
    min_quality: float | None = None


@dataclass(frozen=True, slots=True)
class FaceCluster:
    """A cluster of faces that seem to show the same person. ``size`` counts those without a person."""

    id: str
    size: int


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """The metrics of one tag or person on held-out photos. ``threshold`` is None if the model never predicts it."""

    label_id: str
    name: str
    examples: int
    precision: float
    recall: float
    threshold: float | None


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    """The metrics of a model on ``held_out`` examples. All other values are 0..1."""

    held_out: int
    precision: float
    recall: float
    f1: float
    average_precision: float | None


@dataclass(frozen=True, slots=True)
class Model:
    """A trained version of a model. ``reason`` explains its state, ``snapshot`` identifies the training data, and
    ``file`` is its name in the registry."""

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
    """A question whether a photo has a tag, or whether a face shows a person.

    ``label_id`` is None for a tag that does not exist yet and would be called ``name``. ``score`` (0..1) is the
    probability that a model predicts.
    """

    kind: ModelKind
    photo_id: str
    face_id: str | None
    label_id: str | None
    name: str
    score: float
    reason: str
    named: bool = False  # whether the face is assigned to this person already

    @property
    def key(self) -> str:
        """The key by which the question is recognised: its photo or face and its label."""
        about = f"{self.photo_id}/{self.face_id}" if self.face_id is not None else self.photo_id
        return f"{about}/{self.label_id}" if self.label_id is not None else f"{about}//{self.name}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule by which a model is trained automatically. ``cron`` is in local time, and None if training does not
    start by the clock. ``corrections`` is the number of photos, folders or faces whose labels users have changed since
    the last training."""

    kind: ModelKind
    cron: str | None
    next_at: datetime | None  # UTC, aware
    corrections: int


@dataclass(frozen=True, slots=True)
class Match:
    """The reason why a photo matches a query. ``via`` holds the paths of the folders or descendant tags that led to the
    match."""

    kind: MatchKind
    label: str
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A part of a search text, and how it was interpreted."""

    text: str
    kind: MatchKind
    label: str
    negated: bool = False


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
class Failure:
    """A file that a stage could not process."""

    path: str
    stage: str
    reason: str
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class JobArguments:
    """What a job is asked for. ``job_arguments`` has the arguments of the kinds that take any."""


ArgumentsOfJob = TypeVar("ArgumentsOfJob", bound=JobArguments, default=JobArguments, covariant=True)


@dataclass(frozen=True, slots=True)
class Job(Generic[ArgumentsOfJob]):
    """A long task that runs in the background."""

    id: str
    kind: JobKind
    state: JobState
    done: int
    total: int | None
    message: str | None
    created_at: datetime
    arguments: ArgumentsOfJob
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The result of a change to many photos or folders. ``change_id`` identifies the change for undo."""

    matched: int
    changed: int
    change_id: str | None = None
