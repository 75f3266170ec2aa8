"""Renditions on request: single flight, sources, cancellation and errors. Real children, real pictures."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from photos_graph.errors import Busy, KilledWorker, NotFound, OverLimit, RootOffline, Unreadable, Unsupported
from photos_graph.images.cache import RenditionCache
from photos_graph.images.renditions import ReadOriginal, Rendition, Renditions
from photos_graph.images.sealing import read_picture
from photos_graph.images.tasks import IMAGE_TASKS, LIST_FORMATS
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.settings import ImageSettings
from photos_graph.workers.pool import Priority, WorkerPool
from tests.kit.pictures import distance, encoded, opened, scene
from tests.kit.renditions import MIB, PHOTO, rig
from tests.kit.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_workers")]

JPEG, WEBP, AVIF = ThumbnailFormat.JPEG, ThumbnailFormat.WEBP, ThumbnailFormat.AVIF
TINY, SMALL, MEDIUM, LARGE = ThumbnailSize


@pytest.mark.parametrize(("format", "name"), [(JPEG, "JPEG"), (WEBP, "WEBP"), (AVIF, "AVIF")])
async def test_every_format_is_made_and_kept(tmp_path: Path, format: ThumbnailFormat, name: str) -> None:
    async with rig(tmp_path) as made:
        data = await made.read(SMALL, format)
        picture = opened(data)
        assert (picture.format, picture.size) == (name, (320, 213))
        assert distance(picture, scene()) < 3
        assert read_picture(await made.kept(SMALL, format)) == data
        again = await made.open(SMALL, format)
        assert again.path and read_picture(again.path) == data and made.asked == 1


async def test_requests_for_one_rendition_decode_once(tmp_path: Path) -> None:
    async with rig(tmp_path, size=2) as made:
        all_data = await asyncio.gather(*(made.read(SMALL) for _ in range(20)))
        assert made.asked == 1
        assert len(set(all_data)) == 1


async def test_a_cached_large_is_the_source_of_smaller_ones(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.cache.put(PHOTO, LARGE, WEBP, encoded(scene(1920, 1280), "WEBP"))
        for size in (MEDIUM, SMALL, TINY):
            assert distance(opened(await made.read(size)), scene()) < 3
        assert made.asked == 0


async def test_a_damaged_cached_large_gives_way_to_the_original(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.cache.put(PHOTO, LARGE, JPEG, b"no picture")
        assert opened(await made.read(SMALL)).size == (320, 213)
        assert made.asked == 1


async def test_a_file_that_was_damaged_in_the_cache_is_made_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        data = await made.read(LARGE)
        large = await made.kept(LARGE)
        content = large.read_bytes()
        for damage in (b"", content[: len(content) // 2], content[:-1000] + bytes(500) + content[-500:]):
            asked = made.asked
            large.write_bytes(damage)
            assert opened(await made.read(SMALL)).size == (320, 213)
            assert made.asked == asked + 1, "a damaged rendition is no source"
            (await made.kept(SMALL)).unlink()
            large.write_bytes(damage)
            assert await made.renditions.large(PHOTO) is None
            assert await made.read(LARGE) == data
            assert await made.kept(LARGE) == large
        assert large.read_bytes() == content


async def test_two_sizes_of_a_cold_photo_are_made_one_after_the_other(tmp_path: Path) -> None:
    async with rig(tmp_path, size=2) as made:
        large, small = await asyncio.gather(made.read(LARGE), made.read(SMALL))
        assert opened(large).size == (1920, 1280) and opened(small).size == (320, 213)
        assert made.asked == 1  # the second is made from the first


async def test_the_first_bytes_come_before_the_last(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        rendition = await made.open(LARGE)
        assert rendition.chunks is not None
        assert len([chunk async for chunk in rendition.chunks]) > 1


async def test_followers_survive_a_leader_who_leaves(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        leader = await made.open(LARGE)
        follower = asyncio.create_task(made.read(LARGE))
        await asyncio.sleep(0)
        await leader.aclose()
        assert opened(await follower).size == (1920, 1280)
        assert made.asked == 1


async def test_work_that_nobody_waits_for_is_given_up(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.original.write_bytes(encoded(scene().resize((6000, 4000)), "PNG", compress_level=0))
        request = asyncio.create_task(made.open(LARGE, AVIF))
        await until(lambda: made.pool.running)
        (child,) = made.pool.running
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await until(lambda: child not in made.pool.pids)  # one that finishes would stay
        assert opened(await made.read(TINY)).size == (160, 107)


async def test_who_asks_after_it_was_given_up_gets_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        rendition = await made.open(LARGE)
        await rendition.aclose()
        assert opened(await made.read(LARGE)).size == (1920, 1280)


async def test_an_error_reaches_all_who_wait_and_the_next_one_tries_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        picture = made.original.read_bytes()
        made.original.write_bytes(b"no picture")
        for error in await asyncio.gather(*(made.read(SMALL) for _ in range(3)), return_exceptions=True):
            assert isinstance(error, Unsupported)
        made.original.write_bytes(picture)
        assert opened(await made.read(SMALL)).size == (320, 213)


async def test_an_offline_root_says_so_unless_the_cache_has_it(tmp_path: Path) -> None:
    async def offline() -> ReadOriginal:
        raise RootOffline("The folder is not mounted.")

    async with rig(tmp_path) as made:
        with pytest.raises(RootOffline):
            await made.renditions.open(PHOTO, SMALL, JPEG, offline)
        made.cache.put(PHOTO, LARGE, JPEG, encoded(scene(1920, 1280), "JPEG"))
        rendition = await made.renditions.open(PHOTO, SMALL, JPEG, offline)
        await rendition.aclose()


async def test_an_original_that_is_replaced_while_it_waits_for_a_worker_is_not_kept_as_the_old_one(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:

        async def replaced() -> ReadOriginal:
            before = await made.source()
            made.original.write_bytes(encoded(scene(300, 200), "JPEG"))
            return before

        with pytest.raises(NotFound, match="changed"):
            await made.renditions.open(PHOTO, SMALL, JPEG, replaced)
        assert made.cache.get(PHOTO, SMALL, JPEG) is None


async def test_a_pipe_in_place_of_an_original_does_not_block(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.original.unlink()
        os.mkfifo(made.original)
        with pytest.raises(Unreadable, match="not a file"):
            await made.open(SMALL)


async def test_limits_hold_for_renditions(tmp_path: Path) -> None:
    async with rig(tmp_path, max_pixels=1_000_000) as made:
        with pytest.raises(OverLimit, match="2400 x 1600"):
            await made.open(SMALL)
    async with rig(tmp_path, max_bytes=1000) as made:
        with pytest.raises(OverLimit, match="bytes"):
            await made.open(SMALL)


async def test_an_original_is_in_memory_once(tmp_path: Path) -> None:
    pool = WorkerPool(IMAGE_TASKS, 1, 256 * MIB, timeout_seconds=30, queue=1)
    renditions = Renditions(RenditionCache(tmp_path / "cache", MIB), pool, ImageSettings())
    original = tmp_path / "original"
    original.write_bytes(encoded(scene().resize((7500, 6600)), "TIFF"))
    found = original.stat()

    async def source() -> ReadOriginal:
        return ReadOriginal(os.open(original, os.O_RDONLY), found.st_size, found.st_mtime_ns)

    try:
        assert found.st_size > 140 * MIB
        path = await renditions.kept(PHOTO, SMALL, JPEG, source)
        assert path is not None and opened(path.read_bytes()).size == (320, 282)
    finally:
        await renditions.close()
        await pool.close()


async def test_a_worker_killed_while_it_renders_is_an_error_of_that_rendition(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        made.original.write_bytes(encoded(scene().resize((6000, 4000)), "PNG", compress_level=0))
        request = asyncio.create_task(made.open(LARGE, AVIF))
        await until(lambda: any(worker.begun for worker in made.pool._workers))
        os.kill(next(iter(made.pool.running)), signal.SIGKILL)
        with pytest.raises(KilledWorker):
            await request
        assert opened(await made.read(TINY)).size == (160, 107)


async def test_a_full_queue_is_busy(tmp_path: Path) -> None:
    async with rig(tmp_path, queue=1) as made:
        made.original.write_bytes(encoded(scene().resize((4000, 3000)), "PNG", compress_level=0))
        path = made.source

        async def ask(number: int) -> Rendition:
            return await made.renditions.open(f"{number:032x}", LARGE, AVIF, path)

        answers = await asyncio.gather(*(ask(number) for number in range(4)), return_exceptions=True)
        assert [type(answer) for answer in answers].count(Busy) == 2


async def test_the_tasks_tell_what_can_be_decoded(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        formats, _ = await made.pool.call(LIST_FORMATS, None, Priority.INTERACTIVE)
    supported = {each.extension: each.available for each in formats}
    assert supported["jpg"] and supported["heic"] and supported["avif"] and supported["cr2"]
    assert supported["jxl"] and supported["psd"]
