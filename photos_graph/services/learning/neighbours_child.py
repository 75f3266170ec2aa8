"""The child's side of what is worked out from all photos: it holds the graph of neighbours while there is work."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.errors import Unreadable
from photos_graph.kept import Arrays, Damaged, pack, read_arrays
from photos_graph.learn import dataset, neighbours, registry, review
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.neighbours import NO_PHOTO, Neighbours
from photos_graph.learn.tags import TagModel
from photos_graph.services.learning import examples
from photos_graph.workers.task import Emit

CHUNK = 4 * 1024 * 1024
GUESSES = 1  # version of the file of probabilities: raise it when the meaning of anything in it changes


class _KeptNeighbours:
    """What this process read last, or made: the next call is most likely about the same."""

    path: Path | None = None
    stamp: tuple[int, int] | None = None  # of the file
    graph: Neighbours | None = None


def _known(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Emits the ids of the photos in the file at ``path`` as a JSON list; ``damaged`` says why one does not serve."""
    damaged = _read(Path(argument["path"]))
    ids = _KeptNeighbours.graph.ids if _KeptNeighbours.graph is not None else ()
    emit_all(json.dumps(ids).encode(), emit)
    return {"damaged": damaged}


def _update(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Takes out the photos ``gone`` and adds those of the file ``new`` (``ids`` and ``vectors``), where one is named.

    ``size``: the photos that are known before. With ``keep`` the new file is emitted.
    """
    path = Path(argument["path"])
    if _KeptNeighbours.path != path:  # it was another process that was asked what it holds
        _read(path)
    graph = _KeptNeighbours.graph
    if (len(graph) if graph is not None else 0) != argument["size"]:
        raise Unreadable("The stored graph of neighbours does not belong to these photos.", stage="features")
    if graph is not None and argument["gone"]:
        graph = neighbours.without(graph, set(argument["gone"]))
    if argument["new"]:
        with np.load(argument["new"], allow_pickle=False) as arrays:
            ids, vectors = arrays["ids"].tolist(), arrays["vectors"]
        if graph is None:
            graph = neighbours.build(argument["backbone"], ids, vectors)
        else:
            graph = neighbours.added(graph, ids, vectors)
    _KeptNeighbours.graph, _KeptNeighbours.stamp = graph, None
    if graph is not None and argument["keep"]:
        file = io.BytesIO()
        neighbours.write(graph, file)
        emit_all(file.getbuffer(), emit)
    return {"size": len(graph) if graph is not None else 0}


def _similar(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """For each photo that is ``asked`` about, and how many are wanted, the ids of those most like it, with their
    similarities; none of one that is not known, and none by a file that does not serve, which the next job makes anew.
    """
    try:
        return {"similar": neighbours.similar_to(Path(argument["path"]), argument["asked"])}
    except Damaged:
        return {"similar": [[] for _ in argument["asked"]]}


def _predict(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Of the file ``model`` for all photos of ``graph``: emits a file as ``read_guesses`` reads it."""
    graph = graph_at(Path(argument["graph"]))
    model = registry.unpacked(Path(argument["model"]).read_bytes())
    if graph is None or not isinstance(model, TagModel) or model.backbone != graph.backbone:
        raise Unreadable("There is no graph of neighbours to predict from.", stage="features")
    file = io.BytesIO()
    about = {"model": argument["id"], "ids": graph.ids, "labels": model.labels}
    arrays: Arrays = {
        "probabilities": model.predictor.probabilities(graph).astype(np.float16),
        "disagreement": model.predictor.disagreement(graph).astype(np.float16),
    }
    pack(file, GUESSES, about, arrays)
    emit_all(file.getbuffer(), emit)
    return {}


def _ask(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What to ask people, best first, of the files ``graph``, ``guesses`` and ``said``; ``thresholds`` by label."""
    graph = graph_at(Path(argument["graph"]))
    about, arrays = read_arrays(Path(argument["guesses"]), GUESSES)
    if graph is None or not about["ids"]:
        raise Unreadable("There are no predictions.", stage="features")
    shown = examples.read(Path(argument["said"]))
    told = examples.in_order(shown, graph.ids)
    # Photos may have gone, or come, since: of those nothing is asked, nor of those that are not shown.
    before, there = {id_: at for at, id_ in enumerate(about["ids"])}, set(shown.ids)
    rows = np.array([before.get(id_, NO_PHOTO) if id_ in there else NO_PHOTO for id_ in graph.ids])
    thresholds = np.array([argument["thresholds"].get(label) or NO_THRESHOLD for label in about["labels"]], np.float32)
    found, of_labels = review.tag_questions(
        arrays["probabilities"][rows],
        thresholds,
        arrays["disagreement"][rows],
        dataset.known(told, about["labels"]) | (rows == NO_PHOTO)[:, None],
        np.isin(np.arange(len(graph)), [photo for photos in told.positives.values() for photo in photos]),
        graph,
        argument["count"],
        argument["each"],
    )
    # Of all, and then those about one label alone, so that it may be asked about by itself.
    asked = {(each.photo, each.label): each for each in found}
    for each in sorted((each for of_label in of_labels for each in of_label), key=lambda each: -each.worth):
        asked.setdefault((each.photo, each.label), each)
    told_of = [[graph.ids[each.photo], about["labels"][each.label], each.score, each.reason] for each in asked.values()]
    emit_all(json.dumps(told_of).encode(), emit)
    return {}


def graph_at(path: Path) -> Neighbours | None:
    """As it is in the file now; None where there is none that serves."""
    if _KeptNeighbours.path != path or _KeptNeighbours.stamp is None or _KeptNeighbours.stamp != _stamp(path):
        _read(path)
    return _KeptNeighbours.graph


def _read(path: Path) -> str | None:
    """Why a file that is there does not serve."""
    _KeptNeighbours.path, _KeptNeighbours.stamp, _KeptNeighbours.graph = path, _stamp(path), None
    if _KeptNeighbours.stamp is None:
        return None
    try:
        _KeptNeighbours.graph = neighbours.load(path)
    except Damaged as error:
        return str(error)
    return None


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def emit_all(data: bytes | memoryview, emit: Emit) -> None:
    view = memoryview(data)
    for start in range(0, len(view), CHUNK):
        emit(bytes(view[start : start + CHUNK]))


TASKS = {"known": _known, "update": _update, "similar": _similar, "predict": _predict, "ask": _ask}
