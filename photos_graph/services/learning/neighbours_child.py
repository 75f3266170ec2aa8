"""Implements ``neighbours_tasks`` in a child process, which holds the graph of neighbours while there is work."""

from __future__ import annotations

import json
from itertools import islice

import numpy as np
from safetensors.numpy import load_file, save

from photos_graph.array_files import Arrays, Damaged, pieces, read_arrays
from photos_graph.errors import Unreadable
from photos_graph.learn import content, dataset, nearby, neighbours, registry, relations, review
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.neighbours import NO_PHOTO
from photos_graph.learn.tags import TagModel
from photos_graph.services.learning import examples
from photos_graph.services.learning.neighbours_tasks import (
    ALIKE_PAIRS,
    ASK,
    GUESS_CONTENT,
    GUESSES,
    KNOWN_PHOTOS,
    NEAREST_ALIKE,
    PREDICT,
    SIMILAR,
    UPDATE_NEIGHBOURS,
    AlikePairs,
    AlikePairsOrder,
    AskAnswer,
    AskOrder,
    GuessContentOrder,
    KnownPhotos,
    KnownPhotosOrder,
    PredictOrder,
    SimilarAnswer,
    SimilarIds,
    SimilarIdsOrder,
    SimilarOrder,
    SuggestedTag,
    UpdateNeighboursOrder,
)
from photos_graph.workers.kept_file import KeptFile
from photos_graph.workers.task import Emit, emit_in_chunks, emit_pieces

_kept = KeptFile(neighbours.load)


@KNOWN_PHOTOS.implementation
def known_photos(order: KnownPhotosOrder, emit: Emit) -> KnownPhotos:
    graph, damaged = _kept.read(order.path)
    return KnownPhotos(graph.ids if graph is not None else (), damaged)


@UPDATE_NEIGHBOURS.implementation
def update_neighbours(order: UpdateNeighboursOrder, emit: Emit) -> int:
    graph = _kept.held(order.path)
    if (len(graph) if graph is not None else 0) != order.size:
        raise Unreadable("The stored graph of neighbours does not belong to these photos.", stage="features")
    if graph is not None and order.gone:
        graph = neighbours.without(graph, set(order.gone))
    if order.new:
        vectors = load_file(order.features)["vectors"]
        if graph is None:
            graph = neighbours.build(order.backbone, order.new, vectors)
        else:
            graph = neighbours.added(graph, order.new, vectors)
    _kept.change(order.path, graph)
    if graph is None:
        return 0
    if order.keep:
        emit_pieces(neighbours.packed(graph), emit)
    return len(graph)


@SIMILAR.implementation
def similar(order: SimilarOrder, emit: Emit) -> SimilarAnswer:
    """Returns no similar photos for an unknown photo. If the file cannot be used, it returns none for all photos, and
    the next job builds the file again."""
    try:
        found = neighbours.similar_to(order.path, order.asked)
    except Damaged:
        found = [[] for _ in order.asked]
    return SimilarAnswer(tuple(tuple(each) for each in found))


@NEAREST_ALIKE.implementation
def nearest_alike(order: SimilarIdsOrder, emit: Emit) -> SimilarIds:
    """Returns no neighbours of unknown photos, or if the file cannot be used."""
    try:
        found = nearby.nearest(order.path, order.ids)
    except Damaged:
        found = [[] for _ in order.ids]
    return SimilarIds(tuple(tuple(each) for each in found))


@ALIKE_PAIRS.implementation
def pairs_alike(order: AlikePairsOrder, emit: Emit) -> AlikePairs:
    """Returns nothing if there is no such graph."""
    graph = _kept.current(order.graph)
    if graph is None or graph.backbone != order.backbone:
        return AlikePairs(())
    pairs, similar = relations.alike_pairs(graph, order.least)
    emit_in_chunks(save({"pairs": np.ascontiguousarray(pairs), "similar": np.ascontiguousarray(similar)}), emit)
    return AlikePairs(graph.ids)


@PREDICT.implementation
def predict(order: PredictOrder, emit: Emit) -> None:
    """Predicts all photos of the graph."""
    graph = _kept.current(order.graph)
    model = registry.unpacked(order.model.read_bytes())
    if graph is None or not isinstance(model, TagModel) or model.backbone != graph.backbone:
        raise Unreadable("There is no graph of neighbours to predict from.", stage="features")
    about = {"model": order.model_id, "ids": graph.ids, "labels": model.labels}
    probabilities, disagreement = model.predictor.guesses(graph)
    arrays: Arrays = {"probabilities": probabilities, "disagreement": disagreement}
    emit_pieces(pieces(GUESSES, about, arrays), emit)


@GUESS_CONTENT.implementation
def guess_content(order: GuessContentOrder, emit: Emit) -> None:
    graph = _kept.current(order.graph)
    if graph is None or graph.backbone != order.backbone:
        raise Unreadable("There is no graph of neighbours to guess from.", stage="features")
    layer = content.class_layer(order.home, order.backbone)
    emit_in_chunks(content.packed(content.guess(layer, graph, content.stored(order.before))), emit)


@ASK.implementation
def ask(order: AskOrder, emit: Emit) -> AskAnswer:
    graph = _kept.current(order.graph)
    about, arrays = read_arrays(order.guesses, GUESSES)
    if graph is None or not about["ids"]:
        raise Unreadable("There are no predictions.", stage="features")
    shown, spared = examples.read(order.examples), json.loads(order.spared.read_text())
    labelled = examples.in_order(shown, graph.ids)
    # There are no questions about photos that have been added or removed since, or that are not visible.
    before, visible = {id_: at for at, id_ in enumerate(about["ids"])}, set(shown.ids)
    rows = np.array([before.get(id_, NO_PHOTO) if id_ in visible else NO_PHOTO for id_ in graph.ids])
    thresholds = np.array([order.thresholds.get(label) or NO_THRESHOLD for label in about["labels"]], np.float32)
    found, of_labels = review.tag_questions(
        arrays["probabilities"][rows],
        thresholds,
        arrays["disagreement"][rows],
        dataset.known(labelled, about["labels"])
        | (rows == NO_PHOTO)[:, None]
        | np.isin(graph.ids, spared["photos"])[:, None] & np.isin(about["labels"], spared["tags"]),
        np.isin(np.arange(len(graph)), [photo for photos in labelled.positives.values() for photo in photos]),
        graph,
        order.count,
        order.each,
    )
    # The best questions about all labels come first. More about each label follow, for users who review one label only.
    asked = {(each.photo, each.label): each for each in found}
    for each in sorted((each for of_label in of_labels for each in of_label), key=lambda each: -each.worth):
        asked.setdefault((each.photo, each.label), each)
    return AskAnswer(
        tuple(
            SuggestedTag(graph.ids[each.photo], about["labels"][each.label], each.score, each.reason)
            for each in islice(asked.values(), order.most)
        )
    )
