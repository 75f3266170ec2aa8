"""``kill -9`` while training."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.model.jobs import JobKind
from photos_graph.model.learning import Model, ModelKind, ModelState
from photos_graph.model.search import Ref
from photos_graph.settings import Settings
from tests.kit.commands import HELD_TRAINING, alive, decoders, on, start, until
from tests.kit.described import scan_and_describe
from tests.kit.engines import silence_jobs
from tests.kit.waiting import Pauses

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.usefixtures("warm_workers")]

KINDS = ("forest", "sea")
EACH, SAID = 20, 12


async def say(services: Services) -> None:
    rows = await services.graph.read("MATCH (p:Photo)<-[:OF]-(f:File) RETURN p.id AS id, f.name AS name")
    for kind in KINDS:
        wanted = [row["id"] for row in rows if row["name"].split()[0] == kind and int(row["name"].split()[1]) < SAID]
        assert len(wanted) == SAID
        await services.tagging.tag_photos(wanted, [Ref(name=kind)])


async def consistent(services: Services) -> Model:
    """One version counts, and it alone said what is predicted, of all photos."""
    models = await services.models.versions(ModelKind.TAGS)
    [active] = [model for model in models if model.state is ModelState.ACTIVE]
    rows = await services.graph.read("MATCH (p:Photo) RETURN p.predictedBy AS model, count(p) AS photos")
    assert [(row["model"], row["photos"]) for row in rows] == [(active.id, len(KINDS) * EACH)]
    rows = await services.graph.read("MATCH (:Photo)-[r:PREDICTED]->(:Tag) RETURN DISTINCT r.model AS model")
    assert [row["model"] for row in rows] == [active.id]
    return active


async def at_rest(settings: Settings) -> Model:
    """Once nothing is left to do."""
    async with build(settings) as services:
        pause = Pauses()
        while await services.jobs.unfinished(*JobKind):
            await pause()
        return await consistent(services)


def killed(settings: Settings, log: Path) -> None:
    program = start("train", "tags", log=log, program=HELD_TRAINING, **on(settings))
    until(lambda: re.search(r"Training: \d+ of", log.read_text()) is not None)
    children = decoders(program.pid)
    program.kill()
    program.wait()
    until(lambda: not any(map(alive, children)))


async def test_a_training_that_was_killed_is_taken_up_again(
    settings: Settings, backbone_home: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    settings.data_dir.mkdir()
    (settings.data_dir / "models").symlink_to(backbone_home, target_is_directory=True)
    await scan_and_describe(settings, tmp_path / "Pictures", KINDS, EACH)
    async with build(settings, run_jobs=False) as services:
        await say(services)

    killed(settings, log)
    silence_jobs(settings.graph)
    async with build(settings, run_jobs=False) as services:
        assert await services.models.versions(ModelKind.TAGS) == []
    first = await at_rest(settings)  # the job is taken up again
    assert first.version == 1
