"""Finds the parts with the picture in a TIFF, and in the raw formats of cameras that are built like one."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from photos_graph.library.picture_parts import Bytes, NotClear, checked

_MAX_DIRECTORIES = 1000
_MAX_ENTRIES = 1000  # in one directory
_MAX_VALUES = 1_000_000  # of one entry

_SUB_DIRECTORIES = 330
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 273, 279, 324, 325
_PANASONIC_RAW = 280  # the raw data, up to the end of the file
# Size, bits, compression, meaning of the samples, their number and order, prediction, colours, tables, size of tiles
_DECODING = (256, 257, 258, 259, 262, 277, 284, 317, 320, 322, 323, 347)
_TAGS = {_SUB_DIRECTORIES, _STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _PANASONIC_RAW, *_DECODING}

_LETTERS = {1: "B", 3: "H", 4: "I", 7: "B", 13: "I", 16: "Q", 18: "Q"}  # the types that these tags have

Directory = dict[int, Sequence[int]]


def directory_parts(data: memoryview) -> Iterator[Bytes]:
    """Yields the strips and tiles of all directories, and the values that they are decoded by.

    Previews that are files of their own within the file do not count: they have metadata of their own, and programs
    replace them. Raises NotClear, and struct.error where the file ends too early.
    """
    panasonic = data[2] == ord("U")
    found = False
    for directory in _directories(data):
        parts = list(_pixels(data, directory, panasonic))
        if parts:
            found = True
            yield repr([(tag, *directory[tag]) for tag in _DECODING if tag in directory]).encode()
            yield from parts
    if not found:
        raise NotClear


def _pixels(data: memoryview, directory: Directory, panasonic: bool) -> Iterator[memoryview]:
    if panasonic and _PANASONIC_RAW in directory:
        start = directory[_PANASONIC_RAW][0]
        yield checked(data, start, len(data) - start)
        return
    for places, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES)):
        for start, length in zip(directory.get(places, ()), directory.get(sizes, ()), strict=False):
            if length:
                yield checked(data, start, length)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers are written in the file: its byte order, and the sizes of TIFF or BigTIFF."""

    order: str
    count: str  # the number of entries
    offset: str

    @property
    def entry(self) -> struct.Struct:
        return struct.Struct(f"{self.order}HH{self.offset}{struct.calcsize(self.offset)}s")


def _directories(data: memoryview) -> Iterator[Directory]:
    """Yields the first directory, those below it, and then the next."""
    order = "<" if data[0] == ord("I") else ">"
    big = ord("+") in data[2:4]
    layout = _Layout(order, "Q", "Q") if big else _Layout(order, "H", "I")
    waiting = [*struct.unpack_from(order + layout.offset, data, 8 if big else 4)]
    seen: set[int] = set()
    while waiting:
        offset = waiting.pop()
        if not offset or offset in seen:
            continue
        seen.add(offset)
        if len(seen) > _MAX_DIRECTORIES:
            raise NotClear
        directory, following = _read(data, offset, layout)
        waiting += [following, *reversed(directory.get(_SUB_DIRECTORIES, ()))]
        yield directory


def _read(data: memoryview, offset: int, layout: _Layout) -> tuple[Directory, int]:
    """Returns the directory, and the offset of the next one."""
    (count,) = struct.unpack_from(layout.order + layout.count, checked(data, offset, 8))
    if count > _MAX_ENTRIES:
        raise NotClear
    start = offset + struct.calcsize(layout.count)
    table = checked(data, start, count * layout.entry.size)
    directory = {
        tag: _values(data, kind, length, inline, layout)
        for tag, kind, length, inline in layout.entry.iter_unpack(table)
        if tag in _TAGS and kind in _LETTERS
    }
    (following,) = struct.unpack_from(layout.order + layout.offset, data, start + len(table))
    return directory, following


def _values(data: memoryview, kind: int, length: int, inline: bytes, layout: _Layout) -> Sequence[int]:
    if length > _MAX_VALUES:
        raise NotClear
    form = f"{layout.order}{length}{_LETTERS[kind]}"
    if struct.calcsize(form) <= len(inline):
        return struct.unpack_from(form, inline)
    offset = struct.unpack(layout.order + layout.offset, inline)[0]
    return struct.unpack(form, checked(data, offset, struct.calcsize(form)))
