"""Learning: versions of models, their metrics, questions and schedules."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any


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


class Trust(StrEnum):
    """How certain the precision of a tag is. It is PROVEN if it was measured on a judged sample of the library, and
    otherwise PROVISIONAL."""

    PROVISIONAL = "PROVISIONAL"
    PROVEN = "PROVEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsInLibrary:
    """What is known of a tag in the whole library.

    ``expected_precision`` is the share of the ``given_to`` photos, to which the tag is given, that are expected to be
    right. ``judged`` counts the photos of its sheets that people judged. ``gained`` and ``lost`` count the photos that
    the model gives it to and the version before did not, and the reverse. ``judged_precision`` is the share that is
    right of the judged photos to which the model would give it, and ``judged_precision_before`` the same of the version
    before; they are None if there are no such photos. ``reason`` says why it is given to nothing, in a sentence that
    does not name it, and ``sheet_threshold`` is the score around which its next sheet is drawn.
    """

    trust: Trust = Trust.PROVISIONAL
    judged: int = 0
    expected_precision: float = 0.0
    given_to: int = 0
    gained: int = 0
    lost: int = 0
    judged_precision: float | None = None
    judged_precision_before: float | None = None
    reason: str | None = None
    sheet_threshold: float | None = None

    def in_library(self) -> dict[str, Any]:
        """Returns these values alone, by name."""
        return {field.name: getattr(self, field.name) for field in fields(MetricsInLibrary)}


@dataclass(frozen=True, slots=True)
class LabelMetrics(MetricsInLibrary):
    """The metrics of one tag or person on held-out photos, and in the library. ``threshold`` is None if it is given to
    nothing."""

    label_id: str
    name: str
    examples: int
    precision: float
    recall: float
    threshold: float | None
    measured: Measured | None = None  # None until the library was predicted
    unjudged: Measured | None = None  # what was known before the first sheet since the training was judged

    def why_not(self, name: str) -> str | None:
        """Returns why the tag, which has this name now, is only suggested, or None if it is given to photos."""
        if self.threshold is not None or self.reason is None:
            return None
        return f"{name} not used: {self.reason[0].lower()}{self.reason[1:]}"


@dataclass(frozen=True, slots=True)
class Corrections:
    """How many of the photos to which a tag is given people confirmed and rejected, and of how many nobody said
    anything."""

    confirmed: int
    rejected: int
    left: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What was known of a tag when its threshold was chosen. Corrections since then are compared with it."""

    threshold: float | None
    precision: float
    confirmed: int
    rejected: int
    given_to: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A random sample of the photos that a tag might be given to, for people to judge. A sheet stays as it was drawn.

    Which photos are judged, and how, is what people say of the tag on them. ``chances`` (0..1) are those with which the
    photos were drawn, and ``threshold`` and ``given_to`` are those of the tag then. A sheet of ``is_audit`` has a few
    photos to which the tag is given, which are asked about in the review queue.
    """

    id: str
    tag_id: str
    model_id: str
    drawn_at: datetime  # UTC, aware
    photo_ids: tuple[str, ...]
    chances: tuple[float, ...]
    threshold: float | None
    given_to: int
    is_audit: bool = False


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
