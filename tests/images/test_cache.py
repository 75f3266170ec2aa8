"""The rendition cache on disk: its bound, its order, and what other processes do to it."""

from __future__ import annotations

import os
import resource
import stat
import time
from pathlib import Path

import pytest

from photos_graph.images.cache import RenditionCache
from photos_graph.images.sealing import SEAL_BYTES, picture_in, read_picture, sealed
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from tests.kit.pictures import encoded, opened, scene

JPEG, WEBP = ThumbnailFormat.JPEG, ThumbnailFormat.WEBP
SMALL, LARGE = ThumbnailSize.SMALL, ThumbnailSize.LARGE


def photo(number: int) -> str:
    return f"{number:032x}"


def sized(size: int) -> bytes:
    """A picture whose file has this size."""
    return bytes(size - SEAL_BYTES)


def test_what_was_put_is_found_by_size_and_format(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    cache.put(photo(1), SMALL, JPEG, b"picture")
    cached = cache.get(photo(1), SMALL, JPEG)
    assert cached and read_picture(cached.path) == b"picture" and cached.byte_size == 7 + SEAL_BYTES
    assert cache.get(photo(1), SMALL, WEBP) is None
    assert cache.get(photo(1), LARGE, JPEG) is None


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = RenditionCache(folder, 1000)
    cache.put(photo(1), SMALL, JPEG, b"picture")
    cached = cache.get(photo(1), SMALL, JPEG)
    assert cached and stat.S_IMODE(cached.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(cached.path.parent.stat().st_mode) == 0o700


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    for number in range(4):
        cache.put(photo(number), SMALL, JPEG, sized(250))
    cache.get(photo(0), SMALL, JPEG)
    cache.put(photo(4), SMALL, JPEG, sized(250))
    assert cache.get(photo(0), SMALL, JPEG)
    assert cache.get(photo(1), SMALL, JPEG) is None


def test_the_bound_holds_on_disk(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    for number in range(50):
        cache.put(photo(number), LARGE, JPEG, sized(90))
        assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) == cache.byte_size <= 1000


def test_replacing_counts_once(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    for _ in range(3):
        cache.put(photo(1), SMALL, JPEG, sized(300))
    assert cache.byte_size == 300


def test_what_is_larger_than_the_bound_is_not_kept(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 100)
    cache.put(photo(1), SMALL, JPEG, sized(50))
    cache.put(photo(2), SMALL, JPEG, sized(101))
    assert cache.get(photo(1), SMALL, JPEG) and not cache.get(photo(2), SMALL, JPEG)


def test_a_restart_keeps_the_order_of_use(tmp_path: Path) -> None:
    before = RenditionCache(tmp_path, 1000)
    for number in range(3):
        before.put(photo(number), SMALL, JPEG, sized(300))
        cached = before.get(photo(number), SMALL, JPEG)
        assert cached
        os.utime(cached.path, (0, time.time() - 86400 + number))
    before.get(photo(0), SMALL, JPEG)  # a day old on disk, so this use is written there
    after = RenditionCache(tmp_path, 1000)
    after.load()
    assert after.byte_size == 900
    after.put(photo(3), SMALL, JPEG, sized(300))
    assert after.get(photo(0), SMALL, JPEG) and not after.get(photo(1), SMALL, JPEG)


def test_a_smaller_bound_is_kept_from_the_start(tmp_path: Path) -> None:
    before = RenditionCache(tmp_path, 1000)
    for number in range(3):
        before.put(photo(number), SMALL, JPEG, sized(300))
    after = RenditionCache(tmp_path, 500)
    after.load()
    assert after.byte_size == 300


def test_temporary_files_of_a_crash_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    shard = tmp_path / "00"
    shard.mkdir()
    old, new = shard / ".old.tmp", shard / ".new.tmp"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    RenditionCache(tmp_path, 1000).load()
    assert not old.exists() and new.exists()


def test_a_file_without_bytes_is_no_rendition(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    cache.put(photo(1), SMALL, JPEG, b"picture")
    cached = cache.get(photo(1), SMALL, JPEG)
    assert cached
    cached.path.write_bytes(b"")
    assert cache.get(photo(1), SMALL, JPEG) is None
    assert not cached.path.exists()


def test_a_file_that_is_not_what_was_written_is_deleted_when_it_is_read(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    content = sealed(b"picture")
    damaged = [content[:length] for length in range(len(content))]
    damaged += [content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in range(len(content))]
    for each in damaged:
        cache.put(photo(1), SMALL, JPEG, b"picture")
        cached = cache.whole(photo(1), SMALL, JPEG)
        assert cached is not None
        cached.path.write_bytes(each)
        with pytest.raises(FileNotFoundError):
            read_picture(cached.path)
        cached.path.write_bytes(each)
        assert cache.whole(photo(1), SMALL, JPEG) is None
        assert (cached.path.exists(), cache.byte_size) == (False, 0)


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF"])
def test_of_files_without_a_seal_those_that_are_cut_off_are_damaged(format: str) -> None:
    content = encoded(scene(64, 48), format)
    assert picture_in(content) == content
    assert all(picture_in(content[:length]) is None for length in range(len(content)))
    assert opened(sealed(content)).size == (64, 48), "a seal is passed over"


def test_a_disk_that_fills_while_a_file_is_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    cache.put(photo(1), SMALL, JPEG, b"earlier")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))
    try:
        for number in (1, 2):
            with pytest.raises(OSError, match="too large"):
                cache.put(photo(number), SMALL, JPEG, bytes(100))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    [file] = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert read_picture(file) == b"earlier"
    assert cache.get(photo(2), SMALL, JPEG) is None


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    one, other = RenditionCache(tmp_path, 1000), RenditionCache(tmp_path, 1000)
    one.load()
    other.load()
    one.put(photo(1), SMALL, JPEG, sized(300))
    assert other.get(photo(1), SMALL, JPEG)
    assert other.byte_size == 300
    one.remove(photo(1), SMALL, JPEG)
    assert other.get(photo(1), SMALL, JPEG) is None
    assert other.byte_size == 0


def test_what_another_process_uses_stays(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path, 1000)
    for number in range(3):
        cache.put(photo(number), SMALL, JPEG, sized(300))
    used = tmp_path / "00" / f"{photo(0)}.SMALL.jpg"
    later = time.time() + 3600
    os.utime(used, (later, later))
    cache.put(photo(3), SMALL, JPEG, sized(300))
    assert used.exists()
    assert cache.get(photo(1), SMALL, JPEG) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n"])
def test_only_a_photo_id_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="32"):
        RenditionCache(tmp_path, 1000).get(name, SMALL, JPEG)
