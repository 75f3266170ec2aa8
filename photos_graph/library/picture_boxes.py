"""Finds the parts with the picture in files that consist of boxes: HEIF and AVIF, JPEG XL and JPEG 2000."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from photos_graph.library.picture_parts import Bytes, NotClear, checked

_MAX_BOXES = 10_000  # of one level
_MAX_ITEMS = 100_000

# The kinds of items that are decoded, or that say how others are put together.
_PICTURES = {b"hvc1", b"hev1", b"lhv1", b"hvt1", b"av01", b"avc1", b"vvc1", b"jpeg", b"j2k1", b"unci", b"grid", b"iovl"}
_CONFIGURATIONS = {b"hvcC", b"lhvC", b"av1C", b"avcC", b"vvcC", b"jpgC", b"j2kH", b"uncC", b"cmpd", b"ispe", b"clap"}
_CODESTREAMS = {b"jp2c", b"jxlc", b"jxlp", b"jbrd"}


def still_parts(data: memoryview) -> Iterator[Bytes]:
    """Yields the items of a HEIF or AVIF file that are pictures, wherever they lie, by their number. The way up is not
    among them, which is a property. Raises NotClear, and struct.error where the file ends too early."""
    inside = dict(boxes_of(data)).get(b"meta")
    if inside is None:
        raise NotClear
    meta = dict(boxes_of(inside[4:]))
    items = _items(data, meta)
    kinds = _kinds(meta[b"iinf"]) if b"iinf" in meta else {}
    yield b"".join(_configurations(meta))
    found = False
    for number in sorted(items):
        if kinds.get(number) in _PICTURES:
            yield kinds[number]
            yield from items[number]
            found = True
    if not found:
        raise NotClear


def codestream_parts(data: memoryview) -> Iterator[Bytes]:
    """Yields the coded picture, which is in a box, or is the whole file. Raises NotClear and struct.error."""
    if data[0] == 0xFF:
        yield data
        return
    for kind, part in boxes_of(data):
        if kind in _CODESTREAMS:
            yield part[4:] if kind == b"jxlp" else part  # a partial codestream starts with its number


def boxes_of(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at, count = 0, 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = len(data) - at
        count += 1
        if size < head or count > _MAX_BOXES:
            raise NotClear
        yield kind, checked(data, at + head, size - head)
        at += size


def _configurations(meta: dict[bytes, memoryview]) -> Iterator[bytes]:
    """Yields the properties without which the items are not decoded, or differently."""
    properties = dict(boxes_of(meta[b"iprp"])).get(b"ipco") if b"iprp" in meta else None
    for kind, part in boxes_of(properties) if properties is not None else ():
        if kind in _CONFIGURATIONS:
            yield kind + bytes(part)


def _kinds(info: memoryview) -> dict[int, bytes]:
    """Returns the kind of each item by its number."""
    kinds = {}
    for kind, part in boxes_of(info[6 if info[0] == 0 else 8 :]):
        if kind == b"infe" and part[0] >= 2:
            number, _, item = struct.unpack_from(">HH4s" if part[0] == 2 else ">IH4s", part, 4)
            kinds[number] = item
    return kinds


def _items(data: memoryview, meta: dict[bytes, memoryview]) -> dict[int, list[memoryview]]:
    """Returns the extents of each item by its number: in the file, or in the box ``idat``."""
    if b"iloc" not in meta:
        raise NotClear
    table = _Fields(meta[b"iloc"])
    version, sizes = table.take(1), (table.take(3), table.take(2))[1]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    count = table.take(wide)
    if version > 2 or count > _MAX_ITEMS or not length_size:
        raise NotClear
    items = {}
    for _ in range(count):
        number = table.take(wide)
        method = table.take(2) & 15 if version else 0
        elsewhere, base = table.take(2), table.take(base_size)
        source = {0: data, 1: meta.get(b"idat")}.get(method)
        extents = []
        for _ in range(table.take(2)):
            table.take(index_size if version else 0)
            start, length = base + table.take(offset_size), table.take(length_size)
            if source is not None and not elsewhere:
                extents.append(checked(source, start, length))
        items[number] = extents
    return items


class _Fields:
    """Reads numbers of any size, one after the other. Raises NotClear at the end."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> int:
        taken = checked(self._data, self._at, size)
        self._at += size
        return int.from_bytes(taken, "big")
