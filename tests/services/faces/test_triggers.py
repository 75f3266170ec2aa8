"""What is asked of the jobs of faces, and when."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import EngineUnavailable
from photos_graph.events import LabelsChanged
from photos_graph.graph import due
from photos_graph.graph.faces import match_requests
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.faces import Box
from photos_graph.model.jobs import Job, JobKind
from photos_graph.model.labels import LabelKind
from photos_graph.model.library import RootState
from photos_graph.model.search import Ref
from photos_graph.services.faces import triggers
from photos_graph.settings import Settings
from tests.kit.library import exported, imported, photos, scanned
from tests.kit.pictures import OLD, jpeg, put
from tests.kit.portraits import at_rest, of_kind, replace_faces, settled
from tests.kit.waiting import PATIENCE, Pauses

pytestmark = pytest.mark.anyio

BOX = Box(0.3, 0.3, 0.2, 0.2)
LOOKED_AT: LiteralString = "MATCH (p:Photo) SET p.facesBy = $models, p.facesDue = null"
FORGET: LiteralString = "MATCH (f:Face) DETACH DELETE f"


@pytest.fixture
def wanting(settings: Settings) -> Settings:
    """Jobs are asked for as with models, which are not here."""
    return replace_faces(settings, enabled="on")


async def looked_at(services: Services, folder: Path) -> str:
    """A library of one photo in which the models saw nobody: its id."""
    put(folder / "1.jpg", jpeg(1))
    os.utime(folder, (OLD, OLD))
    await services.roots.add(str(folder))
    await scanned(services)
    await settled(services)
    await due.want(services.graph, due.FACES, services.settings.faces_by)
    await services.graph.write(LOOKED_AT, models=services.settings.faces_by)
    return (await photos(services))["1.jpg"].id


async def looks(services: Services) -> int:
    return len(await of_kind(services, JobKind.FACES))


async def until_looks(services: Services, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        pause = Pauses()
        while await looks(services) != count:
            await pause()


async def test_a_face_that_was_drawn_without_models_is_looked_at_by_a_job(wanting: Settings, tmp_path: Path) -> None:
    async with build(wanting) as services:
        photo = await looked_at(services, tmp_path / "Pictures")
        before = await looks(services)
        await services.drawn_faces.add(photo, BOX)
        await until_looks(services, before + 1)
        await settled(services)
    async with build(wanting) as services:
        await services.drawn_faces.add(photo, Box(0.7, 0.7, 0.2, 0.2))
    async with build(wanting) as services:
        assert await looks(services) == before + 2, "a service that stops asks for it before"


async def test_an_imported_face_is_looked_at_by_a_job(wanting: Settings, tmp_path: Path) -> None:
    async with build(wanting) as services:
        photo = await looked_at(services, tmp_path / "Pictures")
        await services.drawn_faces.add(photo, BOX)
        folder = await exported(services, DatasetFormat.JSON)
        await at_rest(services)
        await services.graph.write(FORGET)
        await services.graph.write(LOOKED_AT, models=services.settings.faces_by)
        before = await looks(services)
        await imported(services, folder)
        await until_looks(services, before + 1)


async def test_what_waits_for_its_folder_is_looked_at_when_it_is_back(wanting: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    wanting.library.poll_seconds = 0.1
    async with build(wanting, poll=True) as services:
        await looked_at(services, folder)
        [number] = [row["n"] for row in await services.graph.read("MATCH (p:Photo) RETURN p.number AS n")]
        before = await looks(services)
        folder.rename(tmp_path / "away")
        await in_state(services, RootState.OFFLINE)
        await services.graph.transaction(lambda tx: due.make_due(tx, due.FACES, [number]))
        await services.face_triggers.labels_changed(LabelsChanged(LabelKind.FACES))
        await at_rest(services)
        assert await looks(services) == before, "nothing can be seen of it now"
        (tmp_path / "away").rename(folder)
        await until_looks(services, before + 1)


async def in_state(services: Services, state: RootState) -> None:
    async with asyncio.timeout(PATIENCE):
        while [root.state for root in await services.roots.all()] != [state]:
            await asyncio.sleep(0.05)


async def matches(services: Services) -> int:
    return len(await of_kind(services, JobKind.CLUSTER))


async def killed(services: Services) -> None:
    """Forgets what waits in memory, as a kill does."""
    waiting = services.face_triggers._waiting
    assert waiting is not None
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_what_was_said_before_a_kill_is_matched_by_the_next_service(settings: Settings, tmp_path: Path) -> None:
    async with build(settings, run_jobs=False) as services:
        async with build(settings) as scanning:
            photo = await looked_at(scanning, tmp_path / "Pictures")
        await services.index.catch_up()
        face = await services.drawn_faces.add(photo, BOX, Ref(name="Ann"))
        await killed(services)
        assert await matches(services) == 0
    async with build(settings) as services:
        await settled(services)
        assert await matches(services) == 1
        assert not await match_requests.waits(services.graph)
    async with build(settings) as services:
        await settled(services)
        assert await matches(services) == 1, "once"
        ignored = await services.assignment.ignore([face.id])
        await killed(services)
        await scanned(services)
        await settled(services)
        assert await matches(services) == 2, "a scan looks too"
        assert ignored.change_id is not None
        await services.changes.undo(ignored.change_id)
        await killed(services)
    async with build(settings) as services:
        await settled(services)
        assert await matches(services) == 3


async def test_an_import_before_a_kill_is_matched_by_the_next_service(settings: Settings, tmp_path: Path) -> None:
    async with build(settings) as services:
        photo = await looked_at(services, tmp_path / "Pictures")
        await services.drawn_faces.add(photo, BOX, Ref(name="Ann"))
        folder = await exported(services, DatasetFormat.JSON)
        await at_rest(services)
        await services.graph.write(FORGET)
        await match_requests.take(services.graph, "somebody")
        before = await matches(services)
        await imported(services, folder)
        assert await match_requests.waits(services.graph)
        await until_matches(services, before + 1)


async def until_matches(services: Services, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        pause = Pauses()
        while await matches(services) != count:
            await pause()


async def test_an_engine_that_is_away_for_a_while_loses_no_wish(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triggers, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(triggers, "AGAIN_SECONDS", 0.01)
    queue, tries = services.jobs.queue, 0

    async def away(kind: JobKind) -> Job:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise EngineUnavailable("The engine does not answer.")
        return await queue(kind)

    monkeypatch.setattr(services.jobs, "queue", away)
    await services.face_triggers.labels_changed(LabelsChanged(LabelKind.FACES))
    await until_matches(services, 1)
    assert tries == 3


async def test_weights_that_arrive_are_used_without_a_scan(
    settings: Settings, tmp_path: Path, weights_home: Path
) -> None:
    put(tmp_path / "Pictures/1.jpg", jpeg(1))
    async with build(settings) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        await services.face_triggers.weights.look()
        assert await looks(services) == 0
        (settings.data_dir / "models").symlink_to(weights_home, target_is_directory=True)
        for _ in range(2):
            await services.face_triggers.weights.look()
        assert await looks(services) == 1, "only when they arrive"
        await settled(services)
        assert await due.count(services.graph, due.FACES) == 0
