"""The tasks of a child process that trains models. ``training_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass, field

from photos_graph.model.learning import LabelMetrics, ModelMetrics, ModelState
from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class TagTrainingOptions:
    """The options of training. Thresholds are chosen so that predictions have the ``promised``
    precision. ``flood`` limits to how many photos a tag without a judged sheet is given."""

    promised: float
    seed: int
    flood: float


@dataclass(frozen=True, slots=True)
class TrainTagsOrder:
    """An order to train on the files ``training_set`` and ``graph``, which ``learn.dataset`` and ``learn.neighbours``
    saved."""

    training_set: LocalPath
    graph: LocalPath
    options: TagTrainingOptions


@dataclass(frozen=True, slots=True)
class LearnTagsOrder:
    """An order to train and judge a model of tags. ``examples`` is a file that ``services.learning.examples`` wrote,
    and ``active`` is the file of the active model, whose tags have these ``thresholds`` now."""

    examples: LocalPath
    graph: LocalPath
    active: LocalPath | None
    options: TagTrainingOptions
    thresholds: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnPersonsOrder:
    """An order to train and judge a model of persons. ``faces`` is a file that ``services.faces.named_faces`` wrote,
    and ``active`` is the file of the active model."""

    faces: LocalPath
    active: LocalPath | None
    embedder: str
    promised: float


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A model and its comparison with the active one. ``snapshot`` identifies the training data, which are the first
    ``snapshot_bytes`` that are emitted. ``left_out`` says which labels were not learnt, and why."""

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
# Both emit the training data, and then the model.
LEARN_TAGS = Task(f"{_CHILD}:learn_tags", LearnTagsOrder, TrainingResult)
LEARN_PERSONS = Task(f"{_CHILD}:learn_persons", LearnPersonsOrder, TrainingResult)

TRAINING_TASKS = (TRAIN_TAGS, LEARN_TAGS, LEARN_PERSONS)
