"""Which photos a backbone has to look at, what is kept of them, and the graph of neighbours that follows it.

The vectors are the test's own: what they mean makes no difference here.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from photos_graph.bootstrap import Services
from photos_graph.graph import features
from photos_graph.graph.connection import Transaction
from photos_graph.learn import neighbours
from photos_graph.learn.neighbours import Neighbours
from photos_graph.model import Job, JobKind
from photos_graph.services.neighbour_stage import NeighbourStage, kept_neighbours, learning_pool
from photos_graph.settings import LearnSettings
from tests.pictures import jpeg, put
from tests.services.faces import of_kind
from tests.services.library import photos, scanned

pytestmark = pytest.mark.anyio

DIMENSIONS = 8
GOOD, BETTER = "EfficientNetLite0", "MobileNetV3Small"


class Silent:
    job_id = "a job"

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        pass


class Stage:
    """That of one backbone, and what it keeps."""

    def __init__(self, services: Services, backbone: str) -> None:
        self.settings = services.settings.model_copy(update={"learn": LearnSettings(backbone=backbone)})
        self.pool = learning_pool(self.settings)
        self.path = kept_neighbours(self.settings)
        self._stage = NeighbourStage(services.graph, self.pool, self.settings)

    async def run(self, job: Job) -> Neighbours:
        await self._stage.run(job, Silent())
        return neighbours.load(self.path)


@pytest.fixture
async def scan(services: Services, folder: Path) -> Job:
    """Of ten photos."""
    await services.roots.add(str(folder))
    return await scanned(services)


@pytest.fixture
async def stages(services: Services) -> AsyncIterator[dict[str, Stage]]:
    made = {backbone: Stage(services, backbone) for backbone in (GOOD, BETTER)}
    yield made
    for stage in made.values():
        await stage.pool.close()


async def due(services: Services) -> list[features.DuePhoto]:
    return await features.due(services.graph, -1, 100)


async def describe(services: Services, some: list[features.DuePhoto], backbone: str) -> None:
    """Each by a vector that its number and the backbone give."""
    seed = len(backbone)
    vectors = np.array(
        [np.random.default_rng([seed, each.number]).normal(size=DIMENSIONS) for each in some], np.float32
    )

    async def work(tx: Transaction) -> None:
        await features.put(tx, backbone, some, vectors, "features")

    await services.graph.transaction(work)


async def known(services: Services, backbone: str) -> dict[str, features.Floats]:
    ids = [photo.id for photo in await features.described(services.graph, backbone)]
    found: dict[str, features.Floats] = {}
    async for some in features.vectors(services.graph, ids, backbone):
        found |= some
    assert set(found) == set(ids)
    return found


async def test_photos_are_due_until_they_are_described_and_after_a_change_of_backbone(
    services: Services, scan: Job, folder: Path
) -> None:
    new = await due(services)
    assert len(new) == await features.due_count(services.graph) == 10
    assert not await of_kind(services, JobKind.PREDICT), "without weights nothing is tried"
    await features.want(services.graph, GOOD)
    await describe(services, new, GOOD)
    assert not await due(services)
    vectors = await known(services, GOOD)
    assert set(vectors) == {photo.id for photo in new}
    expected = np.random.default_rng([len(GOOD), new[3].number]).normal(size=DIMENSIONS)
    assert np.allclose(vectors[new[3].id], expected, atol=2e-3), "kept as float16"

    put(folder / "more.jpg", jpeg(77))
    await scanned(services)
    [more] = await due(services)
    assert more.id == (await photos(services))["more.jpg"].id

    assert not await features.is_wanted(services.graph, BETTER)
    await features.want(services.graph, BETTER)
    again = await due(services)
    assert {photo.id for photo in again} == {*vectors, more.id}
    await describe(services, again[:4], BETTER)
    assert set(await known(services, BETTER)) == {photo.id for photo in again[:4]}
    assert not set(await known(services, GOOD)) & set(await known(services, BETTER)), "one vector a photo"
    rows = await services.graph.read("MATCH (p:Photo)-[:DESCRIBED_BY]->(x:Features) RETURN p.id = x.id AS own")
    assert [row["own"] for row in rows] == [True] * 10
    await features.want(services.graph, BETTER)
    assert await due(services) == again[4:], "asked for once, it is gone on with"


async def test_neighbours_follow_what_is_described_and_two_backbones_never_meet(
    services: Services, scan: Job, stages: dict[str, Stage]
) -> None:
    new = await due(services)
    await describe(services, new[:6], GOOD)
    assert set((await stages[GOOD].run(scan)).ids) == {photo.id for photo in new[:6]}
    await describe(services, new[6:], GOOD)
    whole = await stages[GOOD].run(scan)
    vectors = await known(services, GOOD)
    plain = neighbours.build(GOOD, whole.ids, np.array([vectors[id_] for id_ in whole.ids]))
    assert len(whole) == 10 and np.array_equal(whole.near, plain.near)
    stamp = stages[GOOD].path.stat()
    await stages[GOOD].run(scan)
    assert stages[GOOD].path.stat().st_ino == stamp.st_ino, "nothing new, nothing written"

    await describe(services, new[:3], BETTER)
    assert set((await stages[BETTER].run(scan)).ids) == {photo.id for photo in new[:3]}
    less = await stages[GOOD].run(scan)
    assert set(less.ids) == {photo.id for photo in new[3:]}, "one of which the vector is gone is nobody's neighbour"
    assert {place for row in less.near for place in row} <= {*range(7), neighbours.NOBODY}


async def test_neighbours_are_found_anew_after_damage_and_by_another_process(
    services: Services, scan: Job, stages: dict[str, Stage]
) -> None:
    stage = stages[GOOD]
    await describe(services, await due(services), GOOD)
    whole = await stage.run(scan)
    content = stage.path.read_bytes()
    stage.path.write_bytes(content[:-100])
    again = await stage.run(scan)
    assert again.ids == whole.ids and np.array_equal(again.near, whole.near)

    stage.path.unlink()
    [pid] = stage.pool.pids
    os.kill(pid, signal.SIGSTOP)
    running = asyncio.ensure_future(stage.run(scan))
    await asyncio.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    assert np.array_equal((await running).near, whole.near), "another process does it"
    assert [file.name for file in stage.path.parent.iterdir()] == [stage.path.name]
