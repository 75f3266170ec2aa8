"""Several services keep renditions for one another in one place, and each is made by one of them."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from photos_graph.images import shared_place, shared_renditions
from photos_graph.images.shared_place import REST_SECONDS, SharedPlace
from photos_graph.images.shared_renditions import STALE_SECONDS, SharedRenditions
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from tests.kit.pictures import encoded, opened, scene
from tests.kit.renditions import PHOTO, Rig, rig
from tests.kit.waiting import until

pytestmark = pytest.mark.anyio

SMALL, LARGE = ThumbnailSize.SMALL, ThumbnailSize.LARGE
JPEG = ThumbnailFormat.JPEG
KEY = (PHOTO, SMALL, JPEG)
CLAIM = f"{PHOTO[:2]}/{PHOTO}.SMALL.jpg.claim"


class Clock:
    """A clock that stands still, or goes on by so many ``seconds`` whenever it is read."""

    def __init__(self, seconds: float = 0) -> None:
        self.now, self.seconds = 0.0, seconds

    def __call__(self) -> float:
        self.now += self.seconds
        return self.now


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        (tmp_path / "shared").mkdir()
        return str(tmp_path / "shared")
    fsspec.filesystem("memory").store.clear()
    return "memory://renditions"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"


def files(url: str) -> set[str]:
    system, root = fsspec.core.url_to_fs(url)
    return {Path(name).name for name in system.find(root)}


@asynccontextmanager
async def services(tmp_path: Path, url: str, count: int = 2) -> AsyncIterator[list[Rig]]:
    """Services with caches of their own, of which each has its own copy of the original."""
    async with AsyncExitStack() as closing:
        made = []
        for number in range(count):
            own = tmp_path / f"service {number}"
            own.mkdir()
            made.append(await closing.enter_async_context(rig(own, shared=SharedRenditions(SharedPlace(url)))))
        yield made


async def test_what_two_services_are_asked_for_at_once_is_made_once(tmp_path: Path, folder: Path) -> None:
    async with services(tmp_path, str(folder)) as rigs:
        pictures = await asyncio.gather(*(made.read(SMALL) for made in rigs))
        assert sum(made.asked for made in rigs) == 1
        assert pictures[0] == pictures[1] and opened(pictures[0]).size == (320, 213)
        for made in rigs:
            await made.kept(SMALL)
        await until(lambda: files(str(folder)) == {f"{PHOTO}.SMALL.jpg"})


async def test_a_service_takes_what_another_one_has_made(tmp_path: Path, url: str) -> None:
    async with services(tmp_path, url) as (one, other):
        picture = await one.read(SMALL)
        await until(lambda: f"{PHOTO}.SMALL.jpg" in files(url))
        assert await other.stand_in(SMALL) is None, "there is something better"
        assert await other.read(SMALL) == picture
        assert (one.asked, other.asked) == (1, 0)


async def test_small_pictures_are_made_from_the_large_one_of_a_scan(tmp_path: Path, url: str) -> None:
    async with services(tmp_path, url) as (one, other):
        await one.renditions.keep(PHOTO, LARGE, JPEG, encoded(scene(1920, 1280), "JPEG"))
        await until(lambda: f"{PHOTO}.LARGE.jpg" in files(url))
        assert opened(await other.read(SMALL)).size == (320, 213)
        path = await other.renditions.large(PHOTO)
        assert path is not None and path.is_relative_to(tmp_path / "service 1")
        assert (one.asked, other.asked) == (0, 0)


async def test_what_is_in_the_cache_asks_nobody(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with services(tmp_path, url, 1) as [made]:
        await made.read(SMALL)
        await made.kept(SMALL)
        await until(lambda: files(url) == {f"{PHOTO}.SMALL.jpg"})
        monkeypatch.setattr(SharedPlace, "_call", None)
        assert (await made.open(SMALL)).path is not None
        assert await made.stand_in(SMALL) is None


async def test_a_claim_of_a_dead_service_is_taken_away(url: str) -> None:
    place = SharedPlace(url)
    assert await place.create(CLAIM, b"dead")
    shared = SharedRenditions(place, clock=Clock(STALE_SECONDS))
    async with shared.making(KEY) as made:
        assert made is None
        assert await place.read(CLAIM) != b"dead"
    await shared.close()
    assert await place.read(CLAIM) is None


async def test_a_claim_that_is_renewed_is_respected(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_renditions, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(shared_renditions, "POLL_SECONDS", 0.01)
    clock = Clock()
    maker, waiting = SharedRenditions(SharedPlace(url)), SharedRenditions(SharedPlace(url), clock=clock)
    async with maker.making(KEY) as made:
        assert made is None
        other = asyncio.create_task(_made(waiting))
        marks = set()
        while len(marks) < 5:
            marks.add(await SharedPlace(url).read(CLAIM))
            clock.now += STALE_SECONDS / 2
            await asyncio.sleep(0.05)
        assert not other.done()
        await maker.put(KEY, b"picture")
        assert await other == b"picture"
    await maker.close()


async def _made(shared: SharedRenditions) -> bytes | None:
    async with shared.making(KEY) as made:
        return made


async def test_who_stops_waiting_leaves_no_claim(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = SharedRenditions(SharedPlace(str(folder)))
    writing, go_on, write = threading.Event(), threading.Event(), shared_place._write

    def slow(*given: Any) -> None:
        writing.set()
        go_on.wait()
        write(*given)

    monkeypatch.setattr(shared_place, "_write", slow)
    making = asyncio.create_task(_made(shared))
    await until(writing.is_set)
    making.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    await shared.close()
    assert not files(str(folder))


async def test_a_damaged_file_is_made_again(tmp_path: Path, folder: Path) -> None:
    async with services(tmp_path, str(folder)) as (one, other):
        await one.read(SMALL)
        await one.kept(SMALL)
        file = folder / PHOTO[:2] / f"{PHOTO}.SMALL.jpg"
        await until(lambda: files(str(folder)) == {file.name})
        whole = file.read_bytes()
        file.write_bytes(whole[:1000])
        assert opened(await other.read(SMALL)).size == (320, 213)
        assert other.asked == 1
        await until(lambda: file.read_bytes() == whole)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("{}/nowhere", "No such file or directory"),
        ("nothing://place", "Protocol not known: nothing"),
    ],
)
async def test_without_its_place_a_service_makes_its_own(
    tmp_path: Path, url: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with services(tmp_path, url.format(tmp_path), 1) as [made]:
        with caplog.at_level(logging.WARNING):
            for size in (SMALL, ThumbnailSize.MEDIUM, LARGE):
                await made.read(size)
                await made.kept(size)
    [said] = [record.message for record in caplog.records]
    assert reason in said and "PHOTOS_IMAGES__SHARED_CACHE_URL" in said
    assert not (tmp_path / "nowhere").exists()


async def test_a_place_that_comes_back_is_used_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock, folder = Clock(), tmp_path / "mount"
    shared = SharedRenditions(SharedPlace(f"file://{folder}", clock))
    with caplog.at_level(logging.INFO, logger=shared_place.__name__):
        await shared.put(KEY, b"lost")
        folder.mkdir()
        assert await shared.get(KEY) is None
        clock.now += REST_SECONDS
        await shared.put(KEY, b"kept")
        assert await shared.get(KEY) == b"kept"
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 1 and caplog.records[-1].message.endswith("is used again.")


class Silent(MemoryFileSystem):
    """A server that does not answer."""

    protocol = "silent"
    go_on = threading.Event()

    def cat_file(self, *given: Any, **named: Any) -> bytes:
        self.go_on.wait()
        return b""


async def test_a_place_that_says_nothing_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_place, "PATIENCE_SECONDS", 0.05)
    fsspec.register_implementation("silent", Silent, clobber=True)
    Silent.go_on.clear()
    clock = Clock()
    place = SharedPlace("silent://place", clock)
    try:
        for _ in range(shared_place.AT_ONCE + 2):
            assert await place.read("ab/name") is None and place.is_lost
            clock.now += REST_SECONDS
        hanging = [thread for thread in threading.enumerate() if thread.name == "shared place"]
        assert len(hanging) == shared_place.AT_ONCE
    finally:
        Silent.go_on.set()
    await until(lambda: all(thread.name != "shared place" for thread in threading.enumerate()))


async def test_a_password_in_the_address_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    await SharedPlace("nothing://user:secret@server/pictures").look()
    assert "nothing://server/pictures" in caplog.text and "secret" not in caplog.text


def numbered(folder: Path, write: Callable[[int], bytes]) -> list[str]:
    """Writes ten files with names of renditions, one after the other, and returns their names."""
    names = []
    for number in range(10):
        file = folder / f"{number:02}" / f"{number:02}{PHOTO[2:]}.SMALL.jpg"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(write(number))
        os.utime(file, (1000 + number, 1000 + number))
        names.append(file.name)
    return names


async def test_what_was_written_first_is_removed_first(folder: Path) -> None:
    names = numbered(folder, lambda _: bytes(100))
    trimming = asyncio.create_task(SharedRenditions(SharedPlace(str(folder)), 350).keep_trimming())
    await until(lambda: files(str(folder)) == set(names[7:]))
    trimming.cancel()


async def test_files_of_others_in_the_place_are_never_removed(folder: Path) -> None:
    names = set(numbered(folder, lambda _: bytes(100))) - {f"{PHOTO}.SMALL.jpg"}
    claim = folder / "00" / ("0" * 32 + "-01234567.FACE-0123456789ABCDEF.webp.claim")
    claim.write_bytes(bytes(100))
    others = ["00/holiday.jpg", "2019/IMG_1.jpg", f"{PHOTO}.SMALL.jpg", f"xy/{PHOTO}.SMALL.jpg"]
    for name in others:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(bytes(100))
        os.utime(folder / name, (1, 1))
    trimming = asyncio.create_task(SharedRenditions(SharedPlace(str(folder)), 0).keep_trimming())
    await until(lambda: not files(str(folder)) & {*names, claim.name})
    trimming.cancel()
    assert all((folder / name).exists() for name in others)
