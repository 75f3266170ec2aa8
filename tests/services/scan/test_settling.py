"""Scans: files that are being written, and the times of files."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.model.jobs import JobState
from photos_graph.settings import LibrarySettings, Settings
from tests.kit.library import failures, photos, scanned
from tests.kit.pictures import OLD, jpeg, put

pytestmark = pytest.mark.anyio


async def test_a_file_that_is_still_being_written_is_in_when_the_scan_ends(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    data = jpeg(77)
    path = folder / "growing.jpg"
    path.write_bytes(data[:100])

    async def grow() -> None:
        await asyncio.sleep(1)
        with path.open("ab") as file:
            file.write(data[100:])

    growing = asyncio.create_task(grow())
    job = await scanned(services)
    await growing
    assert job.state is JobState.SUCCEEDED, job.message
    assert (await photos(services))["growing.jpg"].byte_size == len(data)
    assert await failures(services) == {}


async def test_a_linked_file_settles_as_what_it_leads_to(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"library": LibrarySettings(follow_symlinks=True, settle_limit_seconds=5)})
    root = tmp_path / "Pictures"
    (root / ".hidden").mkdir(parents=True)
    (root / "link.jpg").symlink_to(root / ".hidden/1.jpg")
    async with build(settings) as services:
        await services.roots.add(str(root))
        put(root / ".hidden/1.jpg", jpeg(1), at=time.time())
        job = await scanned(services)
        assert "still being written" not in (job.message or "")
        assert set(await photos(services)) == {"link.jpg"}


async def test_a_time_in_the_future_does_not_keep_a_file_out(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    put(folder / "tomorrow.jpg", jpeg(78), at=time.time() + 86_400)
    await scanned(services)
    assert "tomorrow.jpg" in await photos(services)


async def test_times_that_no_graph_holds_do_not_stop_a_scan(services: Services, folder: Path) -> None:
    os.utime(put(folder / "b/clock.jpg", jpeg(79)), (OLD, 10_000_000_000))  # 2286: more nanoseconds than 64 bits hold
    os.utime(folder / "b", (OLD, 10_000_000_000))
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED, job.message
    photo = (await photos(services))["clock.jpg"]
    os.close((await services.media.original(photo.id)).descriptor)
    assert (await scanned(services)).total == 0, "it is known again"
