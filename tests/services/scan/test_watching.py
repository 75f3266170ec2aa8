"""Roots that are watched: what is told, and what is looked at all the same. The system tells it (inotify)."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.library.ignoring import IGNORE_FILE
from photos_graph.library.mounts import Mount
from photos_graph.model.jobs import Job, JobState
from photos_graph.model.library import RootState
from photos_graph.services.doctor import Doctor
from photos_graph.services.scan import polling, watches
from photos_graph.services.scan.polling import Waiting, poll
from photos_graph.services.scan.scan import rules
from photos_graph.services.scan.watches import Watches
from photos_graph.settings import LibrarySettings
from tests.kit.library import ended, photos, scanned
from tests.kit.pictures import OLD, jpeg, put
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")]

DISK = Mount(1, b"/", "ext4")
NAS = Mount(2, b"/", "nfs4")


class Watcher:
    """Polls as the service does, and counts walks. ``time`` passes only when a test says so."""

    def __init__(self, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mounts, self.time, self.walks = [DISK], 0.0, 0
        self.watches = Watches(LibrarySettings(), lambda: self.mounts, lambda: self.time)
        self._services, self._waiting = services, Waiting()
        changed = polling._changed

        def counted(*arguments: object) -> bool:
            self.walks += 1
            return changed(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(polling, "_changed", counted)

    async def round(self) -> Job | None:
        """Polls a minute later, and returns the scan that was queued, as it ended."""
        self.time += 60
        return await self._polled(is_round=True)

    async def told(self) -> Job | None:
        """Polls when the system has told something, and the pause after it is over."""
        self.time = await self.due_at()
        self.watches._next_round = self.time + 60
        return await self._polled(is_round=False)

    async def due_at(self) -> float:
        """Waits until a root is to be looked at, and returns when."""
        async with asyncio.timeout(PATIENCE):
            while inf == (due := min((each.look_at for each in self.watches._places.values()), default=inf)):
                await asyncio.sleep(0.01)
        return due

    async def _polled(self, *, is_round: bool) -> Job | None:
        services = self._services
        await self.watches.wait()
        assert self.watches.round is is_round
        before = (await services.jobs.page(None, 1, None)).total
        await poll(services.graph, services.jobs, rules(services.settings), self._waiting, None, self.watches)
        page = await services.jobs.page(None, 1, None)
        return await ended(services, page.items[0]) if page.total > before else None


@pytest.fixture
def watcher(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    watcher = Watcher(services, monkeypatch)
    yield watcher
    watcher.watches.close()


def settle(folder: Path) -> None:
    """Makes the times of all folders old enough for polls to trust them."""
    for each in [folder, *folder.rglob("*")]:
        if each.is_dir():
            os.utime(each, (OLD, OLD))


async def begin(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    settle(folder)
    await scanned(services)


async def test_a_library_that_is_watched_is_not_walked_until_something_changes(
    services: Services, folder: Path, watcher: Watcher
) -> None:
    await begin(services, folder)
    assert await watcher.round() is None and watcher.walks == 1, "the first look begins the watch"
    assert await watcher.round() is None and watcher.walks == 1
    put(folder / "a" / "new.jpg", jpeg(77))
    job = await watcher.told()
    assert job is not None and job.state is JobState.SUCCEEDED and watcher.walks == 2
    assert "new.jpg" in await photos(services)
    (folder / "a" / "new.jpg").rename(folder / "b" / "renamed.jpg")
    await watcher.told()
    assert "renamed.jpg" in await photos(services)
    (folder / "b" / "renamed.jpg").unlink()
    await watcher.told()
    assert "renamed.jpg" not in await photos(services)


async def test_folders_that_come_are_watched(services: Services, folder: Path, watcher: Watcher) -> None:
    await begin(services, folder)
    await watcher.round()
    (folder / "x" / "y").mkdir(parents=True)
    await watcher.told()
    put(folder / "x" / "y" / "deep.jpg", jpeg(78))
    await watcher.told()
    assert "deep.jpg" in await photos(services)


async def test_what_an_ignore_file_says_is_watched_and_what_it_names_is_not(
    services: Services, folder: Path, watcher: Watcher
) -> None:
    (folder / IGNORE_FILE).write_text("b/\n")
    await begin(services, folder)
    await watcher.round()
    put(folder / "b" / "new.jpg", jpeg(79))
    (folder / IGNORE_FILE).write_text("# nothing\n")
    job = await watcher.told()
    assert job is not None and {"new.jpg", "4.jpg"} <= (await photos(services)).keys()


async def test_folders_that_are_passed_over_are_not_watched(
    services: Services, folder: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "@eaDir").mkdir()
    (folder / IGNORE_FILE).write_text("b/\n")
    await begin(services, folder)
    seen: list[bytes] = []
    add = watches.FolderWatch.add

    def noted(self: watches.FolderWatch, root: bytes, relative: bytes, *, has_ignore_file: bool) -> None:
        seen.append(relative)
        add(self, root, relative, has_ignore_file=has_ignore_file)

    monkeypatch.setattr(watches.FolderWatch, "add", noted)
    await watcher.round()
    assert sorted(seen) == [b"", b"a", b"a/deep"]


async def test_a_drive_that_does_not_tell_is_walked_each_round(
    services: Services, folder: Path, watcher: Watcher
) -> None:
    watcher.mounts = [NAS]
    await begin(services, folder)
    for walks in (1, 2, 3):
        assert await watcher.round() is None and watcher.walks == walks
    watcher.mounts = [DISK]
    await watcher.round()
    assert await watcher.round() is None and watcher.walks == 4, "it is watched now"
    watcher.mounts = [DISK, Mount(3, os.path.realpath(os.fsencode(folder)) + b"/a", "cifs")]
    await watcher.round()
    await watcher.round()
    assert watcher.walks == 6, "something is mounted in it that does not tell"


async def test_a_library_that_is_watched_is_walked_now_and_then(
    services: Services, folder: Path, watcher: Watcher
) -> None:
    await begin(services, folder)
    await watcher.round()
    watcher.time += LibrarySettings().recheck_seconds
    await watcher.round()
    assert watcher.walks == 2


async def test_where_the_system_has_no_watch_left_it_is_polled(
    services: Services, folder: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inotify_simple import INotify

    await begin(services, folder)
    add, given = INotify.add_watch, iter(range(2))

    def limited(self: INotify, path: bytes, mask: int) -> int:
        if next(given, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(add(self, path, mask))

    with monkeypatch.context() as patched:
        patched.setattr(INotify, "add_watch", limited)
        for walks in (1, 2, 3):
            assert await watcher.round() is None and watcher.walks == walks
    await watcher.round()
    assert watcher.walks == 4, "it is tried again after an hour"
    watcher.time += LibrarySettings().recheck_seconds
    await watcher.round()
    assert await watcher.round() is None and watcher.walks == 5


async def test_a_root_that_goes_away_and_comes_back_is_watched_again(
    services: Services, folder: Path, watcher: Watcher
) -> None:
    await begin(services, folder)
    await watcher.round()
    folder.rename(folder.with_name("away"))
    await watcher.told()
    assert [root.state for root in await services.roots.all()] == [RootState.OFFLINE]
    folder.with_name("away").rename(folder)
    await watcher.round()
    assert [root.state for root in await services.roots.all()] == [RootState.ONLINE]
    put(folder / "new.jpg", jpeg(80))
    await watcher.told()
    assert "new.jpg" in await photos(services)


async def test_a_folder_that_changes_all_the_time_is_looked_at_less_and_less_often(
    services: Services, folder: Path, watcher: Watcher
) -> None:
    await begin(services, folder)
    await watcher.round()
    pauses = []
    for number in range(8):
        (folder / f"{number}.part").touch()
        pauses.append(await watcher.due_at() - watcher.time)
        await watcher.told()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_scan_that_runs_is_not_looked_at(
    services: Services, folder: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(services, folder)
    await watcher.round()
    with monkeypatch.context() as patched:
        patched.setattr(services.jobs, "scanning", lambda: asyncio.sleep(0, True))
        put(folder / "new.jpg", jpeg(81))
        assert await watcher.told() is None and watcher.walks == 1
    assert await watcher.told() is not None
    assert "new.jpg" in await photos(services)


async def test_the_doctor_says_what_is_watched_and_why_not(services: Services, folder: Path) -> None:
    await begin(services, folder)

    async def said() -> str:
        doctor = Doctor(services.graph, services.index, services.browse, services.settings)
        return {each.subject: each.message async for each in doctor.examine()}["Pictures, changes"]

    services.settings.library.watch = False
    assert await said() == "while the service runs, it is looked at every 60 s, because library.watch is off"
