"""Answers about photos move what is predicted for the photos like them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.graph.labels import predictions, scores
from photos_graph.graph.labels.predictions import Predicted
from photos_graph.learn import neighbours
from photos_graph.model.search import Ref
from photos_graph.services.labels.predicted_tags import ChosenPhotos
from photos_graph.services.learning import answered
from photos_graph.services.learning.neighbours import kept_neighbours, learning_pool
from photos_graph.settings import Settings
from tests.kit.faces import predict
from tests.kit.planted import photo_id, plant
from tests.kit.tags import grown

pytestmark = pytest.mark.anyio

SEA = [Ref(name="Sea")]
SCORES = dict(enumerate([0.9, 0.9, 0.9, 0.3, 0.9, 0.9, 0.3, 0.3]))  # they count from 0.5 on


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Photos 0 to 3 look alike, and so do 4 to 7. A model scored all of them for Sea."""
    vectors = np.repeat(np.eye(2, dtype=np.float32), 4, axis=0) + np.linspace(0, 0.1, 8, dtype=np.float32)[:, None]
    path = kept_neighbours(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbours.save(neighbours.build("test", [photo_id(n) for n in range(8)], vectors), path)
    async with build(settings, run_jobs=False) as services:
        await plant(services.graph, {"a": "a"}, {"a": range(8)})
        sea = (await grown(services.graph, "Water", "Water/Sea"))["Water/Sea"]
        await predict(services, sea, {photo_id(n): score for n, score in SCORES.items()})
        yield services


async def scored(services: Services) -> list[float]:
    sea = (await grown(services.graph, "Water/Sea"))["Water/Sea"]
    found = await services.graph.transaction(lambda tx: scores.scores_of(tx, range(8), [sea]))
    assert {each.number: each.own for each in found} == SCORES, "the model's own score is kept"
    return [each.present for each in sorted(found, key=lambda each: each.number)]


def having(services: Services) -> set[int]:
    return set(services.index.search.sets.tags.having(services.index.search.tags.named("Sea")[0].id))


@pytest.mark.both_engines
async def test_photos_like_those_that_were_answered_follow_at_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected = await services.predicted_tags.reject(SEA, ChosenPhotos(ids=[photo_id(0)]))
    assert await scored(services) == [0.9, 0.25, 0.25, 0.3, 0.9, 0.9, 0.3, 0.3], "those like it are only suggested"
    assert having(services) == {4, 5}
    await services.tagging.tag_photos([photo_id(4)], [Ref(name="Water/Sea")])
    assert await scored(services) == [0.9, 0.25, 0.25, 0.3, 0.9, 0.9, 0.4, 0.4], "neighbours alone give no tag"
    assert having(services) == {4, 5}
    await services.tagging.tag_photos([photo_id(1)], SEA)
    assert (await scored(services))[2:4] == [0.9, 0.3], "as many yes as no"
    await services.changes.undo(rejected.change_id or "")
    assert (await scored(services))[:4] == [0.9, 0.9, 0.9, 0.4]
    assert having(services) == {0, 1, 2, 4, 5}
    await services.predicted_tags.reject([Ref(name="Water")], ChosenPhotos(ids=[photo_id(5)]))
    assert having(services) == {0, 1, 2, 4}
    monkeypatch.setattr(answered, "MAX_ANSWERED", 1)
    await services.predicted_tags.reject(SEA, ChosenPhotos(ids=[photo_id(0), photo_id(5), photo_id(2)]))
    assert having(services) == {1, 4}


async def test_a_photo_that_arrives_later_follows_too(services: Services, settings: Settings) -> None:
    await services.predicted_tags.reject(SEA, ChosenPhotos(ids=[photo_id(0)]))
    sea = services.index.search.tags.named("Sea")[0].id
    again = [Predicted(number, ((sea, SCORES[number]),)) for number in (1, 5)]
    await services.writer.commit(lambda tx: predictions.put(tx, "m1", again))
    await services.writer.follow()
    assert having(services) == {1, 4, 5}, "a model replaces what was moved"
    pool = learning_pool(settings)
    similar = answered.SimilarAnswers(services.graph, services.index, services.writer, pool, settings)
    await similar.photos_arrived([1, 5])
    await pool.close()
    assert having(services) == {4, 5}
