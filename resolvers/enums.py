"""The enums of the model, registered with GraphQL and described value by value.

Types import their enums from here, so that each is known to GraphQL before a field of that type is made.
"""

from __future__ import annotations

from enum import StrEnum

import strawberry

from photos_graph.model import library as library_model
from photos_graph.model.access import Role
from photos_graph.model.albums import AlbumOrder
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.model.labels import Certainty, TagSource
from photos_graph.model.learning import ModelKind, ModelState, Trust
from photos_graph.model.library import DatePrecision, PlaceKind, RootState, TakenSource
from photos_graph.model.outcomes import MutationOutcome
from photos_graph.model.properties import PhotoProperty
from photos_graph.model.search import (
    FolderOrder,
    MatchKind,
    PersonOrder,
    PhotoOrder,
    PhotoShape,
    SuggestionKind,
    TagOrder,
    TimelineUnit,
)
from photos_graph.model.similar import BestReason, Difference, SimilarKind
from photos_graph.model.stacks import StackKind, Stacks
from photos_graph.model.trips import TripKind

__all__ = [
    "AlbumOrder",
    "BestReason",
    "Certainty",
    "DatasetFormat",
    "DatePrecision",
    "Difference",
    "FileState",
    "FolderOrder",
    "JobKind",
    "JobState",
    "MatchKind",
    "ModelKind",
    "ModelState",
    "MutationOutcome",
    "PersonOrder",
    "PhotoOrder",
    "PhotoProperty",
    "PhotoShape",
    "PlaceKind",
    "Role",
    "RootState",
    "SimilarKind",
    "StackKind",
    "Stacks",
    "SuggestionKind",
    "TagOrder",
    "TagSource",
    "TakenSource",
    "ThumbnailFormat",
    "ThumbnailSize",
    "TimelineUnit",
    "TripKind",
    "Trust",
]


class FileState(StrEnum):
    """The states of a file that clients see."""

    PRESENT = "PRESENT"
    OFFLINE = "OFFLINE"
    MISSING = "MISSING"

    @classmethod
    def of(cls, state: library_model.FileState) -> FileState:
        """A file that a scan has found and not yet read is present for a client."""
        return cls.PRESENT if state is library_model.FileState.PENDING else cls(state.value)


def _register(enum: type[StrEnum], description: str, **values: str) -> None:
    """``values`` describes each value by its name. A value without a description fails with KeyError at import."""
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


_register(
    AlbumOrder,
    "The order of albums.",
    NAME="Sorts by name in natural order.",
    UPDATED_DESC="Sorts by the time of the last change of the album or its photos, newest first.",
    CREATED_DESC="Sorts by the time when the album was created, newest first.",
)
_register(
    BestReason,
    "Why a photo is the best one of its group: the first of these in which it is clearly better than another one.",
    PIXELS="It has more pixels.",
    SHARPNESS="It is sharper.",
    FACES="Its faces are of better quality.",
    FIRST="None is clearly better, and it came first.",
)
_register(
    Certainty,
    "How certain a label must be to count.",
    CONFIRMED="Counts only what a person, a folder or a file states. Predictions of a model are left out.",
    PREDICTED="Counts confirmed labels and also the predictions of the active model.",
)
_register(
    DatasetFormat,
    "The format of an export. XMP and JSON contain no pictures and can be imported again.",
    COCO="Writes pictures and one annotation file in the COCO format, with faces as boxes and tags as image labels.",
    TFRECORD="Writes pictures and labels as TFRECORD shards for TensorFlow, which must be installed.",
    FOLDERS="Writes pictures into one folder per class, as image classification tools read them.",
    XMP="Writes one XMP sidecar per photo, which digiKam, Lightroom and similar programs read.",
    JSON="Writes all labels without loss as lines of JSON. This is the format for a backup.",
)
_register(
    DatePrecision,
    "How precisely a date is known.",
    SECOND="The date and the time of day are known.",
    DAY="The day is known, and the time of day is not.",
    MONTH="Only the month and the year are known.",
    YEAR="Only the year is known.",
)
_register(
    Difference,
    "What differs between the photos of a group, or between the files of one photo.",
    PIXELS="The sizes of the pictures.",
    BYTES="The sizes of the files.",
    FORMAT="The formats of the files.",
    DATE="The times at which they were taken.",
    FOLDER="The folders that hold the files.",
    METADATA="The cameras, exposures, positions or descriptions; of the files of one photo, all but the picture.",
    TAGS="The tags.",
    FACES="The faces, or who they are.",
    RATING="The ratings, or which photos are favourites.",
)
_register(
    FileState,
    "Whether a file can be read now.",
    PRESENT="The file was there at the last scan.",
    OFFLINE="The root that contains the file is not mounted. The file is kept and returns with its root.",
    MISSING="The last scan did not find the file, although its root was online, or the file is ignored now.",
)
_register(
    JobKind,
    "What a job does.",
    SCAN="Reads new and changed files into the library and marks files that are gone as missing.",
    FACES="Detects faces in photos that are due.",
    CLUSTER="Groups faces that have no name and matches them with known persons.",
    TRAIN_TAGS="Trains a new version of the model of tags.",
    TRAIN_PERSONS="Trains a new version of the model of persons.",
    PREDICT="Computes the features of photos, predicts their tags, and chooses questions for the review queue.",
    TRIPS="Finds trips and events among all photos.",
    EXPORT="Writes an export.",
    IMPORT="Reads labels from an export or from sidecars.",
    FINISH_CHANGE="Completes a change of labels that took too long for the request that asked for it.",
    BACKUP="Writes a back-up.",
    REMOVE_ROOT="Removes a root from the library. If it is cancelled, the root stays, and is scanned again.",
)
_register(
    JobState,
    "The state of a job. SUCCEEDED, FAILED and CANCELLED are final.",
    QUEUED="The job waits for its turn.",
    RUNNING="The job is running.",
    SUCCEEDED="The job reached its end. Single files may still have failed: see `failures`.",
    FAILED="The job stopped with an error, which `message` describes.",
    CANCELLED="The job was cancelled.",
)
_register(
    MatchKind,
    "The kind of condition that a photo matches.",
    TAG="The photo has a tag.",
    PERSON="The photo shows a person.",
    FOLDER="The photo is in a folder.",
    PLACE="The photo was taken at a place.",
    DATE="The photo was taken at a date.",
    TEXT="A word occurs in a name: of the file, a folder, a place, a tag or a person.",
    LOOKS_LIKE="A model guesses that the picture shows it, among objects and landscapes. This is not a label.",
    ALBUM="The photo is in an album.",
    OTHER="Another condition holds, such as a rating, the number of faces, the camera or a distance.",
)
_register(
    ModelKind,
    "What a model predicts.",
    TAGS="The model predicts the tags of photos.",
    PERSONS="The model predicts which person a face belongs to.",
)
_register(
    ModelState,
    "The state of a version of a model. At most one version of each kind is ACTIVE.",
    CANDIDATE="The version is trained and is about to become active.",
    ACTIVE="The predictions of this version count.",
    RETIRED="The version was active until another one replaced it. `activateModel` makes it active again.",
    REJECTED="The version was worse than the active one on held-out examples and never became active.",
)
_register(
    TagOrder,
    "The order of a list of tags.",
    NAME="By name, with numbers by their value.",
    PHOTO_COUNT="Most photos first, and tags with equally many by name.",
)
_register(
    FolderOrder,
    "The order of a list of folders.",
    NAME="By name, with numbers by their value.",
    PHOTO_COUNT="Most photos first, with those in folders below, and folders with equally many by name.",
    NEWEST="The folder with the newest photo first, in it or below it. Folders without a dated photo come last.",
)
_register(
    MutationOutcome,
    "What became of a mutation.",
    DONE="What it changes is stored. What depends on it, such as jobs that it starts, may be missing.",
    PARTLY_DONE="It is written in portions, and some of them are stored. A job writes the rest.",
    NOT_DONE="Nothing is stored, and nothing will be: it can be sent again.",
)
_register(
    PersonOrder,
    "The order of a list of persons.",
    NAME="By name, with numbers by their value.",
    PHOTO_COUNT="Most photos first, and persons with equally many by name.",
    LAST_SEEN="The person of the newest photo first. Persons without a dated photo come last.",
)
_register(
    PhotoOrder,
    "The order of photos. Photos that are equal in it keep a fixed order of their own.",
    TAKEN_DESC="Sorts by the time when the photo was taken, newest first. Photos without a time come last.",
    TAKEN_ASC="Sorts by the time when the photo was taken, oldest first. Photos without a time come last.",
    ADDED_DESC="Sorts by the time when the photo was added to the library, newest first.",
    ALBUM="Sorts as the album does of which these are photos, which the filter must name: in the order in which people "
    "put them there, unless the album has another order.",
    NAME_ASC='Sorts by file name in natural order, so that "IMG_2" comes before "IMG_10".',
    RATING_DESC="Sorts by rating, highest first. A photo without a rating counts as 0.",
)
_register(
    PhotoShape,
    "The shape of a picture as it is displayed.",
    PORTRAIT="It is higher than it is wide.",
    LANDSCAPE="It is wider than it is high.",
    SQUARE="Its sides differ by at most 2 %.",
    PANORAMA="One side is at least twice as long as the other. It is also a portrait or a landscape.",
)
_register(
    PhotoProperty,
    "A property of a photo that people may state in place of its file.",
    TITLE="The title of the photo.",
    CAPTION="The caption of the photo.",
    DATE="When the photo was taken: the time, its offset from UTC and its precision.",
    POSITION="Where the photo was taken: latitude, longitude and altitude, and the places that follow from them, or a "
    "place alone.",
)
_register(
    PlaceKind,
    "The level of a place.",
    COUNTRY="The place is a country.",
    REGION="The place is a region, state or province of a country.",
    CITY="The place is a city, town or village.",
)
_register(
    Role,
    "What a viewer may do. Each role includes the ones before it.",
    VIEWER="May look at everything and change nothing.",
    EDITOR="May also change labels, train models and run jobs.",
    OWNER="May also add and remove roots, and export and import datasets.",
)
_register(
    RootState,
    "Whether the folder of a root can be read now.",
    ONLINE="The folder is there.",
    OFFLINE="The folder is not there, or another folder is mounted in its place. Its photos stay in the library.",
)
_register(
    SimilarKind,
    "How the photos of a group are alike.",
    EXACT="One picture in several files, whose metadata may differ. It is one photo.",
    RESIZED="One picture at several sizes, or edited: compressed again, cut a little or retouched.",
    BURST="Shots of one moment, which one camera took within seconds.",
)
_register(
    StackKind,
    "Why photos are in one stack.",
    RAW_JPEG="One shot was saved as a raw file and as a picture.",
    LIVE="The photo has a moving part, as a Live Photo or a motion photo does.",
    EDIT="A program saved an edited version of the photo beside it.",
    BURST="The shots were taken in one burst.",
    MANUAL="A person put the photos together.",
)
_register(
    Stacks,
    "How a list or count treats stacks.",
    COLLAPSED="A stack is one entry: the first of its photos that matches, in the order of the stack.",
    EXPANDED="Each photo of a stack is an entry of its own.",
)
_register(
    SuggestionKind,
    "What a search can be completed to.",
    TAG="A tag, with all of its descendants.",
    PERSON="A person, unless hidden.",
    FOLDER="A folder, with the folders below it.",
    PLACE="A country, region or city.",
    CAMERA="A camera by its make and model, or a lens.",
    DATE="A year, a month, a season, a holiday or another date.",
    ALBUM="An album.",
)
_register(
    TagSource,
    "Who states a label. Where several do, the first of MANUAL, IMPORTED, FOLDER and PREDICTED is shown.",
    MANUAL="A person assigned the label here.",
    FOLDER="A folder that contains the photo carries the tag.",
    IMPORTED="The label comes from the file, a sidecar or an import.",
    PREDICTED="The active model predicts the label.",
)
_register(
    TakenSource,
    "Where the time of a photo comes from.",
    EXIF="The EXIF metadata states the time.",
    GPS="The GPS receiver of the camera recorded the time.",
    XMP="The XMP or IPTC metadata, in the file or in a sidecar, or the JSON file of Google Takeout, states the time, "
    "or a person does.",
    FILE_NAME='The name of the file contains the time, for example "IMG_20190814_183000.jpg".',
    FILE_TIME="The time is the one when the file was last modified, or no time is known.",
)
_register(
    ThumbnailFormat,
    "The file format of a thumbnail.",
    AUTO="The server chooses the best format that the Accept header of the request allows.",
    JPEG="The thumbnail is a JPEG.",
    WEBP="The thumbnail is a WebP.",
    AVIF="The thumbnail is an AVIF.",
)
_register(
    ThumbnailSize,
    "The size of a thumbnail. A picture is never enlarged.",
    TINY="The longest edge has up to 160 pixels.",
    SMALL="The longest edge has up to 320 pixels.",
    MEDIUM="The longest edge has up to 960 pixels.",
    LARGE="The longest edge has up to 1920 pixels.",
)
_register(
    TimelineUnit,
    "The length of a bucket of the timeline.",
    YEAR="Each bucket is a calendar year.",
    MONTH="Each bucket is a calendar month.",
    DAY="Each bucket is a day.",
)
_register(
    TripKind,
    "What the photos of a trip have in common.",
    TRIP="They were taken away from home, on one journey.",
    EVENT="Many of them were taken within a short time, at home or where no position is known.",
)
_register(
    Trust,
    "How certain the precision of the predictions of a tag or person is.",
    PROVISIONAL="The precision is estimated. No sample of what would be given in the whole library has been judged.",
    PROVEN="The precision was measured on judged photos, which were drawn at random from the whole library.",
)
