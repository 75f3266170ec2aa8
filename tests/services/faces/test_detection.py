"""Looking for faces, through real scans and real models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, LiteralString

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import EngineUnavailable, NotFound
from photos_graph.events import Events, FacesFound
from photos_graph.faces.analysis import Found
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.faces import detections
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library.photos import files_of
from photos_graph.graph.library.vanished_files import miss_files
from photos_graph.images.sealing import sealed
from photos_graph.jobs import runner
from photos_graph.model.faces import FaceFilter
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.services.faces import detection
from photos_graph.services.faces.detection import DetectionJob, Examined, _DetectionRun, _write_faces
from photos_graph.services.faces.detection_call import find_faces, model_pool
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.settings import Settings
from tests.kit.library import ended, failures, in_step, photos, scanned
from tests.kit.model_workers import PUPILS, class_photo
from tests.kit.originals import asked_keys
from tests.kit.pictures import encoded, jpeg, put
from tests.kit.portraits import NAME, faces, looked, of_kind, people, replace_faces, settled, with_models
from tests.kit.waiting import PATIENCE
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

PERSONS, EACH = 3, 3
BY: LiteralString = "MATCH (p:Photo) RETURN p.id AS id, p.facesBy AS by, p.facesDue AS due"
DRAW: LiteralString = """
MATCH (p:Photo {id: $photo})
CREATE (p)-[:HAS_FACE]->(:Face {id: $id, x: $x, y: $y, width: 0.3, height: 0.3, score: 1.0, quality: 0.0,
  ignored: false, source: 'MANUAL'})
SET p.facesDue = p.number
"""


@pytest.fixture
def face_settings(settings: Settings, weights_home: Path) -> Settings:
    return with_models(settings, weights_home)


@pytest.fixture
async def library(face_settings: Settings, tmp_path: Path) -> AsyncIterator[Services]:
    """LFW's first persons and a picture of nobody, scanned and looked at."""
    root = people(tmp_path / "Pictures", PERSONS, EACH)
    put(root / "nobody.jpg", jpeg(7, 640, 480))
    async with build(face_settings) as services:
        await services.roots.add(str(root))
        await scanned(services)
        await settled(services)
        yield services


async def by_photo(services: Services) -> dict[str, tuple[str | None, int | None]]:
    return {row["id"]: (row["by"], row["due"]) for row in await services.graph.read(BY)}


async def test_a_scan_is_followed_by_a_look_for_faces(library: Services) -> None:
    found = await faces(library)
    by_who = {who: sum(face.who == who for face in found.values()) for who in {face.who for face in found.values()}}
    assert len(by_who) == PERSONS and all(count >= EACH for count in by_who.values())
    for face in found.values():
        x, y, width, height = face.box
        assert 0 <= x < x + width <= 1 and 0 <= y < y + height <= 1
        assert (face.source, face.ignored, face.model) == ("DETECTED", False, "SFace")
        assert 0 < face.quality <= 1
        assert np.isclose(np.linalg.norm(detections.unpacked(face.vector or "")), 1, atol=1e-4)
    (job,) = await of_kind(library, JobKind.FACES)
    assert (job.state, job.done, job.total) == (JobState.SUCCEEDED, PERSONS * EACH + 1, PERSONS * EACH + 1)
    assert await in_step(library)


async def test_a_picture_of_nobody_is_remembered_and_nothing_is_done_twice(library: Services) -> None:
    assert set((await by_photo(library)).values()) == {("yunet+SFace/2", None)}
    assert (await photos(library))["nobody.jpg"].id not in {face.photo for face in (await faces(library)).values()}
    await scanned(library)
    assert len(await of_kind(library, JobKind.FACES)) == 1
    job = await looked(library)
    assert (job.state, job.done, job.message) == (JobState.SUCCEEDED, 0, "0 photos looked at, 0 new faces.")


async def test_what_was_found_before_a_photo_was_turned_is_not_written(library: Services) -> None:
    before = await faces(library)
    photo_id = next(iter(before.values())).photo
    [row] = await library.graph.write(
        "MATCH (p:Photo {id: $id}) SET p.facesDue = p.number RETURN p.number AS number", id=photo_id
    )
    [photo] = await detections.to_detect(library.graph, [DuePhoto(photo_id, row["number"])])
    await library.graph.write("MATCH (p:Photo {id: $id}) SET p.look = '6'", id=photo_id)
    nobody = Examined(photo, Found(np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.zeros((0, 128))))
    await library.writer.commit(lambda tx: _write_faces(tx, [nobody], library.settings))
    assert (await by_photo(library))[photo_id][1] == row["number"], "it is looked at once more"
    assert await faces(library) == before


async def test_another_look_keeps_faces_and_what_was_said(library: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await faces(library)
    named, ignored, gone, *_ = sorted(before.values(), key=lambda face: face.id)
    await library.graph.write(NAME, person="anna", ids=[named.id])
    await library.graph.write("MATCH (f:Face {id: $id}) SET f.ignored = true, f.x = 0.01, f.y = 0.01", id=ignored.id)
    await library.graph.write("MATCH (f:Face {id: $id}) SET f.x = 0.9, f.y = 0.9", id=gone.id)
    drawn = (await photos(library))["nobody.jpg"].id
    await library.graph.write(DRAW, photo=drawn, id="drawn", x=0.4, y=0.4)
    asked, again = asked_keys(monkeypatch), {face.photo for face in (named, ignored, gone)}
    await looked(library, again)
    assert asked == [], "the keys come with the photos"
    after = await faces(library)
    assert after[named.id].said == ("anna", "MANUAL")
    assert after[named.id].box == before[named.id].box
    assert after[ignored.id].ignored, "it is not where it was, but somebody said something of it"
    assert after[ignored.id].vector != before[ignored.id].vector
    assert gone.id not in after, "it is not there, and nobody said anything of it"
    assert (after["drawn"].source, after["drawn"].box[:2], after["drawn"].model) == ("MANUAL", (0.4, 0.4), "SFace")
    assert after["drawn"].vector is not None
    # Where the ignored box and the one that is gone had been moved from, the faces are found as new ones.
    assert len(after) == len(before) + 2


async def test_what_a_look_found_is_told_by_the_next_if_it_was_killed_before_it_told(library: Services) -> None:
    pool, calls = model_pool(library.settings), 0

    async def killed(_: FacesFound) -> None:
        raise EngineUnavailable("The engine does not answer.")

    async def news(_: FacesFound) -> None:
        nonlocal calls
        calls += 1

    def look(news: Callable[[FacesFound], Awaitable[None]]) -> _DetectionRun:
        events = Events()
        events.subscribe(FacesFound, news)
        parts = (library.graph, library.writer, library.media, pool, library.settings, events)
        return _DetectionRun(DetectionJob(*parts), Silent())

    photo = next(iter((await faces(library)).values())).photo
    numbers = await known_numbers(library.graph, [photo])
    await library.graph.transaction(lambda tx: due.make_due(tx, due.FACES, numbers))
    with pytest.raises(EngineUnavailable):
        await look(killed).run()
    assert (await look(news).run()).photos == 0
    assert calls == 1
    await pool.close()


class Silent:
    job_id = "a job"

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        pass


async def test_faces_that_are_found_as_their_file_goes_wait_for_it(library: Services) -> None:
    pool, graph = model_pool(library.settings), library.graph
    every = list((await faces(library)).values())
    photo = every[0].photo
    files = [file.id for file in (await files_of(graph, [photo]))[photo]]
    numbers = await known_numbers(graph, [photo])

    async def unknown(tx: LabelTransaction) -> None:
        await detections.remove(tx, [face.id for face in every if face.photo == photo])
        await due.make_due(tx, due.FACES, numbers)

    class Deleting(Silent):
        async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
            if done:
                await miss_files(writer(graph), files)

    await library.writer.commit(unknown)
    look = _DetectionRun(
        DetectionJob(graph, library.writer, library.media, pool, library.settings, Events()), Deleting()
    )
    assert (await look.run()).faces > 0
    assert await library.faces.count(FaceFilter(photo_id=photo)) == 0
    await pool.close()


async def test_what_is_not_there_is_not_looked_for(library: Services) -> None:
    with pytest.raises(NotFound):
        await library.face_triggers.find(["0" * 32])


class Held:
    """Models that look at ``most`` photos, and at the others once ``goes_on`` is set."""

    def __init__(self, most: int) -> None:
        self.most, self.goes_on = most, asyncio.Event()

    async def __call__(self, *given: Any) -> Found:
        if self.most <= 0:
            await self.goes_on.wait()
        self.most -= 1
        return await find_faces(*given)


async def test_a_job_that_is_cancelled_or_whose_service_stops_is_gone_on_with(
    face_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "STEP_SECONDS", 0)  # a job hears with its next step that it is cancelled
    root = people(tmp_path / "Pictures", 3, 4)
    async with build(replace_faces(face_settings, enabled="off")) as services:
        await services.roots.add(str(root))
        await scanned(services)
        assert not await of_kind(services, JobKind.FACES)
    async with build(face_settings) as services:
        monkeypatch.setattr(detection, "find_faces", held := Held(3))
        job = await services.face_triggers.find()
        async for step in services.jobs.watch(job.id):
            if step.done == 3:
                break
        await services.jobs.cancel(job.id)
        held.goes_on.set()
        assert (await ended(services, job)).state is JobState.CANCELLED
        some = sum(by is not None for by, _ in (await by_photo(services)).values())
        assert 3 <= some < 12
        monkeypatch.setattr(detection, "find_faces", Held(1))
        job = await services.face_triggers.find()
        async for step in services.jobs.watch(job.id):
            if step.done == 1:
                break
    monkeypatch.setattr(detection, "find_faces", find_faces)
    async with build(face_settings) as services:
        job = await ended(services, job)
        assert job.state is JobState.SUCCEEDED
        assert set((await by_photo(services)).values()) == {("yunet+SFace/2", None)}
        assert len({(face.photo, face.box) for face in (await faces(services)).values()}) == len(await faces(services))
        await settled(services)


async def test_a_rendition_that_was_thrown_out_is_made_again(face_settings: Settings, tmp_path: Path) -> None:
    root = people(tmp_path / "Pictures", 1, 2)
    async with build(replace_faces(face_settings, enabled="off")) as services:
        await services.roots.add(str(root))
        await scanned(services)
    for rendition in (face_settings.data_dir / "renditions").rglob("*.jpg"):
        rendition.unlink()
    async with build(face_settings) as services:
        assert (await looked(services)).state is JobState.SUCCEEDED
        assert len(await faces(services)) >= 2
    assert len(list((face_settings.data_dir / "renditions").rglob("*.LARGE.jpg"))) == 2


async def test_what_cannot_be_looked_at_is_a_failure_until_it_is_read_again(
    face_settings: Settings, tmp_path: Path
) -> None:
    root = people(tmp_path / "Pictures", 1, 2)
    async with build(replace_faces(face_settings, enabled="off")) as services:
        await services.roots.add(str(root))
        await scanned(services)
    damaged = min((face_settings.data_dir / "renditions").rglob("*.LARGE.jpg"))
    whole = damaged.read_bytes()
    damaged.write_bytes(sealed(b"\xff\xd8\xff no picture"))
    async with build(face_settings) as services:
        job = await looked(services)
        assert (job.state, job.message) == (
            JobState.SUCCEEDED,
            "1 photos looked at, 1 new faces, 1 could not be looked at.",
        )
        (failure,) = (await failures(services)).values()
        assert failure.stage == "faces" and failure.path.startswith("Pictures/")
        assert (await looked(services)).done == 0, "it is not tried for ever"
        damaged.write_bytes(whole)
        await ended(services, await services.jobs.retry_failures())
        await settled(services)
        assert not await failures(services)
        assert len(await faces(services)) == 2


async def test_small_faces_wait_for_an_original_that_is_away(face_settings: Settings, tmp_path: Path) -> None:
    folder, away = tmp_path / "Pictures", tmp_path / "away"
    half = class_photo().crop((0, 0, 3840, 1200))
    put(folder / "class.jpg", encoded(half, "JPEG", quality=92))
    put(folder / "nobody.jpg", jpeg(7, 2400, 1600))
    async with build(face_settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        await settled(services)
        before = await faces(services)
        assert len(before) == PUPILS // 2
        folder.rename(away)
        shown = [photo.id for photo in (await photos(services)).values()]
        job = await looked(services, shown)
        assert job.message == "1 photos looked at, 0 new faces, 1 wait for their folder to be online."
        assert (await faces(services)).keys() == before.keys()
        assert await due.count(services.graph, due.FACES) == 1
        away.rename(folder)
        assert (await looked(services)).message == "1 photos looked at, 0 new faces."
        assert (await faces(services)).keys() == before.keys()


async def test_without_weights_a_scan_asks_for_nothing_and_a_look_says_what_to_do(
    services: Services, tmp_path: Path
) -> None:
    put(tmp_path / "Pictures/1.jpg", jpeg(1))
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    assert not await of_kind(services, JobKind.FACES)
    job = await looked(services)
    assert job.state is JobState.SUCCEEDED and "photos-graph models --fetch" in (job.message or "")
    assert set((await by_photo(services)).values()) != {("yunet+SFace/2", None)}


async def test_faces_that_are_wanted_without_weights_fail(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path / "Pictures/1.jpg", jpeg(1))
    async with build(replace_faces(settings, enabled="on")) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        await settled(services)
        (job,) = await of_kind(services, JobKind.FACES)
        assert job.state is JobState.FAILED and "photos-graph models --fetch" in (job.message or "")


async def test_the_service_answers_and_scans_while_faces_are_looked_for(
    face_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "find_faces", held := Held(1))
    root = people(tmp_path / "Pictures", 1, 2)
    async with build(face_settings) as services:
        await services.roots.add(str(root))
        await scanned(services)
        put(tmp_path / "More/1.jpg", jpeg(1))
        await services.roots.add(str(tmp_path / "More"))
        await asyncio.wait_for(scanned(services), PATIENCE)
        job = (await of_kind(services, JobKind.FACES))[-1]
        assert job.finished_at is None, "the scan did not wait for it"
        held.goes_on.set()
        await settled(services)
        assert set((await by_photo(services)).values()) == {("yunet+SFace/2", None)}
