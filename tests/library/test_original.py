import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from photos_graph.errors import OverLimit, StillWritten, Unreadable
from photos_graph.images.picture_files import read_picture
from photos_graph.library.original import OriginalBytes, read_original

MIB = 1024 * 1024


def read(path: Path, max_bytes: int = 100 * MIB) -> OriginalBytes:
    with path.open("rb") as file:
        return read_original(file.fileno(), max_bytes)


def bytes_read_by_this_process() -> int:
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["rchar"])


def test_bytes_hash_and_identity(tmp_path: Path) -> None:
    path, data = tmp_path / "a.jpg", os.urandom(9 * MIB + 1)
    path.write_bytes(data)
    found = read(path)
    assert found.data == data
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    stat = path.stat()
    assert (found.size, found.mtime_ns, found.inode) == (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    assert found.data.readonly


def test_every_byte_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(os.urandom(20 * MIB))
    idle = bytes_read_by_this_process()
    cost_of_looking = bytes_read_by_this_process() - idle
    before = bytes_read_by_this_process()
    read(path)
    assert bytes_read_by_this_process() - before - cost_of_looking == pytest.approx(20 * MIB, abs=256)


def test_the_system_is_told_that_the_whole_file_will_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, told = tmp_path / "a.jpg", []
    path.write_bytes(b"picture")
    monkeypatch.setattr(os, "posix_fadvise", lambda file, *what: told.append(what))
    assert read(path).data == b"picture"
    with path.open("rb") as file:
        assert read_picture(file.fileno(), MIB) == b"picture"
    assert told == [(0, 0, os.POSIX_FADV_SEQUENTIAL)] * 2


def test_a_system_that_cannot_be_told_reads_it_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: int) -> None:
        raise OSError(errno.EINVAL, "it is no file")

    path = tmp_path / "a.jpg"
    path.write_bytes(b"picture")
    monkeypatch.setattr(os, "posix_fadvise", refused)
    assert read(path).data == b"picture"
    monkeypatch.delattr(os, "posix_fadvise")
    assert read(path).data == b"picture"


def test_a_second_read_starts_at_the_beginning_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"abc")
    with path.open("rb") as file:
        assert read_original(file.fileno(), 3).data == read_original(file.fileno(), 3).data == b"abc"


def test_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"abcd")
    with pytest.raises(OverLimit, match="4 bytes are more than the 3 allowed") as raised:
        read(path, max_bytes=3)
    assert raised.value.stage == "read"


def test_an_empty_file_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    with pytest.raises(Unreadable, match="empty"):
        read(path)


@pytest.mark.parametrize("length", [-1, 1], ids=["cut", "grown"])
def test_a_file_that_changes_during_the_read_is_still_written(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(64 * MIB))
    stop = threading.Event()

    def write() -> None:
        size = 64 * MIB
        while not stop.is_set():
            size += length
            os.truncate(path, size)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        with pytest.raises(StillWritten):
            read(path, max_bytes=300 * MIB)
    finally:
        stop.set()
        writing.join()


def test_a_disk_error_is_unreadable(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(Unreadable, match="It cannot be read"):
            read_original(descriptor, MIB)
    finally:
        os.close(descriptor)
