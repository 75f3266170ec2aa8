"""The kept graph of neighbours follows the vectors in the graph. They are the test's own: what they mean makes no
difference here.
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
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.learning import features
from photos_graph.graph.learning.vectors import Floats
from photos_graph.learn import neighbours
from photos_graph.learn.neighbours import Neighbours
from photos_graph.model.jobs import Job
from photos_graph.services.learning.neighbours import NeighbourStage, kept_neighbours, learning_pool
from photos_graph.settings import LearnSettings
from tests.kit.library import scanned

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


async def due_photos(services: Services) -> list[DuePhoto]:
    return [photo async for page in due.pages(services.graph, due.FEATURES, 100) for photo in page]


def described(some: list[DuePhoto], backbone: str) -> Floats:
    """For each a vector that its number and the backbone give."""
    chances = [np.random.default_rng([len(backbone), each.number]) for each in some]
    return np.array([chance.normal(size=DIMENSIONS) for chance in chances], np.float32)


async def describe(services: Services, some: list[DuePhoto], backbone: str) -> None:
    async def work(tx: Transaction) -> None:
        await features.put(tx, backbone, some, described(some, backbone))

    await services.graph.transaction(work)


async def test_neighbours_follow_what_is_described_and_two_backbones_never_meet(
    services: Services, scan: Job, stages: dict[str, Stage]
) -> None:
    new = await due_photos(services)
    await describe(services, new[:6], GOOD)
    assert set((await stages[GOOD].run(scan)).ids) == {photo.id for photo in new[:6]}
    await describe(services, new[6:], GOOD)
    whole = await stages[GOOD].run(scan)
    place = {photo.id: at for at, photo in enumerate(new)}
    plain = neighbours.build(GOOD, whole.ids, described(new, GOOD)[[place[id_] for id_ in whole.ids]])
    assert len(whole) == 10 and np.array_equal(whole.near, plain.near)
    stamp = stages[GOOD].path.stat()
    await stages[GOOD].run(scan)
    assert stages[GOOD].path.stat().st_ino == stamp.st_ino, "nothing new, nothing written"

    await describe(services, new[:3], BETTER)
    assert set((await stages[BETTER].run(scan)).ids) == {photo.id for photo in new[:3]}
    less = await stages[GOOD].run(scan)
    assert set(less.ids) == {photo.id for photo in new[3:]}, "one of which the vector is gone is nobody's neighbour"
    assert {place for row in less.near for place in row} <= {*range(7), neighbours.NO_PHOTO}


async def test_neighbours_are_found_anew_after_damage_and_by_another_process(
    services: Services, scan: Job, stages: dict[str, Stage]
) -> None:
    stage = stages[GOOD]
    await describe(services, await due_photos(services), GOOD)
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
