"""Scans: what cannot be read is named, and names that are not Unicode."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from photos_graph.bootstrap import Services
from photos_graph.model.jobs import JobState
from tests.kit.library import ended, failures, in_step, photos, scanned
from tests.kit.pictures import OLD, jpeg, put

pytestmark = pytest.mark.anyio


async def test_what_cannot_be_read_is_named_and_the_scan_goes_on(services: Services, folder: Path) -> None:
    put(folder / "a/broken.jpg", b"\xff\xd8\xff\xe0 no picture at all")
    put(folder / "a/text.png", b"hello")
    put(folder / "a/empty.jpg", b"")
    put(folder / "a/torn.jpg", jpeg(50, 640, 480)[:-200])
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED
    noted = await failures(services)
    assert set(noted) == {f"Pictures/a/{name}" for name in ("broken.jpg", "text.png", "empty.jpg", "torn.jpg")}
    assert all(failure.reason and failure.attempts == 1 for failure in noted.values())
    shown = await photos(services)
    assert "torn.jpg" in shown and len(shown) == 11, "what a torn file still has is shown"
    before = await scanned(services)
    assert before.total == 0, "they are not tried again by themselves"
    job = await ended(services, await services.jobs.retry_failures())
    assert job.total == 4
    assert {failure.attempts for path, failure in (await failures(services)).items() if "torn" not in path} == {2}
    put(folder / "a/broken.jpg", jpeg(51), at=OLD + 3)
    await scanned(services)
    assert "Pictures/a/broken.jpg" not in await failures(services)


async def test_of_a_torn_file_that_moved_only_the_new_path_is_named(services: Services, folder: Path) -> None:
    torn = jpeg(50, 640, 480)[:-200]
    put(folder / "a/torn.jpg", torn)
    await services.roots.add(str(folder))
    await scanned(services)
    put(folder / "b/torn.jpg", torn, at=OLD + 5)
    (folder / "a/torn.jpg").unlink()
    await scanned(services)
    assert set(await failures(services)) == {"Pictures/b/torn.jpg"}


async def test_a_folder_that_cannot_be_listed_is_a_failure_and_loses_nothing(
    services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    locked = (folder / "a").stat().st_ino
    listing = os.scandir

    def refuse(descriptor: int) -> Any:  # chmod does not keep root out, and tests may run as root
        if os.fstat(descriptor).st_ino == locked:
            raise PermissionError(errno.EACCES, "Permission denied")
        return listing(descriptor)

    monkeypatch.setattr(os, "scandir", refuse)
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED
    assert "Permission denied" in (await failures(services))["Pictures/a"].reason
    beside = services.folders.at("Pictures/b")
    assert beside is not None
    await ended(services, await services.jobs.scan(folder_id=beside.id))
    assert "Pictures/a" in await failures(services), "nobody looked there"
    assert len(await photos(services)) == 10
    monkeypatch.undo()
    await scanned(services)
    assert await failures(services) == {}


async def test_names_that_are_not_unicode_survive_the_round_trip(services: Services, folder: Path) -> None:
    raw = os.fsencode(folder) + b"/a/caf\xe9.jpg"
    put(Path(os.fsdecode(raw)), jpeg(60))
    nfd = "Cafe\u0301.jpg"
    put(folder / "a" / nfd, jpeg(61))
    await services.roots.add(str(folder))
    await scanned(services)
    shown = await photos(services)
    assert {"caf\\xe9.jpg", "Caf\u00e9.jpg"} <= set(shown)
    original = await services.media.original(shown["caf\\xe9.jpg"].id)
    try:
        assert os.pread(original.descriptor, 1 << 20, 0) == jpeg(60)
    finally:
        os.close(original.descriptor)
    assert (await scanned(services)).total == 0


@pytest.mark.parametrize("quick", [False, True])
async def test_names_that_change_only_their_unicode_form_still_open_their_files(
    services: Services, tmp_path: Path, quick: bool
) -> None:
    root = tmp_path / "Pictures"
    decomposed, composed = "Cafe\u0301", "Caf\u00e9"
    put(root / decomposed / "below" / f"{decomposed}.jpg", jpeg(1))
    for path in (root, root / decomposed, root / decomposed / "below"):
        os.utime(path, (OLD, OLD))
    await services.roots.add(str(root))
    await scanned(services)
    (before,) = (await photos(services)).values()
    (root / decomposed).rename(root / composed)  # as convmv does
    (root / composed / "below" / f"{decomposed}.jpg").rename(root / composed / "below" / f"{composed}.jpg")
    put(root / composed / "below" / "new.jpg", jpeg(2))
    job = await scanned(services, quick=quick)
    assert (job.state, job.done) == (JobState.SUCCEEDED, 1), job.message
    shown = await photos(services)
    assert set(shown) == {f"{composed}.jpg", "new.jpg"} and shown[f"{composed}.jpg"].id == before.id
    original = await services.media.original(before.id)
    try:
        assert os.pread(original.descriptor, 1 << 20, 0) == jpeg(1)
    finally:
        os.close(original.descriptor)
    assert (await scanned(services, quick=quick)).total == 0
    assert await in_step(services)
