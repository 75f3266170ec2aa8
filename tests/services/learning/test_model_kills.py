"""``kill -9`` inside the transaction by which a model takes over, and between two batches of what it predicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.learn import dataset
from photos_graph.learn.registry import Registry
from photos_graph.model.jobs import JobKind
from photos_graph.model.learning import Model, ModelKind, ModelState
from photos_graph.model.search import Ref
from photos_graph.settings import LearnSettings, Settings
from tests.kit.described import name_of, scan_and_describe
from tests.kit.engines import silence_jobs
from tests.kit.library import photos
from tests.kit.processes.dying import BATCH, dies
from tests.kit.waiting import Pauses

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KINDS = ("forest", "sea")
EACH, SAID = 18, 12


@pytest.fixture
def settings(settings: Settings, backbone_home: Path) -> Settings:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "models").symlink_to(backbone_home, target_is_directory=True)
    return settings.model_copy(update={"learn": LearnSettings(cold_start=False)})


async def at_rest(services: Services) -> None:
    pause = Pauses()
    while await services.jobs.unfinished(*JobKind):
        await pause()


async def learnt(settings: Settings, folder: Path) -> Model:
    """The first version, by which everything is predicted."""
    await scan_and_describe(settings, folder, KINDS, EACH)
    async with build(settings) as services:
        found = await photos(services)
        for kind in KINDS:
            wanted = [name_of(kind, number) for number in range(SAID)]
            await services.tagging.tag_photos([found[name].id for name in wanted], [Ref(name=kind)])
        await services.learning_triggers.train(ModelKind.TAGS)
        await at_rest(services)
        [model] = await services.models.versions()
        assert model.state is ModelState.ACTIVE
        registry = Registry(settings.learn_dir / "models")
        assert dataset.load(registry.snapshot_of(model.file)).snapshot == model.snapshot
        assert await predicted(services) == {model.id: EACH * len(KINDS)}
        return model


async def predicted(services: Services) -> dict[str, int]:
    """Photos by the model that predicted them; all that is predicted of a photo is by that one."""
    rows = await services.graph.read(
        "MATCH (p:Photo) OPTIONAL MATCH (p)-[r:PREDICTED]->(:Tag) "
        "RETURN p.id AS photo, p.predictedBy AS model, collect(DISTINCT r.model) AS models"
    )
    assert all(row["models"] == [row["model"]] for row in rows), rows
    return {model: sum(row["model"] == model for row in rows) for model in {row["model"] for row in rows}}


async def active(services: Services) -> Model:
    [model] = [each for each in await services.models.versions() if each.state is ModelState.ACTIVE]
    return model


async def test_one_model_counts_and_its_predictions_become_whole(settings: Settings, tmp_path: Path) -> None:
    first = await learnt(settings, tmp_path / "Pictures")
    everything = EACH * len(KINDS)

    dies(settings, "activating", train=True)
    silence_jobs(settings.graph)
    async with build(settings, run_jobs=False) as services:
        assert (await active(services)).id == first.id
        assert [model.id for model in await services.models.versions()] == [first.id], "there is no half of a version"
        assert await predicted(services) == {first.id: everything}

    dies(settings, "predicting")  # the training is taken up again, and its model takes over
    silence_jobs(settings.graph)
    async with build(settings, run_jobs=False) as services:
        second = await active(services)
        assert second.version == 2
        assert await predicted(services) == {second.id: BATCH, first.id: everything - BATCH}

    async with build(settings) as services:
        await at_rest(services)
        assert (await active(services)).id == second.id
        assert await predicted(services) == {second.id: everything}
        assert not await services.index.differing()

    async with build(settings, run_jobs=False) as services:
        await services.models.activate(first.id)  # and the process ends before it says more
    async with build(settings) as services:
        await at_rest(services)
        assert (await active(services)).id == first.id
        assert await predicted(services) == {first.id: everything}
