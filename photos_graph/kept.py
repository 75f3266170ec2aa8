"""Arrays kept in one file of the data directory: written all or nothing, checked when they are read."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


class Damaged(Exception):
    """Not readable, damaged, or of another version."""


def pack(file: IO[bytes], version: int, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """``about``: what JSON can hold."""
    told = np.frombuffer(json.dumps({"version": version, **about}).encode(), np.uint8)
    np.savez(file, allow_pickle=False, about=told, **arrays)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when the block is done, and is on the disk by then. One writer at a time.

    Of a block that fails nothing stays, and what was there before does; what a killed writer left is overwritten by
    the next one. Raises OSError when it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_arrays(path: Path, version: int) -> tuple[dict[str, Any], Arrays]:
    """What was told about the arrays, and those. Raises Damaged."""
    try:
        with path.open("rb") as file:
            return unpack(file, version)
    except Damaged as error:
        raise Damaged(f"{path}: {error}") from error
    except OSError as error:
        raise Damaged(f"{path}: {error.strerror}") from error


def mapped(path: Path, version: int) -> tuple[dict[str, Any], Arrays]:
    """As ``read_arrays``, with arrays that stay in the file until they are looked at, so that nothing checks what is in
    them. A file that takes this one's place leaves them as they are. Raises Damaged."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            arrays: Arrays = {each.filename.removesuffix(".npy"): _mapped(file, each) for each in archive.infolist()}
        return _told(arrays, version), arrays
    except Damaged:
        raise
    except Exception as error:  # as in ``unpack``
        raise Damaged(f"{path}: {type(error).__name__}: {error}") from error


def _mapped(file: IO[bytes], member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """Of a member that is not compressed. Its local header has lengths of its own (APPNOTE.TXT, 4.3.7)."""
    file.seek(member.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4))
    file.seek(name + extra, os.SEEK_CUR)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[np.lib.format.read_magic(file)]
    shape, _, dtype = read_header(file)
    if 0 in shape:
        return np.zeros(shape, dtype)
    return np.memmap(file, dtype, "r", file.tell(), shape)


def unpack(file: IO[bytes], version: int) -> tuple[dict[str, Any], Arrays]:
    """Raises Damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            damaged = archive.testzip()  # reads every member and compares its CRC
        if damaged is not None:
            raise Damaged(f"{damaged} is damaged")
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            arrays: Arrays = {name: archive[name] for name in archive.files}
        return _told(arrays, version), arrays
    except Damaged:
        raise
    except Exception as error:  # a damaged file fails in any way that zip, NumPy or JSON can fail
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _told(arrays: Arrays, version: int) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(arrays.pop("about").tobytes())
    if about["version"] != version:
        raise Damaged(f"it is of version {about['version']}, this program reads {version}")
    return about
