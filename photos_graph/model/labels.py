"""Labels: tags on photos and folders, and changes to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from photos_graph.model.learning import Trust


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


class LabelKind(StrEnum):
    """The kind of labels that a change concerns. FACES covers the assignment of faces and the persons themselves, and
    STACKS the photos that belong together. SUCCESSION covers labels of all kinds, which go over to another photo,
    PROPERTIES what people say in place of files: titles, captions, dates and positions, and QUESTIONS what is asked.
    ALBUMS covers albums and the photos in them, and TRIPS the names of trips."""

    TAGS = "TAGS"
    RATING = "RATING"
    FAVOURITE = "FAVOURITE"
    FACES = "FACES"
    STACKS = "STACKS"
    SUCCESSION = "SUCCESSION"
    PROPERTIES = "PROPERTIES"
    QUESTIONS = "QUESTIONS"
    ALBUMS = "ALBUMS"
    TRIPS = "TRIPS"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the hierarchy."""

    id: str
    name: str
    parent_id: str | None = None
    threshold: float | None = None  # predictions count from this score on; if it is None, they never count
    trust: Trust | None = None  # of its predictions; None if the active model does not predict it
    merged: tuple[str, ...] = ()  # the ids of tags that were merged into it
    change_id: str | None = field(default=None, compare=False)  # of the call that returns it, if it changed something


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
    change_id: str | None = field(default=None, compare=False)  # of the call that applied it


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The result of a change to many photos or folders. ``change_id`` identifies the change for undo. ``kept`` counts
    the photos that were left as they are, because a person had decided about them before. If it is not ``is_complete``,
    the rest of the change is written in the background."""

    matched: int
    changed: int
    change_id: str | None = None
    kept: int = 0
    is_complete: bool = True
