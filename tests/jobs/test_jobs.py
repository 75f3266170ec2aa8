"""Jobs: cancelled and resumed, one at a time, watched."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.library.files import pending_count
from photos_graph.jobs import runner
from photos_graph.model.job_arguments import ScanArguments
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.model.library import RootState
from photos_graph.services.browse.photos import LibraryCounts
from photos_graph.services.scan import reading
from photos_graph.services.scan.polling import Waiting, poll
from photos_graph.services.scan.scan import rules
from photos_graph.settings import LibrarySettings, Settings
from tests.kit.library import ended, in_step, photos, scanned
from tests.kit.pictures import OLD, jpeg, put, told_apart
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A root of 40 files."""
    root = tmp_path / "Pictures"
    data = jpeg(0)
    for number in range(40):
        put(root / f"{number}.jpg", told_apart(data, str(number)))
    return root


READ = 6  # files that a scan reads before it is held


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Scans read ``READ`` files, and the others once this is set. They tell each step, and hear that they are cancelled
    with the next one."""
    monkeypatch.setattr(runner, "STEP_SECONDS", 0)
    call, begun, goes_on = reading.call_intake, itertools.count(), asyncio.Event()

    async def call_in_time(*arguments: Any) -> object:
        if next(begun) >= READ:
            await goes_on.wait()
        return await call(*arguments)

    monkeypatch.setattr(reading, "call_intake", call_in_time)
    return goes_on


async def test_a_cancelled_scan_keeps_what_it_read_and_the_next_goes_on(
    services: Services, large: Path, held: asyncio.Event
) -> None:
    await services.roots.add(str(large))
    job = await services.jobs.scan()
    async for step in services.jobs.watch(job.id):
        if step.done > 3:
            break
    await services.jobs.cancel(job.id)
    held.set()
    job = await ended(services, job)
    assert job.state is JobState.CANCELLED
    some = len(await photos(services))
    assert READ <= some < 40
    again = await scanned(services)
    assert (again.state, again.total) == (JobState.SUCCEEDED, 40 - some)
    assert len(await photos(services)) == 40
    assert await in_step(services)


async def test_a_scan_whose_service_stops_is_finished_by_the_next(
    settings: Settings, large: Path, held: asyncio.Event
) -> None:
    async with build(settings) as services:
        await services.roots.add(str(large))
        job = await services.jobs.scan()
        async for step in services.jobs.watch(job.id):
            if step.done > 3:
                break
    held.set()
    async with build(settings) as services:
        job = await ended(services, job)
        assert job.state is JobState.SUCCEEDED
        assert len(await photos(services)) == 40


async def test_the_same_scan_waits_only_once(settings: Settings, folder: Path) -> None:
    async with build(settings, run_jobs=False) as services:
        root = await services.roots.add(str(folder))
        first, second = await services.jobs.scan(), await services.jobs.scan()
        other = await services.jobs.scan(root.id)
        assert first.id == second.id != other.id


async def test_a_watcher_of_all_sees_each_job_to_its_end(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    states: dict[str, JobState] = {}

    async def watch() -> None:
        async for job in services.jobs.watch_all():
            states[job.id] = job.state
            if len(states) == 2 and set(states.values()) == {JobState.SUCCEEDED}:
                return

    watching = asyncio.create_task(watch())
    first = await scanned(services)
    second = await scanned(services, quick=True)
    async with asyncio.timeout(PATIENCE):
        await watching
    assert set(states) >= {first.id, second.id}


async def test_a_poll_scans_only_what_changed(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    await asyncio.sleep(2.1)  # the folders were made just now: their times count only once they are settled
    await scanned(services)
    count = (await services.jobs.page(None, 1, None)).total
    await poll(services.graph, services.jobs, rules(services.settings))
    assert (await services.jobs.page(None, 1, None)).total == count
    put(folder / "b/new.jpg", jpeg(50))
    await poll(services.graph, services.jobs, rules(services.settings))
    (job,) = (await services.jobs.page(None, 1, None)).items
    assert isinstance(job.arguments, ScanArguments) and job.arguments.quick
    assert (await ended(services, job)).state is JobState.SUCCEEDED
    assert "new.jpg" in await photos(services)


async def test_a_scan_that_the_release_before_queued_runs(services: Services, folder: Path) -> None:
    root = await services.roots.add(str(folder))
    await scanned(services)
    put(folder / "b/new.jpg", jpeg(51))
    job = await services.jobs.scan(root.id)
    arguments = json.dumps({"root": root.id, "acceptMissing": "1"})
    await services.graph.write(
        "MATCH (j:Job {id: $id}) SET j.arguments = $arguments, j.state = 'QUEUED'", id=job.id, arguments=arguments
    )
    found = await services.jobs.get(job.id)
    assert found is not None and found.arguments == ScanArguments((root.id,), accept_missing=True)
    assert (await ended(services, job)).state is JobState.SUCCEEDED
    assert "new.jpg" in await photos(services)


async def under_way(services: Services, job: Job) -> None:
    """Returns when some files of the scan have been read."""
    async for step in services.jobs.watch(job.id):
        if step.done:
            return


async def test_files_that_go_away_before_they_are_read_are_no_loss(
    services: Services, large: Path, held: asyncio.Event
) -> None:
    await services.roots.add(str(large))
    job = await services.jobs.scan()
    await under_way(services, job)
    for number in range(4, 10):  # by name, the last
        (large / f"{number}.jpg").unlink()
    held.set()
    job = await ended(services, job)
    assert job.state is JobState.SUCCEEDED, job.message
    assert len(await photos(services)) == 34
    assert await pending_count(services.graph, (await services.roots.all())[0].id) == 0
    assert await in_step(services)


async def test_a_root_that_is_removed_while_it_is_scanned_stays_removed(
    services: Services, large: Path, held: asyncio.Event
) -> None:
    root = await services.roots.add(str(large))
    job = await services.jobs.scan()
    await under_way(services, job)
    assert await services.roots.remove(root.id)
    held.set()
    job = await ended(services, job)
    assert job.state is JobState.SUCCEEDED and "removed" in (job.message or "")
    assert await services.browse.library_counts() == LibraryCounts(photos=0, files=0, folders=0)
    assert await in_step(services)


async def test_a_poll_leaves_a_running_scan_alone(services: Services, large: Path, held: asyncio.Event) -> None:
    await services.roots.add(str(large))
    job = await services.jobs.scan()
    await under_way(services, job)
    await poll(services.graph, services.jobs, rules(services.settings))
    assert [each.id for each in (await services.jobs.page(None, 10, None)).items] == [job.id]
    await services.jobs.cancel(job.id)
    held.set()
    assert (await ended(services, job)).state is JobState.CANCELLED


async def test_a_poll_asks_once_about_what_it_must_not_judge(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    for below in ("", "a", "a/deep", "b"):
        os.utime(folder / below, (OLD, OLD))
    await scanned(services)
    shutil.rmtree(folder / "b")
    os.utime(folder, (OLD + 1, OLD + 1))
    await poll(services.graph, services.jobs, rules(services.settings))
    (job,) = (await services.jobs.page(None, 1, None)).items
    assert (await ended(services, job)).state is JobState.FAILED
    count = (await services.jobs.page(None, 1, None)).total
    await poll(services.graph, services.jobs, rules(services.settings))
    assert (await services.jobs.page(None, 1, None)).total == count


async def count_after_poll(services: Services, waiting: Waiting) -> int:
    """How many jobs there are then."""
    await poll(services.graph, services.jobs, rules(services.settings), waiting)
    return (await services.jobs.page(None, 1, None)).total


async def test_a_poll_has_read_what_was_written_longer_than_a_scan_waits(settings: Settings, folder: Path) -> None:
    settings = settings.model_copy(update={"library": LibrarySettings(settle_limit_seconds=0)})
    path, data = folder / "b/upload.jpg", jpeg(90)
    path.write_bytes(data[:100])
    for below in ("", "a", "a/deep", "b"):
        os.utime(folder / below, (OLD, OLD))

    def write_on(size: int) -> None:
        with path.open("r+b") as file:
            file.write(data[:size])

    async with build(settings) as services:
        await services.roots.add(str(folder))
        write_on(150)
        job = await services.jobs.scan()
        for size in range(200, 300):
            write_on(size)
            await asyncio.sleep(0.2)
            if (found := await services.jobs.get(job.id)) and found.finished_at:
                break
        assert "1 still being written" in ((await ended(services, job)).message or "")
        waiting = Waiting()
        count = await count_after_poll(services, waiting)
        write_on(400)
        assert await count_after_poll(services, waiting) == count, "it is written to still"
        write_on(len(data))
        assert await count_after_poll(services, waiting) == count
        for _ in range(5):
            await count_after_poll(services, waiting)
            for unfinished in await services.jobs.unfinished(JobKind.SCAN):
                await ended(services, unfinished)
        assert (await photos(services))["upload.jpg"].byte_size == len(data)
        count = await count_after_poll(services, waiting)
        assert await count_after_poll(services, waiting) == count


async def test_a_poll_asks_once_about_a_file_that_is_not_read(settings: Settings, folder: Path) -> None:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        for below in ("", "a", "a/deep", "b"):
            os.utime(folder / below, (OLD, OLD))
        await scanned(services)
        await services.graph.write("MATCH (f:File {name: '4.jpg'}) SET f.state = 'PENDING'")
    async with build(settings, run_jobs=False) as services:
        waiting = Waiting()
        count = await count_after_poll(services, waiting)
        assert await count_after_poll(services, waiting) == count + 1
        (job,) = await services.jobs.unfinished(JobKind.SCAN)
        assert job.state is JobState.QUEUED and isinstance(job.arguments, ScanArguments) and job.arguments.quick
        await services.jobs.cancel(job.id)
        for _ in range(3):
            assert await count_after_poll(services, waiting) == count + 1
        os.utime(folder / "b/4.jpg", (OLD + 1, OLD + 1))
        await count_after_poll(services, waiting)
        assert await count_after_poll(services, waiting) == count + 2


async def test_a_poll_takes_a_folder_of_next_year_for_known(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    for below in ("", "a", "a/deep", "b"):
        os.utime(folder / below, (OLD, time.time() + 400 * 86_400))
    await scanned(services)
    count = (await services.jobs.page(None, 1, None)).total
    await poll(services.graph, services.jobs, rules(services.settings))
    assert (await services.jobs.page(None, 1, None)).total == count


async def test_a_poll_sees_a_root_go_away_and_come_back(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    away = folder.with_name("away")
    folder.rename(away)
    await poll(services.graph, services.jobs, rules(services.settings))
    assert [root.state for root in await services.roots.all()] == [RootState.OFFLINE]
    away.rename(folder)
    await poll(services.graph, services.jobs, rules(services.settings))
    assert [root.state for root in await services.roots.all()] == [RootState.ONLINE]


async def test_what_is_not_known_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound):
        await services.jobs.scan("unknown")
    with pytest.raises(NotFound):
        await services.jobs.scan(folder_id="unknown")
    with pytest.raises(NotFound):
        await services.jobs.cancel("unknown")
    with pytest.raises(NotFound):
        await services.jobs.retry_failures("unknown")
    with pytest.raises(NotFound):
        await anext(services.jobs.watch("unknown"))


async def test_roots_do_not_overlap_and_are_folders(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    with pytest.raises(Conflict):
        await services.roots.add(str(folder))
    with pytest.raises(Conflict):
        await services.roots.add(str(folder / "a"))
    with pytest.raises(Conflict):
        await services.roots.add(str(folder.parent))
    with pytest.raises(BadInput):
        await services.roots.add(str(folder / "a/1.jpg"))
    with pytest.raises(BadInput):
        await services.roots.add(str(services.settings.data_dir))
    other = folder.with_name("other") / "Pictures"
    other.mkdir(parents=True)
    assert (await services.roots.add(str(other))).name == "Pictures 2"
    assert (await services.roots.ensure(str(folder))).name == "Pictures"
