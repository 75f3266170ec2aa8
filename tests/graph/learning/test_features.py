"""Features of photos, models and what they predict, as the graph keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import label_postings, predictions, tags
from photos_graph.graph.labels.predictions import Predicted
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import features, models
from photos_graph.model.labels import Tag
from photos_graph.model.learning import LabelMetrics, Model, ModelKind, ModelMetrics, ModelState, Trust
from tests.kit.planted import photo_id, plant
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

COUNT = 5


@pytest.fixture
async def planted(graph: Graph) -> Graph:
    await plant(graph, {"a": "a"}, {"a": range(COUNT)})
    await writer(graph).commit(lambda tx: tags.create(tx, [Tag(id_, id_, None) for id_ in ("sea", "snow", "sky")], ""))
    return graph


async def numbers_due(graph: Graph) -> list[int]:
    return [photo.number async for page in due.pages(graph, due.FEATURES, 100) for photo in page]


async def test_each_photo_is_described_once_by_the_backbone_that_is_wanted(planted: Graph) -> None:
    await due.want(planted, due.FEATURES, "A")
    assert await numbers_due(planted) == list(range(COUNT))
    assert await due.count(planted, due.FEATURES) == COUNT
    assert [len(page) async for page in due.pages(planted, due.FEATURES, 2)] == [2, 2, 1]
    photos = [DuePhoto(photo_id(number), number) for number in range(3)]
    vectors = np.linspace(-1, 1, 3 * 7, dtype=np.float32).reshape(3, 7)
    await planted.transaction(lambda tx: features.put(tx, "A", photos, vectors))
    await planted.transaction(lambda tx: due.failed(tx, due.FEATURES, [3]))
    await due.want(planted, due.FEATURES, "A")
    assert await numbers_due(planted) == [4], "what failed waits until its file is read again"
    assert [photo.id for photo in await features.described(planted, "A")] == [photo_id(number) for number in range(3)]
    ids = [photo_id(number) for number in range(COUNT)]
    [found] = [some async for some in features.vectors(planted, ids, "A")]
    assert set(found) == {photo.id for photo in photos}
    for photo, vector in zip(photos, vectors, strict=True):
        assert np.allclose(found[photo.id], vector, atol=1e-3)


async def test_vectors_of_two_backbones_never_meet(planted: Graph) -> None:
    photos = [DuePhoto(photo_id(number), number) for number in range(COUNT)]
    await planted.transaction(lambda tx: features.put(tx, "A", photos, np.ones((COUNT, 4), np.float32)))
    await due.want(planted, due.FEATURES, "B")
    assert await numbers_due(planted) == list(range(COUNT)), "all are due again"
    assert await features.described(planted, "B") == []
    await planted.transaction(lambda tx: features.put(tx, "B", photos[:1], np.zeros((1, 9), np.float32)))
    ids = [photo.id for photo in photos]
    for backbone, expected in (("A", dict.fromkeys(ids[1:], 4)), ("B", {ids[0]: 9})):
        [found] = [some async for some in features.vectors(planted, ids, backbone)]
        assert {id_: len(vector) for id_, vector in found.items()} == expected


def model(version: int, thresholds: dict[str, float | None]) -> Model:
    return Model(
        id=f"m{version}",
        kind=ModelKind.TAGS,
        version=version,
        state=ModelState.CANDIDATE,
        trained_at=datetime.fromtimestamp(1_700_000_000 + version, UTC),
        labels=len(thresholds),
        examples=20,
        metrics=ModelMetrics(9, 0.9, 0.8, 0.85, None),
        per_label=tuple(LabelMetrics(tag, tag, 10, 0.9, 0.8, at) for tag, at in thresholds.items()),
        reason="",
        snapshot="s",
        file="f",
    )


async def thresholds(graph: Graph) -> dict[str, float | None]:
    return {row.id: row.threshold for row in await label_postings.tag_rows(graph)}


async def test_one_model_counts_and_thresholds_that_people_chose_stay(planted: Graph) -> None:
    first, second = model(1, {"sea": 0.6, "snow": 0.7}), model(2, {"sea": None, "sky": 0.8})
    for each in (first, second):
        await planted.transaction(lambda tx, each=each: models.create(tx, each))
    assert await writer(planted).commit(lambda tx: models.set_threshold(tx, "snow", 0.1))
    assert not await writer(planted).commit(lambda tx: models.set_threshold(tx, "nothing", 0.1))
    await writer(planted).commit(lambda tx: models.activate(tx, first, "the first", Trust.PROVISIONAL))
    assert await thresholds(planted) == {"sea": 0.6, "snow": 0.1, "sky": None}

    async def second_takes_over(tx: LabelTransaction) -> set[str]:
        await models.activate(tx, second, "better", Trust.PROVISIONAL)
        return tx.tags

    assert await writer(planted).commit(second_takes_over) == {"sea", "sky", "snow"}
    assert await thresholds(planted) == {"sea": None, "snow": 0.1, "sky": 0.8}
    known = await models.versions(planted, ModelKind.TAGS)
    assert [(each.version, each.state, each.reason) for each in known] == [
        (2, ModelState.ACTIVE, "better"),
        (1, ModelState.RETIRED, "the first"),
    ]
    assert known[1].per_label == first.per_label
    assert known[1].metrics == first.metrics
    assert await models.versions(planted, ModelKind.PERSONS) == []


async def test_a_new_model_withdraws_what_an_older_one_said(planted: Graph) -> None:
    async def put(tx: LabelTransaction, name: str, said: list[Predicted]) -> None:
        await predictions.put(tx, name, said)

    before = [Predicted(0, (("sea", 0.9), ("snow", 0.4))), Predicted(1, (("sea", 0.5),)), Predicted(2, ())]
    await writer(planted).commit(lambda tx: put(tx, "m1", before))
    await writer(planted).commit(lambda tx: put(tx, "m2", [Predicted(0, (("sky", 0.7),))]))
    rows = await planted.read(
        "MATCH (p:Photo)-[r:PREDICTED]->(t:Tag) "
        "RETURN p.number AS photo, t.id AS tag, r.score AS score, r.model AS model"
    )
    assert {(row["photo"], row["tag"], row["score"], row["model"]) for row in rows} == {
        (0, "sky", 0.7, "m2"),
        (1, "sea", 0.5, "m1"),
    }
    rows = await planted.read("MATCH (p:Photo) RETURN p.number AS photo, p.predictedBy AS model ORDER BY photo")
    assert [row["model"] for row in rows] == ["m2", "m1", "m1", None, None]
