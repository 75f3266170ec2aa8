"""The tasks of a child process that work with all faces at once. ``clustering_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from photos_graph.learn.review import FaceQuestion
from photos_graph.workers.task import LocalPath, RawBytes, Task

LENGTH = 8  # bytes of the number of bytes that follow it


@dataclass(frozen=True, slots=True)
class SimilaritiesFile:
    """The file at ``path``. It is usable if it belongs to this embedder and has all pairs of at least this
    ``floor``."""

    path: LocalPath
    embedder: str
    floor: float


@dataclass(frozen=True, slots=True)
class KnownFaces:
    """The faces in the file: their ids, each filled up with zeros to ``width`` bytes, and their fingerprints, one after
    the other. ``damaged`` says why the file cannot be used."""

    ids: RawBytes
    width: int
    fingerprints: RawBytes
    damaged: str | None


@dataclass(frozen=True, slots=True)
class ClusterOrder:
    """An order to remove the faces ``gone`` from the file, add the faces ``new``, and recognise the n faces that
    result.

    ``faces`` is a file of arrays about them, those of the old file first: ``vectors`` (of the new ones), ``photos``,
    ``persons``, ``settled``, ``not_persons``, ``groups``, ``qualities``, ``ignored`` and ``noticed``; see
    ``faces.recognition.FaceLibrary``. ``owners`` maps groups to persons, and ``thresholds`` maps persons to their
    thresholds, by their positions in ``persons``. ``learnt`` is the file of a trained model. ``asked`` is the number of
    questions about named faces.
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
    """The answer. What is emitted is a number of LENGTH bytes, as many bytes with the fields of ``Recognised`` as
    safetensors, and the content of the new file, if it changed. ``outliers`` are named faces that may belong to another
    person."""

    outliers: tuple[FaceQuestion, ...]


KNOWN_FACES = Task("photos_graph.services.faces.clustering_child:known_faces", SimilaritiesFile, KnownFaces)
CLUSTER_FACES = Task("photos_graph.services.faces.clustering_child:cluster_faces", ClusterOrder, ClusterAnswer)
