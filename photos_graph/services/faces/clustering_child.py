"""Implements ``clustering_tasks`` in a child process. It holds the stored similarities, which take seconds to load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from photos_graph.array_files import Arrays
from photos_graph.errors import ModelUnavailable, Unreadable
from photos_graph.faces import catalogue, similarity
from photos_graph.faces.matching import Learnt
from photos_graph.faces.recognition import FaceLibrary, recognise
from photos_graph.faces.similarity import Similarities
from photos_graph.fingerprints import fingerprints_of
from photos_graph.learn import registry
from photos_graph.learn.persons import PersonModel
from photos_graph.learn.review import face_outliers
from photos_graph.services.faces.clustering_tasks import (
    CLUSTER_FACES,
    KNOWN_FACES,
    LENGTH,
    ClusterAnswer,
    ClusterOrder,
    KnownFaces,
    SimilaritiesFile,
)
from photos_graph.workers.kept_file import KeptFile
from photos_graph.workers.task import Emit, emit_in_chunks, emit_pieces

_kept = KeptFile(similarity.load)


@KNOWN_FACES.implementation
def known_faces(order: SimilaritiesFile, emit: Emit) -> KnownFaces:
    found, damaged = _kept.read(order.path)
    serving = _serving(found, order)
    ids = np.array(serving.ids, np.bytes_)
    return KnownFaces(ids.tobytes(), ids.itemsize, fingerprints_of(serving.vectors), damaged)


@CLUSTER_FACES.implementation
def cluster_faces(order: ClusterOrder, emit: Emit) -> ClusterAnswer:
    given = load_file(order.faces)
    similarities = _serving(_kept.held(order.file.path), order.file)
    if order.gone:
        similarities = similarity.without(similarities, set(order.gone))
    if order.new:
        similarities = similarity.added(similarities, order.new, given["vectors"])
    if order.gone or order.new:
        _kept.change(order.file.path, similarities)
    if len(similarities) != len(given["photos"]):
        raise Unreadable("The stored similarities do not belong to these faces.", stage="faces")
    try:
        found = recognise(
            similarities,
            _library(order, given),
            catalogue.embedder(order.file.embedder),
            order.cut,
            full=order.full,
            clustering=order.clustering,
        )
    except ImportError as error:
        raise ModelUnavailable(
            f"{error.name} is not installed. Install it: pip install 'photos-graph[hdbscan]'"
        ) from None
    result = save(
        {
            name: np.asarray(getattr(found, name), order="C")  # safetensors writes the memory of an array as it is
            for name in ("groups", "suggested", "scores", "applied", "passed_over")
        }
    )
    emit(len(result).to_bytes(LENGTH, "little"))
    emit_in_chunks(result, emit)
    if order.gone or order.new:
        emit_pieces(similarity.packed(similarities), emit)
    outliers = face_outliers(similarities.vectors, given["persons"], order.asked, given["settled"])
    return ClusterAnswer(tuple(outliers))


def _library(order: ClusterOrder, given: Arrays) -> FaceLibrary:
    not_persons: dict[int, set[int]] = {}
    for face, person in given["not_persons"].tolist():
        not_persons.setdefault(face, set()).add(person)
    return FaceLibrary(
        photos=given["photos"],
        persons=given["persons"],
        groups=given["groups"],
        qualities=given["qualities"],
        not_persons=not_persons,
        owners=order.owners,
        thresholds=order.thresholds,
        learnt=_learnt(order.learnt, order.file.embedder, order.persons),
        ignored=given["ignored"],
        noticed=given["noticed"],
    )


def _learnt(path: Path | None, embedder: str, persons: Sequence[str]) -> Learnt | None:
    """Returns the trained model with the numbers of persons, or None if it belongs to another embedder."""
    model = registry.unpacked(path.read_bytes()) if path is not None else None
    if not isinstance(model, PersonModel) or model.embedder != embedder:
        return None
    return Learnt(*model.numbered(persons))


def _serving(found: Similarities | None, order: SimilaritiesFile) -> Similarities:
    """Returns the stored similarities if they can be used, and otherwise empty ones."""
    if found is not None and (found.model, found.floor) == (order.embedder, order.floor):
        return found
    nothing = np.zeros((0, catalogue.embedder(order.embedder).dimensions), np.float32)
    return similarity.build(order.embedder, order.floor, (), nothing)
