"""The reading half of a scan: once per original, whatever the files hold."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.graph.library import files as graph_files
from photos_graph.images.formats import EXTENSIONS
from photos_graph.model.jobs import JobState
from photos_graph.model.search import PhotoOrder
from photos_graph.services.scan import reading
from photos_graph.settings import Settings
from photos_graph.workers.frames import FrameKind
from photos_graph.workers.process import Worker
from tests.kit.corpora import CORPORA, HOSTILE
from tests.kit.library import ended, failures, files, photos, scanned
from tests.kit.pictures import OLD, jpeg, put
from tests.kit.processes.dying import dies

pytestmark = pytest.mark.anyio


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Decoders are killed when they have begun with something, until this is undone. What one answers nevertheless,
    because it was faster, is not heard."""
    dying: set[int] = set()

    async def begun(worker: Worker) -> tuple[FrameKind, bytes]:
        kind, body = await frame(worker)
        while worker.pid in dying:
            await frame(worker)  # up to its end, which raises EOFError
        if kind is FrameKind.BEGUN:
            dying.add(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
        return kind, body

    frame = Worker._frame
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "_frame", begun)
        yield patch


@pytest.mark.parametrize("ahead", [None, 3600], ids=["old", "time ahead"])
async def test_a_file_that_kills_its_worker_twice_is_left_alone_by_name(
    services: Services, tmp_path: Path, ahead: int | None, killing: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "deadly.jpg", jpeg(1), at=time.time() + ahead if ahead else OLD)
    await services.roots.add(str(folder))
    job = await scanned(services)
    killing.undo()
    assert job.state is JobState.SUCCEEDED
    failure = (await failures(services))["Pictures/deadly.jpg"]
    assert failure.attempts == 2 and "died" in failure.reason
    assert (await scanned(services)).total == 0, "it is not opened again by itself"
    await ended(services, await services.jobs.retry_failures())
    assert "deadly.jpg" in await photos(services)
    assert await failures(services) == {}


async def attempts(services: Services) -> dict[str, int]:
    """Of the files that are not read yet, by name."""
    [root] = await services.roots.all()
    pending = await graph_files.pending_files(services.graph, root.id, "", 500, (0, 100))
    return {file.record.name: file.record.attempts for file in pending}


FILES_OF_A_DISK = 160  # more than are read while the test notices the first of them


async def test_files_that_go_away_with_their_disk_are_not_to_blame(services: Services, tmp_path: Path) -> None:
    folder, away = tmp_path / "Pictures", tmp_path / "away"
    renditions = services.settings.data_dir / "renditions"
    for number in range(FILES_OF_A_DISK):
        put(folder / f"{number}.jpg", jpeg(number, 2000, 1500))
    await services.roots.add(str(folder))
    for _ in range(2):
        before = len(list(renditions.rglob("*.jpg")))
        job = await services.jobs.scan()
        while len(list(renditions.rglob("*.jpg"))) == before:  # some are read, and not all
            await asyncio.sleep(0.01)
        folder.rename(away)
        folder.mkdir()  # what is there where nothing is mounted
        assert (await ended(services, job)).state is JobState.FAILED
        left = await attempts(services)
        assert left and set(left.values()) == {0}
        folder.rmdir()
        away.rename(folder)
    await scanned(services)
    assert len(await photos(services)) == FILES_OF_A_DISK
    assert await failures(services) == {}


async def test_only_the_file_that_ends_the_service_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    for number in range(5):
        put(folder / f"{number}.jpg", jpeg(number))
    async with build(settings, run_jobs=False) as services:
        await services.roots.add(str(folder))
        job = await services.jobs.scan()
    for _ in range(reading.QUARANTINE_AFTER):
        await asyncio.to_thread(dies, settings, "reading")
        async with build(settings, run_jobs=False) as services:
            # Its owner would be given up only after a while.
            await services.graph.write("MATCH (j:Job {id: $id}) SET j.state = 'QUEUED'", id=job.id)
    async with build(settings) as services:
        await ended(services, job)
        assert set(await failures(services)) == {"Pictures/0.jpg"}
        assert set(await photos(services)) == {f"{number}.jpg" for number in range(1, 5)}


async def test_every_original_is_read_once(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    total = 0
    for number in range(8):
        data = jpeg(number, 1200, 900) + bytes(1_000_000)  # what is read shows beside what Python itself reads
        put(folder / f"{number}.jpg", data)
        total += len(data)
    await services.roots.add(str(folder))
    await services.browse.formats()  # the decoders and their libraries are loaded
    before = {pid: read_by(pid) for pid in services.pool.pids}
    await scanned(services)
    after = {pid: read_by(pid) for pid in services.pool.pids}
    assert len(await photos(services)) == 8
    spent = sum(count - before.get(pid, 0) for pid, count in after.items())
    # A child that began meanwhile has read its libraries too; those of pictures are read once, so less than twice.
    assert total <= spent < 1.5 * total + 40_000_000 * (len(after) - len(before))


async def test_photos_of_one_moment_are_in_the_order_of_their_files(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WRITE_SECONDS", 60.0)
    names = [f"IMG-20190814-WA{number:04}.jpg" for number in range(30)]
    for number, name in enumerate(names):
        put(tmp_path / "Pictures" / name, jpeg(number))
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    ids = services.browse.photos(None, PhotoOrder.TAKEN_DESC).ids
    assert [photo.name for photo in await services.browse.photos_by_id(ids) if photo is not None] == names


async def test_what_is_pending_is_read_to_its_end_in_parts(
    services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READ_AHEAD", 4)
    monkeypatch.setattr(reading, "BLOCK", 3)
    await services.roots.add(str(folder))
    assert (await scanned(services)).done == 10
    assert len(await photos(services)) == 10


def read_by(pid: int) -> int:
    """Bytes that the process has read so far, from files and pipes."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(lines[0].removeprefix("rchar: "))


@pytest.mark.parametrize("root", [HOSTILE, pytest.param(CORPORA / "photoview-testmedia", marks=pytest.mark.corpora)])
async def test_a_hostile_library_is_read_to_its_end_while_the_service_answers(services: Services, root: Path) -> None:
    await services.roots.add(str(root))
    job = await services.jobs.scan()
    answered = 0
    async for step in services.jobs.watch(job.id):
        job = step
        services.browse.photos(None, PhotoOrder.TAKEN_DESC, first=50)
        await services.browse.library_counts()
        answered += job.finished_at is None
    assert job.state is JobState.SUCCEEDED, job.message
    assert answered, "while it was read"
    noted = await failures(services)
    known = {f"{root.name}/{path}" for path in await files(services)}
    on_disk = {
        f"{root.name}/{path.relative_to(root)}"
        for path in root.rglob("*")
        if path.is_file() and path.suffix.lower().removeprefix(".") in EXTENSIONS and "/." not in str(path)
    }
    assert on_disk - known <= set(noted), "what is not shown has a reason"
    assert all(failure.reason for failure in noted.values())
