"""What photos look like is guessed from stored features, and each photo once."""

from __future__ import annotations

import numpy as np
import pytest

from photos_graph.learn import content, neighbours
from photos_graph.learn.content import ClassLayer, Guessed
from photos_graph.search.concepts import concepts
from photos_graph.search.content_sets import LEAST

PLACE = {id_: at for at, id_ in enumerate(concepts())}
DOG, GOLDEN, TENCH = PLACE["dog"], PLACE["golden retriever"], PLACE["tench"]


@pytest.fixture(scope="module")
def layer() -> ClassLayer:
    """A layer in which channel c speaks for class c alone."""
    return ClassLayer(np.eye(1280, 1000, dtype=np.float32), np.zeros(1000, np.float32))


def graph_of(shown: dict[str, int]) -> neighbours.Neighbours:
    """Returns a graph of photos, each of which shows one class."""
    features = np.zeros((len(shown), 1712), np.float32)
    features[range(len(shown)), [*shown.values()]] = features[:, 1300] = features[:, 1650] = 1
    return neighbours.build("EfficientNetLite0", [*shown], features)


def entries(found: Guessed) -> set[tuple[str, int]]:
    return {(found.ids[row], place) for place, row in zip(found.places.tolist(), found.rows.tolist(), strict=True)}


def test_a_hypernym_is_as_likely_as_its_classes_together(layer: ClassLayer) -> None:
    graph = graph_of({"a": 207, "b": 0})
    found, classes = content.scores(layer, graph.vectors), layer.probabilities(graph.vectors)
    assert np.allclose(found[:, DOG], classes[:, concepts()["dog"].classes].sum(axis=1), atol=1e-5)
    assert np.allclose(found[:, GOLDEN], classes[:, 207], atol=1e-5) and found[0, GOLDEN] > 0.99
    guessed = content.guess(layer, graph)
    assert {("a", DOG), ("a", GOLDEN), ("b", TENCH)} <= entries(guessed) and ("b", DOG) not in entries(guessed)
    assert guessed.scores.min() >= int(255 * LEAST)


def test_photos_that_were_guessed_before_are_taken_over(layer: ClassLayer) -> None:
    before = content.guess(layer, graph_of({"a": 207, "b": 0, "c": 500}))
    graph = graph_of({"c": 500, "d": 0, "a": 207})
    assert entries(content.guess(layer, graph, before)) == entries(content.guess(layer, graph))
    silent = ClassLayer(np.zeros((1280, 1000), np.float32), np.zeros(1000, np.float32))
    kept = {pair for pair in entries(content.guess(silent, graph, before)) if pair[1] == GOLDEN}
    assert kept == {("a", GOLDEN)}, "the classes of a are not computed again"
    again = content.unpacked(content.packed(before))
    assert again.ids == before.ids and entries(again) == entries(before)
