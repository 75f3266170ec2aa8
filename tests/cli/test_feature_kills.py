"""``kill -9`` while photos are described: of the program, and of the process that holds the backbone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from photos_graph.bootstrap import build
from photos_graph.graph import due
from photos_graph.graph.learning import features
from photos_graph.learn import neighbours
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.settings import Settings
from tests.kit.commands import SMALL_BATCHES, alive, decoders, kill, on, start, until
from tests.kit.corpora import SCENES
from tests.kit.engines import RunningEngine, silence_jobs
from tests.kit.library import failures
from tests.kit.pictures import put
from tests.kit.portraits import of_kind
from tests.kit.processes.small_batches import BATCH
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

COUNT = 6 * BATCH  # photos: several calls of the backbone


async def test_whatever_is_killed_each_photo_is_described_once(
    settings: Settings, engine: RunningEngine, backbone_home: Path, tmp_path: Path
) -> None:
    folder, log = tmp_path / "Pictures", tmp_path / "log"
    for picture in sorted((SCENES / "sea").iterdir())[:COUNT]:
        put(folder / picture.name, picture.read_bytes())
    settings.data_dir.mkdir()
    (settings.data_dir / "models").symlink_to(backbone_home, target_is_directory=True)

    environment = on(settings) | {"PHOTOS_LEARN__COLD_START": "0"}
    program = start("scan", folder, log=log, program=SMALL_BATCHES, **environment)
    until(lambda: engine.done(JobKind.PREDICT) > 0)
    children = decoders(program.pid)
    program.kill()
    program.wait()
    until(lambda: not any(map(alive, children)))
    assert "photos described" not in log.read_text()

    some = engine.done(JobKind.PREDICT)
    silence_jobs(engine.settings)
    program = start("scan", folder, log=log, program=SMALL_BATCHES, **environment)
    until(lambda: engine.done(JobKind.PREDICT) not in (0, some))
    for pid in decoders(program.pid):
        kill(pid)
    assert program.wait(PATIENCE) == 0, log.read_text()
    told = [int(count) for count in re.findall(r"([0-9]+) photos described", log.read_text())]
    assert 0 < sum(told) < COUNT

    async with build(settings, run_jobs=False) as services:
        assert not await failures(services), "who was in the way of a kill is not blamed"
        assert (await of_kind(services, JobKind.PREDICT))[0].state is JobState.SUCCEEDED
        assert not await due.count(services.graph, due.FEATURES)
        described = {photo.id for photo in await features.described(services.graph, settings.learn.backbone)}
        rows = await services.graph.read("MATCH (x:Features) RETURN x.id AS id")
        assert len(rows) == COUNT and {row["id"] for row in rows} == described
    assert set(neighbours.load(kept_neighbours(settings)).ids) == described
