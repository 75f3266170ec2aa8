"""Photos that their owner ignores, and files that are passed over, from one scan to the next."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.library.ignoring import IGNORE_FILE
from photos_graph.model.jobs import JobState
from photos_graph.services.doctor import Doctor
from photos_graph.services.scan.polling import poll
from photos_graph.services.scan.scan import rules
from tests.kit.library import ended, failures, files, in_step, photos, scanned
from tests.kit.pictures import OLD, put

pytestmark = pytest.mark.anyio


def settle(folder: Path) -> None:
    """Makes the times of all folders old enough for polls to trust them."""
    for each in [folder, *folder.rglob("*")]:
        if each.is_dir():
            os.utime(each, (OLD, OLD))


async def polled(services: Services) -> str | None:
    """Polls once. Returns the message of the scan that it queued, or None if there was nothing to scan."""
    before = (await services.jobs.page(None, 1, None)).total
    await poll(services.graph, services.jobs, rules(services.settings))
    page = await services.jobs.page(None, 1, None)
    if page.total == before:
        return None
    job = await ended(services, page.items[0])
    assert job.state is JobState.SUCCEEDED, job.message
    return job.message


async def test_known_photos_that_become_ignored_leave_and_come_back_with_their_labels(
    services: Services, folder: Path
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    before = await photos(services)
    await services.ratings.rate([before["4.jpg"].id], 5)
    (folder / IGNORE_FILE).write_text("b/\n")
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED, "more than a fifth is ignored, and none is lost"
    assert job.message == "Pictures: 3 files looked at, 0 read, 7 ignored from now on."
    assert set(await photos(services)) == {"1.jpg", "2.jpg", "3.jpg"}
    assert services.folders.at("Pictures/b") is None
    assert (await scanned(services)).message == "Pictures: 3 files looked at, 0 read."
    (folder / IGNORE_FILE).unlink()
    job = await scanned(services)
    assert (job.state, job.total) == (JobState.SUCCEEDED, 0), "nothing is read again"
    after = await photos(services)
    assert after.keys() == before.keys()
    assert (after["4.jpg"].id, after["4.jpg"].rating) == (before["4.jpg"].id, 5)
    assert await in_step(services)


async def test_files_that_are_gone_are_missing_though_others_are_ignored(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    (folder / IGNORE_FILE).write_text("[5-9].jpg\n")
    for number in (4, 10):
        (folder / f"b/{number}.jpg").unlink()
    job = await scanned(services)
    assert job.message == "Pictures: 3 files looked at, 0 read, 2 missing, 5 ignored from now on."
    (folder / "a/1.jpg").unlink()
    (folder / "a/2.jpg").unlink()
    (folder / IGNORE_FILE).write_text("[3-9].jpg\n")
    job = await scanned(services)
    assert job.state is JobState.FAILED and "2 of 3 files are gone" in (job.message or "")
    assert set(await photos(services)) == {"1.jpg", "2.jpg"}, "what is ignored is hidden whatever else has gone"


async def test_a_file_that_became_ignored_before_it_was_read_is_not_read(services: Services, folder: Path) -> None:
    put(folder / "broken.jpg", b"not a picture")
    await services.roots.add(str(folder))
    await scanned(services)
    assert set(await failures(services)) == {"Pictures/broken.jpg"}
    (folder / IGNORE_FILE).write_text("broken.jpg\n")
    job = await ended(services, await services.jobs.retry_failures())
    assert (job.total, await failures(services)) == (0, {}), job.message
    assert await in_step(services)


async def test_a_poll_finds_that_an_ignore_file_has_changed(services: Services, folder: Path) -> None:
    (folder / "b" / IGNORE_FILE).write_text("4.jpg\n")
    await services.roots.add(str(folder))
    settle(folder)
    await scanned(services)
    assert await polled(services) is None
    (folder / "b" / IGNORE_FILE).write_text("5.jpg\n")
    assert await polled(services) == "Pictures: 6 files looked at, 1 read, 1 ignored from now on."
    assert set(await photos(services)) == {f"{number}.jpg" for number in range(1, 11) if number != 5}
    assert await polled(services) is None
    (folder / "b/.nomedia").touch()
    assert "6 ignored" in (await polled(services) or "")
    settle(folder)
    await scanned(services)
    (folder / "b/.nomedia").unlink()
    await polled(services)
    assert len(await photos(services)) == 9
    assert await in_step(services)


async def test_a_scan_of_an_ignored_folder_ignores_it(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    inside = services.folders.at("Pictures/a/deep")
    assert inside is not None
    (folder / "a" / IGNORE_FILE).write_text("deep/\n")
    job = await ended(services, await services.jobs.scan(folder_id=inside.id))
    assert job.state is JobState.SUCCEEDED, job.message
    assert "a/deep/3.jpg" not in await files(services) and len(await files(services)) == 9


async def test_an_ignore_file_that_cannot_be_used_is_a_failure_and_changes_nothing(
    services: Services, folder: Path
) -> None:
    (folder / IGNORE_FILE).write_text("a/deep/\n")
    await services.roots.add(str(folder))
    await scanned(services)
    (folder / IGNORE_FILE).unlink()
    (folder / IGNORE_FILE).mkdir()
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED, job.message
    assert len(await photos(services)) == 9
    assert [each.stage for each in (await failures(services)).values()] == ["walk"]
    (folder / IGNORE_FILE).rmdir()
    await scanned(services)
    assert len(await photos(services)) == 10
    assert await failures(services) == {}


async def test_the_video_of_a_live_photo_is_told_with_its_photo(services: Services, folder: Path) -> None:
    for path in ("a/1.MOV", "b/MVI_1.MOV"):
        put(folder / path, b"")
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert job.message == "Pictures: 10 files looked at (1 with a video), 10 read. Passed over: 1 mov."


async def test_what_is_passed_over_is_told_for_the_whole_root_after_a_scan_of_a_part(
    services: Services, folder: Path, tmp_path: Path
) -> None:
    for path in ("a/MVI_1.MOV", "a/MVI_2.mov", "a/deep/1.AAE", "b/alone.xmp"):
        put(folder / path, b"")
    other = tmp_path / "Other"
    put(other / "3.mov", b"")
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert job.message == "Pictures: 10 files looked at, 10 read. Passed over: 2 mov, 1 aae, 1 xmp."
    await services.roots.add(str(other))
    await scanned(services)
    assert await services.roots.passed_over() == {"mov": 3, "aae": 1, "xmp": 1}
    doctor = Doctor(services.graph, services.index, services.browse, services.settings)
    findings = {each.subject: each.message async for each in doctor.examine()}
    assert findings["passed over"] == "3 mov, 1 aae, 1 xmp"
    put(folder / "a/deep/2.mp4", b"")
    (folder / "b/alone.xmp").unlink()
    inside = services.folders.at("Pictures/a")
    assert inside is not None
    job = await ended(services, await services.jobs.scan(folder_id=inside.id))
    assert (job.message or "").endswith("Passed over: 2 mov, 1 aae, 1 mp4, 1 xmp."), "b was not looked at"
    put(folder / "b/MVI_4.mov", b"")
    (folder / "a/deep").rename(folder / "b/deep")
    await scanned(services)
    assert await services.roots.passed_over() == {"mov": 4, "aae": 1, "mp4": 1}
    (folder / "b/deep/3.jpg").unlink()
    for each in (folder / "b/deep").iterdir():
        each.unlink()
    (folder / "b/deep").rmdir()
    await scanned(services)
    assert await services.roots.passed_over() == {"mov": 4}
    await services.roots.remove((await services.roots.all())[0].id)
    assert len(await services.roots.passed_over()) <= 1
