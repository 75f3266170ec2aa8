"""``kill -9`` inside the transaction by which a model takes over, and between two batches of what it predicts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.learn import dataset
from photos_graph.learn.registry import Registry
from photos_graph.model.jobs import JobKind
from photos_graph.model.learning import Model, ModelKind, ModelState
from photos_graph.model.search import Ref
from photos_graph.settings import LearnSettings, Settings
from tests.kit.corpora import SCENES
from tests.kit.library import photos, scanned
from tests.kit.pictures import put
from tests.kit.processes.dying import BATCH, dies

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.both_engines]

KINDS = ("forest", "sea")
EACH, SAID = 18, 12


@pytest.fixture
def settings(settings: Settings, backbone_home: Path) -> Settings:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.models_dir.symlink_to(backbone_home, target_is_directory=True)
    return settings.model_copy(update={"learn": LearnSettings(cold_start=False)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures of each kind a day."""
    root = tmp_path / "Pictures"
    for kind in KINDS:
        for number, picture in enumerate(sorted((SCENES / kind).iterdir())[:EACH]):
            put(root / f"{kind} {number} 2019-07-{10 + number // 2}.jpg", picture.read_bytes())
    return root


async def at_rest(services: Services) -> None:
    while await services.jobs.unfinished(*JobKind):
        await asyncio.sleep(0.1)


async def learnt(settings: Settings, folder: Path) -> Model:
    """The first version, by which everything is predicted."""
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        for kind in KINDS:
            wanted = [f"{kind} {number} 2019-07-{10 + number // 2}.jpg" for number in range(SAID)]
            found = await photos(services)
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


async def test_one_model_counts_and_its_predictions_become_whole(settings: Settings, folder: Path) -> None:
    first = await learnt(settings, folder)
    everything = EACH * len(KINDS)

    dies(settings, "activating", train=True)
    async with build(settings, run_jobs=False) as services:
        assert (await active(services)).id == first.id
        assert [model.id for model in await services.models.versions()] == [first.id], "there is no half of a version"
        assert await predicted(services) == {first.id: everything}

    dies(settings, "predicting")  # the training is taken up again, and its model takes over
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
