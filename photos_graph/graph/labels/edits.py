"""Edits of labels: the assertion before and the assertion after. This module reads and writes nothing."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, TypeVar
from uuid import uuid4

from photos_graph.model.labels import LabelKind
from photos_graph.model.stacks import StackKind


class AssertionKind(StrEnum):
    TAGGED = "TAGGED"
    EXCLUDES = "EXCLUDES"
    IS = "IS"
    IS_NOT = "IS_NOT"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A label of one tag on one photo or folder, or of one person on one face. Only TAGGED and IS have ``via``, their
    provenance; only TAGGED on a folder has ``recursive``. It is ``shared`` if it is a copy of one on another photo of
    the stack."""

    kind: AssertionKind
    at_ms: int  # since the epoch
    by: str
    via: str | None = None
    recursive: bool | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A rating, a favourite, or whether a face is ignored. ``at_ms`` is None if the value comes from the file or is the
    default, and for faces."""

    value: int | bool | None
    at_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PersonState:
    """The properties of a person, without the faces. ``cover`` is the id of a face that a user chose."""

    name: str
    is_me: bool
    hidden: bool
    cover: str | None
    at_ms: int
    by: str
    birthday: str | None = None  # in ISO 8601
    note: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StackPlace:
    """The place of a photo in a stack; ``stack_id`` is None for a photo that stands alone. ``at_ms`` is None unless a
    person decided it."""

    stack_id: str | None = None
    kind: StackKind | None = None
    rank: int = 0  # see ``model/stacks.py``; the photo with the lowest one is the cover
    at_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class FacePlace:
    """The photo (by number) that has a face, and the face's box in it."""

    photo: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FaceBox:
    """The box of a face in its photo, and whether a person put it there although the detector found it elsewhere."""

    x: float
    y: float
    width: float
    height: float
    moved: bool


@dataclass(frozen=True, slots=True)
class FacePresence:
    """Whether a face is there. One that was drawn was not there before, and one that was deleted is not any more."""

    there: bool


@dataclass(frozen=True, slots=True)
class ReviewedFace:
    """The person (id) whom a user confirmed for a face in the review queue, or None."""

    reviewed: str | None


@dataclass(frozen=True, slots=True)
class Successor:
    """The photo (by number) that took the place of another one, or None."""

    successor: int | None


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """The value of a ``PhotoProperty``, in the parts in which the graph holds it; times are ISO 8601. ``at_ms`` is None
    if it comes from the file."""

    values: tuple[str | float | None, ...]
    at_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class TagState:
    """A tag, without the photos and folders that have it. ``others`` are its further properties in the graph."""

    name: str
    parent_id: str | None
    threshold: float | None = None
    threshold_by: str | None = None
    others: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PredictedBy:
    """Predictions of a tag by a model (id), whose scores are in the edit."""

    model: str


@dataclass(frozen=True, slots=True)
class AlbumState:
    """An album, without its photos. ``filter`` and ``order`` are as ``model.albums.Album`` describes them, and
    ``cover_number`` is the photo that a person chose as the cover."""

    name: str
    description: str | None = None
    filter: str | None = None
    text: str | None = None
    order: str | None = None
    cover_number: int | None = None
    at_ms: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class AlbumEntry:
    """That a photo is in an album. The positions of the photos are in the edit."""

    placed_at_ms: int
    placed_by: str


@dataclass(frozen=True, slots=True)
class TripName:
    """The name that a person gave a trip, or None."""

    given_name: str | None


NamedState = (  # stored with the names of its fields
    PersonState
    | StackPlace
    | FacePlace
    | FaceBox
    | FacePresence
    | ReviewedFace
    | Successor
    | PropertyValue
    | TagState
    | PredictedBy
    | AlbumState
    | AlbumEntry
    | TripName
)
State = Assertion | Value | NamedState | None  # None: there is no edge, or no such person, tag or album


@dataclass(frozen=True, slots=True)
class Edit:
    """The transition of ``photos`` (by number), ``folders`` and ``faces`` (by id) from one state to another. If all
    three are empty, it is an edit of the person, tag, album or trip ``label_id``. ``scores`` belong to predictions, one
    for each photo. If the photos are in an album, these are their positions: a photo that moves is taken out at one
    position, and put in at another."""

    before: State
    after: State
    label_id: str | None = None  # the tag, person or album that an edge leads to, a property, or a trip
    photos: tuple[int, ...] = ()
    folders: tuple[str, ...] = ()
    faces: tuple[str, ...] = ()
    kind: LabelKind | None = None  # if it differs from that of the change, which then has edits of several kinds
    scores: tuple[float, ...] = ()

    def reversed(self) -> Edit:
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Change:
    operation: str  # such as "TAG_PHOTOS"
    kind: LabelKind
    by: str
    at_ms: int
    edits: tuple[Edit, ...]
    id: str = field(default_factory=lambda: uuid4().hex)
    undoes: str | None = None  # the id of the change that this one reverted
    undone: bool = False
    summary: str = ""  # a sentence about it, if it is not made from the operation and the edits
    changed: int | None = None  # photos or faces, if it is not the number of those in the edits


CREATE_TAG = "CREATE_TAG"  # the operation whose undo fails, rather than leaves the tag, if the tag is in use


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def is_of_label(edit: Edit) -> bool:
    """Returns whether it is an edit of a person, tag or album itself."""
    return isinstance(edit.before or edit.after, PersonState | TagState | AlbumState)


def is_prediction(edit: Edit) -> bool:
    return isinstance(edit.before or edit.after, PredictedBy)


S = TypeVar("S", PersonState, TagState, AlbumState)


def rebased(now: S, before: S, after: S) -> S | None:
    """Returns ``now`` with what an edit changes. Returns None if a part that the edit changes is no longer as it was
    ``before`` it; the other parts may have changed."""
    changed = [each.name for each in fields(before) if getattr(before, each.name) != getattr(after, each.name)]
    if any(getattr(now, name) != getattr(before, name) for name in changed):
        return None
    return replace(now, **{name: getattr(after, name) for name in changed})


SingleEdit = tuple[Hashable, State, State, str | None]  # photo, folder or face; before, after, label id


def grouped(edits: Iterable[SingleEdit]) -> tuple[Edit, ...]:
    """Groups edits of single photos (by number) or folders (by id) that make the same change."""
    return tuple(
        Edit(
            before,
            after,
            label_id,
            tuple(each for each in of if isinstance(each, int)),
            tuple(each for each in of if isinstance(each, str)),
        )
        for (before, after, label_id), of in _alike(edits).items()
    )


def grouped_faces(edits: Iterable[SingleEdit]) -> tuple[Edit, ...]:
    """Groups edits of single faces (by id) that make the same change."""
    return tuple(Edit(*states, faces=tuple(of)) for states, of in _alike(edits).items())


def _alike(edits: Iterable[SingleEdit]) -> dict[tuple[State, State, str | None], list[Any]]:
    alike: dict[tuple[State, State, str | None], list[Any]] = {}
    for of, before, after, label_id in edits:
        if before != after:
            alike.setdefault((before, after, label_id), []).append(of)
    return alike
