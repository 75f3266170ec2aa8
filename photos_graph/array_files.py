"""Arrays in one file of the data directory, in the format of safetensors: written all or nothing, checked when read.

The metadata of a file have one entry, ``about``, since their order is not always the same: a CRC-32 of everything,
which the format itself does not have, and JSON with the version of the content and whatever belongs to the arrays. The
format limits the metadata to 100 MB, so that long JSON, such as the ids of millions of faces, is an array of its bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import load, save, save_file

from photos_graph.written_files import temporary_of, written_whole

Arrays = dict[str, npt.NDArray[Any]]


LONG = 1_000_000  # characters of JSON that are not in the metadata
ELSEWHERE = "about"  # the array that has it then, and the entry that says so


class Damaged(Exception):
    """The file is not readable, is damaged, or is of another version."""


def pack(version: int, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """``about`` is what JSON can hold."""
    dense, metadata = _content(version, about, arrays)
    return save(dense, metadata)


def pieces(version: int, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Iterator[memoryview]:
    """Yields what a file of these consists of, without a copy of the arrays: ``pack`` makes two of each."""
    dense, metadata = _content(version, about, arrays)
    # As safetensors does it, so that every array begins at a multiple of the size of its values.
    names = sorted(dense, key=lambda name: (-dense[name].itemsize, name))
    header: dict[str, Any] = {"__metadata__": metadata}
    end = 0
    for name in names:
        start, end = end, end + dense[name].nbytes
        kind = _NAMES[dense[name].dtype.type]
        header[name] = {"dtype": kind, "shape": dense[name].shape, "data_offsets": (start, end)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield memoryview(len(text).to_bytes(8, "little") + text)
    for name in names:
        yield dense[name].reshape(-1).view(np.uint8).data


def unpack(content: bytes, version: int) -> tuple[dict[str, Any], Arrays]:
    """Returns ``about`` and the arrays. Raises Damaged."""
    try:
        if content.startswith(_NPZ):
            return _unpack_npz(io.BytesIO(content), version)
        size = int.from_bytes(content[:8], "little")
        return _checked(json.loads(content[8 : 8 + size])["__metadata__"], load(content), version)
    except Damaged:
        raise
    except Exception as error:  # a damaged file can fail in many ways in safetensors, NumPy and JSON
        raise Damaged(f"{type(error).__name__}: {error}") from error


def write_arrays(path: Path, version: int, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """As ``pack``, without a copy in memory. All or nothing; one writer at a time. Raises OSError."""
    dense, metadata = _content(version, about, arrays)
    with written_whole(path):
        save_file(dense, temporary_of(path), metadata)


def read_arrays(path: Path, version: int, mapped: Collection[str] = ()) -> tuple[dict[str, Any], Arrays]:
    """Returns ``about`` and the arrays. Those that are ``mapped`` cannot be written, and stay in the file, so that of
    gigabytes only what is looked at is in memory, and may leave it. Raises Damaged.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_NPZ)) == _NPZ:
                return _unpack_npz(file, version)
            if mapped:  # safe_open would map the whole file once more, and address space is limited
                metadata, entries = _header(file)
                parts = {name: _mapped(file, name) for name in entries}
                arrays = {name: part if name in mapped else np.array(part) for name, part in parts.items()}
                return _checked(metadata, arrays, version)
        with safe_open(path, "np") as content:
            return _checked(
                content.metadata(), {name: content.get_tensor(name) for name in content.offset_keys()}, version
            )
    except Damaged as error:
        raise Damaged(f"{path}: {error}") from error
    except Exception as error:  # as in ``unpack``
        raise Damaged(f"{path}: {type(error).__name__}: {error}") from error


_DTYPES = {
    "BOOL": np.bool_,
    "I8": np.int8,
    "U8": np.uint8,
    "I32": np.int32,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
}


_NAMES = {kind: name for name, kind in _DTYPES.items()}


class MappedArrays:
    """Arrays that stay in their file: what is looked at is read, and nothing checks it. A file that replaces this one
    leaves them as they are.
    """

    def __init__(self, path: Path, version: int) -> None:
        """Raises Damaged."""
        try:
            content: Any = safe_open(path, "np")
            self._content, self._path = content, path
            text = content.metadata()["about"].partition(" ")[2]
            self.about = _about(text, version, lambda: content.get_tensor(ELSEWHERE))
            self._slices = {name: content.get_slice(name) for name in content.offset_keys()}
        except Damaged:
            raise
        except Exception as error:  # as in ``unpack``
            raise Damaged(f"{path}: {type(error).__name__}: {error}") from error

    def count(self, name: str) -> int:
        """The number of rows of an array."""
        return int(self._slices[name].get_shape()[0])

    def whole(self, name: str) -> npt.NDArray[Any]:
        """Reads all rows of an array."""
        return np.array(self._content.get_tensor(name))

    def part(self, name: str, first: int, last: int) -> npt.NDArray[Any]:
        """Reads the rows of an array from the first up to the last, which is left out. There must be a row."""
        found: npt.NDArray[Any] = self._slices[name][first:last]
        return found

    def mapped(self, name: str) -> npt.NDArray[Any]:
        """Returns an array of bytes or numbers that is read from the file where it is looked at, without a copy."""
        with self._path.open("rb") as file:
            return _mapped(file, name)

    def rows(self, name: str, places: Sequence[int]) -> npt.NDArray[Any]:
        """Reads these rows of an array. ``places`` has at least one."""
        part = self._slices[name]
        return np.concatenate([part[place : place + 1] for place in places])

    def column(self, name: str, place: int) -> npt.NDArray[Any]:
        """Reads one column of an array of two dimensions."""
        found: npt.NDArray[Any] = self._slices[name][:, place : place + 1]
        return found[:, 0]


def _header(file: BinaryIO) -> tuple[dict[str, str], dict[str, Any]]:
    """Returns the metadata, and what the file says of each array."""
    file.seek(0)
    entries = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return entries.pop("__metadata__"), entries


def _mapped(file: BinaryIO, name: str) -> npt.NDArray[Any]:
    entry = _header(file)[1][name]
    start, end = (file.tell() + offset for offset in entry["data_offsets"])
    kind, shape = _DTYPES[entry["dtype"]], tuple(entry["shape"])
    if start == end:  # there is nothing to map
        return np.zeros(shape, kind)
    return np.memmap(file, kind, "r", start, shape)


def stamp(path: Path) -> tuple[int, int] | None:
    """Returns what changes when the file does: when it was written, in nanoseconds, and its size. None if there is no
    file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _content(
    version: int, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
) -> tuple[Arrays, dict[str, str]]:
    """Returns the arrays of the file and its metadata. safetensors writes the memory of an array as it lies."""
    dense = {name: np.asarray(values, order="C") for name, values in arrays.items()}
    text = json.dumps({"version": version, **about})
    if len(text) > LONG:
        dense[ELSEWHERE] = np.frombuffer(text.encode(), np.uint8)
        text = json.dumps({"version": version, ELSEWHERE: True})
    return dense, {"about": f"{_checksum(text, dense)} {text}"}


def _checked(metadata: Mapping[str, str], arrays: Arrays, version: int) -> tuple[dict[str, Any], Arrays]:
    checksum, _, text = metadata["about"].partition(" ")
    if _checksum(text, arrays) != checksum:
        raise Damaged("its checksum does not match")
    return _about(text, version, lambda: arrays.pop(ELSEWHERE)), arrays


def _checksum(about: str, arrays: Arrays) -> str:
    crc = zlib.crc32(about.encode())
    for name, values in sorted(arrays.items()):
        crc = zlib.crc32(f"{name} {values.dtype.name} {values.shape}".encode(), crc)
        crc = zlib.crc32(values.data, crc)
    return f"{crc:08x}"


def _about(text: str, version: int, elsewhere: Callable[[], npt.NDArray[Any]]) -> dict[str, Any]:
    """``elsewhere`` returns the array that has the JSON if it is long."""
    about: dict[str, Any] = json.loads(text)
    if about["version"] != version:
        raise Damaged(f"it is of version {about['version']}, this program reads {version}")
    return json.loads(elsewhere().tobytes()) if ELSEWHERE in about else about


_NPZ = b"PK"


def _unpack_npz(file: IO[bytes], version: int) -> tuple[dict[str, Any], Arrays]:
    """Reads models, and what they were trained on, from before safetensors. To be removed after a release."""
    with zipfile.ZipFile(file) as members:
        if (damaged := members.testzip()) is not None:
            raise Damaged(f"{damaged} is damaged")
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        arrays: Arrays = {name: archive[name] for name in archive.files}
    about = {"version": version} | json.loads(arrays.pop("about").tobytes())
    return _about(json.dumps(about), version, lambda: arrays.pop(ELSEWHERE)), arrays
