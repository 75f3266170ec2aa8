"""What a child process does with all faces at once; ``clustering_child`` has the functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from photos_graph.learn.review import FaceQuestion
from photos_graph.workers.task import LocalPath, RawBytes, Task


@dataclass(frozen=True, slots=True)
class SimilaritiesFile:
    """The file at ``path``. It can be used if it is of this embedder and has all pairs with at least this ``floor``."""

    path: LocalPath
    embedder: str
    floor: float


@dataclass(frozen=True, slots=True)
class KnownFaces:
    """The faces in the file, with their fingerprints one after the other. ``damaged``: why the file cannot be used."""

    ids: tuple[str, ...]
    fingerprints: RawBytes
    damaged: str | None


@dataclass(frozen=True, slots=True)
class ClusterOrder:
    """Takes the faces ``gone`` out of the file and adds those that are ``new``. Of the n faces that there are then,
    those of the file first, ``faces`` is a file of arrays: ``vectors`` (of the new ones), ``photos``, ``persons``,
    ``settled``, ``not_persons``, ``groups`` and ``qualities``; see ``faces.recognition.FaceLibrary``.

    ``owners`` maps groups to persons and ``thresholds`` persons to theirs, by their place in ``persons``. ``learnt`` is
    the file of a trained model. ``asked`` is the number of questions about named faces.
    """

    file: SimilaritiesFile
    gone: tuple[str, ...]
    new: tuple[str, ...]
    faces: LocalPath
    persons: tuple[str, ...]
    owners: dict[int, int]
    thresholds: dict[int, float]
    learnt: LocalPath | None
    cut: float
    full: bool
    clustering: Literal["average", "hdbscan"]
    asked: int


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """The first ``result_bytes`` that were emitted are arrays as safetensors, the fields of ``Recognised``; the rest is
    the content of the new file, if it changed. ``outliers``: named faces that may be another person's.
    """

    result_bytes: int
    outliers: tuple[FaceQuestion, ...]


KNOWN_FACES = Task("photos_graph.services.faces.clustering_child:known_faces", SimilaritiesFile, KnownFaces)
CLUSTER_FACES = Task("photos_graph.services.faces.clustering_child:cluster_faces", ClusterOrder, ClusterAnswer)
