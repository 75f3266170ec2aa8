"""The tasks of a child process that work with all described photos. ``neighbours_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class KnownPhotosOrder:
    path: LocalPath


@dataclass(frozen=True, slots=True)
class KnownPhotos:
    """The photos in the file. ``damaged`` says why an existing file cannot be used."""

    ids: tuple[str, ...]
    damaged: str | None


@dataclass(frozen=True, slots=True)
class UpdateNeighboursOrder:
    """An order to remove the photos ``gone`` and add the photos ``new``, whose vectors are in the file ``features``.

    ``size`` is the number of photos in the graph before. With ``keep``, the content of the new file is emitted.
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
    """An order to find similar photos. ``asked`` has pairs of the id of a photo and the number of results."""

    path: LocalPath
    asked: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """The answer. For each requested photo, it has the ids of the most similar photos with their similarities."""

    photos: tuple[tuple[tuple[str, float], ...], ...]


@dataclass(frozen=True, slots=True)
class SimilarIdsOrder:
    """An order to find the stored neighbours of the photos ``ids`` that are much alike."""

    path: LocalPath
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimilarIds:
    """The answer. For each requested photo, it has the ids of these neighbours."""

    photos: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AlikePairsOrder:
    """An order to list the pairs of neighbours in a graph that have at least this similarity."""

    graph: LocalPath
    backbone: str
    least: float


@dataclass(frozen=True, slots=True)
class AlikePairs:
    """The answer. ``ids`` are the photos of the graph. The arrays ``pairs`` (m, 2), of their positions, and ``similar``
    (m,) are emitted as safetensors."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuessContentOrder:
    """An order to guess what the photos of a graph look like. What the file ``before`` says of them is taken over.
    ``home`` is the folder of the weights."""

    graph: LocalPath
    before: LocalPath
    home: LocalPath
    backbone: str


@dataclass(frozen=True, slots=True)
class PredictOrder:
    graph: LocalPath
    model: LocalPath
    model_id: str


@dataclass(frozen=True, slots=True)
class AskOrder:
    """An order to choose questions from these files and the ``thresholds`` by label: ``count`` about all labels, and
    ``each`` about every one, but at ``most`` so many. The JSON file ``spared`` has ``tags`` and ``photos``: none of
    these photos is asked about with one of these tags."""

    graph: LocalPath
    guesses: LocalPath
    examples: LocalPath
    thresholds: dict[str, float | None]
    count: int
    each: int
    most: int
    spared: LocalPath


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    photo_id: str
    tag_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class AskAnswer:
    """The chosen questions, the best first."""

    questions: tuple[SuggestedTag, ...]


GUESSES = 2  # version of the file of probabilities; raise it when the meaning of its contents changes

_CHILD = "photos_graph.services.learning.neighbours_child"
KNOWN_PHOTOS = Task(f"{_CHILD}:known_photos", KnownPhotosOrder, KnownPhotos)
UPDATE_NEIGHBOURS = Task(
    f"{_CHILD}:update_neighbours", UpdateNeighboursOrder, int
)  # returns the number of photos in the graph
SIMILAR = Task(f"{_CHILD}:similar", SimilarOrder, SimilarAnswer)
NEAREST_ALIKE = Task(f"{_CHILD}:nearest_alike", SimilarIdsOrder, SimilarIds)
ALIKE_PAIRS = Task(f"{_CHILD}:pairs_alike", AlikePairsOrder, AlikePairs)
PREDICT = Task(f"{_CHILD}:predict", PredictOrder, type(None))  # emits a file as ``read_guesses`` reads it
GUESS_CONTENT = Task(f"{_CHILD}:guess_content", GuessContentOrder, type(None))  # emits ``content.packed``
ASK = Task(f"{_CHILD}:ask", AskOrder, AskAnswer)

NEIGHBOUR_TASKS = (KNOWN_PHOTOS, UPDATE_NEIGHBOURS, SIMILAR, NEAREST_ALIKE, ALIKE_PAIRS, PREDICT, GUESS_CONTENT, ASK)
