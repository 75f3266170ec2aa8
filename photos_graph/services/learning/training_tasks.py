"""What a child process trains; ``training_child`` has the functions."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.model.learning import LabelMetrics, ModelMetrics, ModelState
from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class TagTrainingOptions:
    """``home`` is the folder of the weights; ``promised`` the precision from which on predictions count."""

    home: LocalPath
    threads: int
    promised: float
    seed: int


@dataclass(frozen=True, slots=True)
class TrainTagsOrder:
    """``training_set`` and ``graph`` are files that ``learn.dataset`` and ``learn.neighbours`` saved."""

    training_set: LocalPath
    graph: LocalPath
    options: TagTrainingOptions


@dataclass(frozen=True, slots=True)
class LearnTagsOrder:
    """``examples`` is a file that ``services.learning.examples`` wrote, ``active`` the file of the active model."""

    examples: LocalPath
    graph: LocalPath
    active: LocalPath | None
    options: TagTrainingOptions


@dataclass(frozen=True, slots=True)
class LearnPersonsOrder:
    """``faces`` is a file that ``services.faces.named_faces`` wrote, ``active`` the file of the active model."""

    faces: LocalPath
    active: LocalPath | None
    embedder: str
    promised: float


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A model beside the active one. ``snapshot`` identifies what it was trained on, which was emitted first, in
    ``snapshot_bytes``; ``left_out``: labels that were not learnt, and why.
    """

    snapshot: str
    snapshot_bytes: int
    state: ModelState
    reason: str
    examples: int
    metrics: ModelMetrics
    per_label: tuple[LabelMetrics, ...]
    left_out: tuple[str, ...]


_CHILD = "photos_graph.services.learning.training_child"
TRAIN_TAGS = Task(f"{_CHILD}:train_tags", TrainTagsOrder, type(None))  # emits the model
# Both emit what the model was trained on, and the model.
LEARN_TAGS = Task(f"{_CHILD}:learn_tags", LearnTagsOrder, TrainingResult)
LEARN_PERSONS = Task(f"{_CHILD}:learn_persons", LearnPersonsOrder, TrainingResult)

TRAINING_TASKS = (TRAIN_TAGS, LEARN_TAGS, LEARN_PERSONS)
