"""Faces, persons and clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, TypedDict

from photos_graph.model.labels import TagSource

UNASSIGNED = -1  # in arrays of numbers: no person, cluster or group
MAX_SUGGESTIONS = 3  # persons that are suggested for one face


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


class PersonDetails(TypedDict, total=False):
    """What is known about a person besides the name. A missing key leaves it as it is."""

    birthday: date | None
    note: str | None
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Person:
    """A person, to whom faces can be assigned. ``birthday`` is a date in ISO 8601, ``note`` tells persons of one name
    apart, and ``groups`` are names such as that of a family."""

    id: str
    name: str
    is_me: bool = False
    hidden: bool = False
    birthday: str | None = None
    note: str | None = None
    groups: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()  # the ids of persons who were merged into this one
    change_id: str | None = field(default=None, compare=False)  # of the call that returns it, if it changed something

    parent_id: ClassVar[None] = None  # unlike tags and places, persons lie within nothing


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a photo.

    ``person_id`` is the person to whom the face is assigned and ``source`` tells by whom, which is PREDICTED if a model
    did so with confidence. ``similar_persons`` holds the persons whom a model finds similar, with scores (0..1), best
    first. It is empty if a user has assigned the face.
    """

    id: str
    photo_id: str
    photo_number: int
    box: Box
    confidence: float  # 0..1, by the detector
    quality: float  # 0..1; 0 until a model has assessed it
    ignored: bool = False
    ignored_by: TagSource | None = None  # PREDICTED if it resembles a face that a person ignored
    person_id: str | None = None
    source: TagSource | None = None
    similar_persons: tuple[tuple[str, float], ...] = ()
    photo_look: str | None = None
    change_id: str | None = field(default=None, compare=False)  # of the call that returns it, if it changed something


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
