"""What a child process works out from all photos that were described; ``neighbours_child`` has the functions."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class KnownPhotosOrder:
    path: LocalPath


@dataclass(frozen=True, slots=True)
class KnownPhotos:
    """``damaged``: why a file that is there cannot be used."""

    ids: tuple[str, ...]
    damaged: str | None


@dataclass(frozen=True, slots=True)
class UpdateNeighboursOrder:
    """Takes out the photos ``gone`` and adds those that are ``new``, whose vectors are in the file ``features``.

    ``size`` is the number of photos that are known before. With ``keep`` the content of the new file is emitted.
    """

    path: LocalPath
    backbone: str
    size: int
    gone: tuple[str, ...]
    new: tuple[str, ...]
    features: LocalPath
    keep: bool


@dataclass(frozen=True, slots=True)
class SimilarOrder:
    """``asked`` holds pairs of a photo's id and how many are wanted."""

    path: LocalPath
    asked: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """For each photo that was asked about, the ids of those most like it, with their similarities."""

    photos: tuple[tuple[tuple[str, float], ...], ...]


@dataclass(frozen=True, slots=True)
class PredictOrder:
    graph: LocalPath
    model: LocalPath
    model_id: str


@dataclass(frozen=True, slots=True)
class AskOrder:
    """What people are asked follows from these files and the ``thresholds`` by label. ``count`` questions in all, and
    ``each`` about every label.
    """

    graph: LocalPath
    guesses: LocalPath
    examples: LocalPath
    thresholds: dict[str, float | None]
    count: int
    each: int


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    photo_id: str
    tag_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class AskAnswer:
    """The best question first."""

    questions: tuple[SuggestedTag, ...]


GUESSES = 2  # version of the file of probabilities; raise it when the meaning of its contents changes

_CHILD = "photos_graph.services.learning.neighbours_child"
KNOWN_PHOTOS = Task(f"{_CHILD}:known_photos", KnownPhotosOrder, KnownPhotos)
UPDATE_NEIGHBOURS = Task(f"{_CHILD}:update_neighbours", UpdateNeighboursOrder, int)  # the number of photos then
SIMILAR = Task(f"{_CHILD}:similar", SimilarOrder, SimilarAnswer)
PREDICT = Task(f"{_CHILD}:predict", PredictOrder, type(None))  # emits a file as ``read_guesses`` reads it
ASK = Task(f"{_CHILD}:ask", AskOrder, AskAnswer)

NEIGHBOUR_TASKS = (KNOWN_PHOTOS, UPDATE_NEIGHBOURS, SIMILAR, PREDICT, ASK)
