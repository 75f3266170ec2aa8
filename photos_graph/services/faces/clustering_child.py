"""The child's side of grouping faces: it holds the kept similarities, which is seconds of work and megabytes."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.errors import ModelUnavailable, Unreadable
from photos_graph.faces import catalogue
from photos_graph.faces.matching import Learnt
from photos_graph.faces.recognition import FaceLibrary, recognise
from photos_graph.faces.similarity import BadSimilarities, Similarities, added, build, load, without, write
from photos_graph.learn import registry
from photos_graph.learn.persons import PersonModel
from photos_graph.learn.review import face_outliers
from photos_graph.workers.task import Emit

CHUNK = 4 * 1024 * 1024
FINGERPRINT = 3  # of a vector's numbers, which are what a face's vector begins with


class _KeptSimilarities:
    """What this process read last, or made: the next call is most likely about the same."""

    path: Path | None = None
    similarities: Similarities | None = None


def _known(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What the file at ``path`` holds of ``model`` with that ``floor``: emits ids and fingerprints as JSON lists.

    ``damaged`` says why a file that is there does not serve.
    """
    path, model, floor = Path(argument["path"]), argument["model"], argument["floor"]
    damaged = _read(path)
    kept = _serving(path, model, floor)
    fingerprints = kept.vectors[:, :FINGERPRINT].astype("<f4").tobytes().hex()
    _emit_all(json.dumps([kept.ids, fingerprints]).encode(), emit)
    return {"damaged": damaged}


def _group(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Groups the faces of the file at ``input``, which ``_pack`` in ``clustering`` writes.

    Emits the result, ``size`` bytes, and then the similarities to keep, if they have changed.
    """
    path, model, floor = Path(argument["path"]), argument["model"], argument["floor"]
    with np.load(argument["input"], allow_pickle=False) as arrays:
        given = {name: arrays[name] for name in arrays.files}
    about = json.loads(given["about"].tobytes())
    if _KeptSimilarities.path != path:  # it was another process that was asked what it holds
        _read(path)
    kept = _serving(path, model, floor)
    if about["gone"]:
        kept = without(kept, set(about["gone"]))
    if about["new"]:
        kept = added(kept, about["new"], given["vectors"])
    changed = bool(about["gone"] or about["new"])
    _KeptSimilarities.path, _KeptSimilarities.similarities = path, kept
    if len(kept) != len(given["photos"]):
        raise Unreadable("The stored similarities do not belong to these faces.", stage="faces")
    not_persons: dict[int, set[int]] = {}
    for face, person in given["not_persons"].tolist():
        not_persons.setdefault(face, set()).add(person)
    library = FaceLibrary(
        photos=given["photos"],
        persons=given["persons"],
        groups=given["groups"],
        qualities=given["qualities"],
        not_persons=not_persons,
        owners={int(group): int(person) for group, person in about["owners"]},
        thresholds={int(person): float(threshold) for person, threshold in about["thresholds"]},
        learnt=_learnt(argument["learnt"], model, about["persons"]),
    )
    embedder = catalogue.embedder(model)
    try:
        found = recognise(
            kept, library, embedder, argument["cut"], full=argument["full"], clustering=argument["clustering"]
        )
    except ImportError as error:
        raise ModelUnavailable(
            f"{error.name} is not installed. Install it: pip install 'photos-graph[cluster]'"
        ) from None
    result = io.BytesIO()
    np.savez(result, groups=found.groups, like=found.like, scores=found.scores, applied=found.applied)
    _emit_all(result.getbuffer(), emit)
    if changed:
        file = io.BytesIO()
        write(kept, file)
        _emit_all(file.getbuffer(), emit)
    outliers = face_outliers(kept.vectors, given["persons"], argument["asked"], given["settled"])
    return {"size": result.getbuffer().nbytes, "outliers": [astuple(each) for each in outliers]}


def _learnt(path: str | None, embedder: str, persons: Sequence[str]) -> Learnt | None:
    """Of the file of a trained model, by the persons' numbers; None where it is of another embedder."""
    model = registry.unpacked(Path(path).read_bytes()) if path is not None else None
    if not isinstance(model, PersonModel) or model.embedder != embedder:
        return None
    return Learnt(*model.numbered(persons))


def _read(path: Path) -> str | None:
    """Why a file that is there does not serve."""
    _KeptSimilarities.path = path
    try:
        _KeptSimilarities.similarities = load(path) if path.exists() else None
    except BadSimilarities as error:
        _KeptSimilarities.similarities = None
        return str(error)
    return None


def _serving(path: Path, model: str, floor: float) -> Similarities:
    kept = _KeptSimilarities.similarities if _KeptSimilarities.path == path else None
    if kept is None or (kept.model, kept.floor) != (model, floor):
        return build(model, floor, (), np.zeros((0, catalogue.embedder(model).dimensions), np.float32))
    return kept


def _emit_all(data: bytes | memoryview, emit: Emit) -> None:
    view = memoryview(data)
    for start in range(0, len(view), CHUNK):
        emit(bytes(view[start : start + CHUNK]))
