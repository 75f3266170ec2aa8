"""Identifies a picture by what is decoded of its file, so that a change of metadata does not make another picture.

The metadata of a file include its orientation and its colour profile. Of a JPEG, what follows the first picture does
not count either, such as a video or a smaller copy.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from photos_graph.library.picture_boxes import codestream_parts, still_parts
from photos_graph.library.picture_directories import directory_parts
from photos_graph.library.picture_parts import Bytes, NotClear, checked

_ENOUGH_TIMES, _ENOUGH_MORE = 8, 16 * 1024 * 1024  # limit of what is hashed: so many times the file, and so many bytes
_LEAST = 64  # bytes that each part counts at least, so that their number is limited too

# Anything else after 0xFF than a stuffed zero, a restart marker or another 0xFF ends coded data. A repetition in this
# expression would make the search a hundred times slower.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_IS_MARKER = np.array([bool(_JPEG_MARKER.match(bytes((0xFF, code)))) for code in range(256)])
_NEAR, _BLOCK = 4096, 128 * 1024  # bytes that are searched at once: of headers, and of coded data
_SOI, _EOI, _START_OF_SCAN, _COMMENT, _TEMPORARY = 0xD8, 0xD9, 0xDA, 0xFE, 0x01
_APPLICATIONS, _ADOBE = range(0xE0, 0xF0), 0xEE  # Adobe's segment tells how the colours are coded

_PNG_PARTS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"}
_WEBP_PARTS = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
_GIF_MOVING = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}


def picture_hash(data: Bytes, sha256: str) -> str:
    """Returns 64 hex digits that are the same for files with the same picture and different metadata.

    ``sha256`` is the hash of the whole file. It is returned if the format is not known, or if the file is damaged so
    that it is not clear where its picture is. Never raises. The time is linear in the size of the file.
    """
    view = memoryview(data)
    parts = _parts_of(view)
    if parts is None:
        return sha256
    try:
        return _digest(parts(view), len(view)) or sha256
    except (NotClear, struct.error, IndexError):
        return sha256


def _parts_of(data: memoryview) -> Callable[[memoryview], Iterator[Bytes]] | None:
    start = bytes(data[:12])
    if start[4:8] == b"ftyp":
        return still_parts
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return _webp_parts
    known: tuple[tuple[tuple[bytes, ...], Callable[[memoryview], Iterator[Bytes]]], ...] = (
        ((b"\xff\xd8\xff",), _jpeg_parts),
        ((b"\x89PNG\r\n\x1a\n",), _png_parts),
        ((b"GIF87a", b"GIF89a"), _gif_parts),
        ((b"8BPS\x00\x01", b"8BPS\x00\x02"), _psd_parts),
        ((b"\x00\x00\x00\x0cJXL \r\n\x87\n", b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x0a"), codestream_parts),
        ((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00"), directory_parts),
    )
    return next((parts for starts, parts in known if start.startswith(starts)), None)


def _digest(parts: Iterable[Bytes], size: int) -> str | None:
    """Returns None if there are no parts. Raises NotClear if they are far more than a file of that size can hold."""
    digest, counted, limit = hashlib.sha256(), 0, _ENOUGH_TIMES * size + _ENOUGH_MORE
    for part in parts:
        counted += max(len(part), _LEAST)
        if counted > limit:
            raise NotClear
        digest.update(part)
    return digest.hexdigest() if counted else None


def _jpeg_parts(data: memoryview) -> Iterator[Bytes]:
    """Yields the segments up to the end of the first picture, without comments and those of applications."""
    at, scans = 2, 0
    while (start := _next_marker(data, at)) is not None:
        marker, end = data[start + 1], start + 2
        if scans and start > at:
            yield data[at:start]  # the coded data of the scan before
        if marker == _EOI:
            break
        if marker in (_SOI, _TEMPORARY):
            at = end
            continue
        at = end + struct.unpack_from(">H", data, end)[0]
        if marker == _COMMENT or (marker in _APPLICATIONS and marker != _ADOBE):
            continue
        scans += marker == _START_OF_SCAN
        yield checked(data, start, at - start)
    if not scans or start is None:
        raise NotClear


def _next_marker(data: memoryview, at: int) -> int | None:
    """Returns where the first marker after ``at`` begins. Coded data go on for megabytes, which NumPy searches twice as
    fast as a regular expression does."""
    if found := _JPEG_MARKER.search(data, at, at + _NEAR):
        return found.start()
    for start in range(at + _NEAR - 1, len(data) - 1, _BLOCK):
        block = np.frombuffer(data, np.uint8, min(_BLOCK + 1, len(data) - start), start)
        codes = block[1:]
        places = np.flatnonzero((block[:-1] == 0xFF) & (codes != 0))
        places = places[_IS_MARKER[codes[places]]]
        if places.size:
            return start + int(places[0])
    return None


def _png_parts(data: memoryview) -> Iterator[Bytes]:
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        part = checked(data, at + 8, length)
        if kind in _PNG_PARTS:
            # Programs may divide pixels into chunks as they like.
            yield part if kind == b"IDAT" else kind + bytes(part)
        at += 12 + length


def _psd_parts(data: memoryview) -> Iterator[Bytes]:
    """Yields all of a Photoshop file but its resources, which hold the metadata. The layers count, since the merged
    picture may be missing."""
    version, channels, height, width, depth = struct.unpack_from(">H6xHIIH", data, 4)
    palette = 30 + struct.unpack_from(">I", data, 26)[0]
    layers = palette + 4 + struct.unpack_from(">I", data, palette)[0]
    merged = layers + (4 if version == 1 else 8) + struct.unpack_from(">I" if version == 1 else ">Q", data, layers)[0]
    rows, compression = channels * height, struct.unpack_from(">H", data, merged)[0]
    if compression == 0:
        length = rows * ((width * depth + 7) // 8)
    elif compression == 1:  # the lengths of all rows come first
        table = checked(data, merged + 2, rows * 2 * version)
        length = len(table) + sum(struct.unpack(f">{rows}{'H' if version == 1 else 'I'}", table))
    else:
        raise NotClear
    yield checked(data, 0, palette)
    yield checked(data, layers, merged + 2 + length - layers)


def _webp_parts(data: memoryview) -> Iterator[Bytes]:
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    checked(data, 0, end)
    at, canvas = 12, b""
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        part = checked(data, at + 8, length)
        if kind == b"VP8X":
            canvas = bytes(part[4:10])
        elif kind in _WEBP_PARTS:
            yield kind
            yield canvas if kind == b"ANIM" else b""
            yield part
        at += 8 + length + length % 2


def _gif_parts(data: memoryview) -> Iterator[Bytes]:
    """Yields everything but comments, and the extensions of applications that do not say how the picture moves."""
    at = 13 + _gif_colours(data[10])
    yield checked(data, 6, at - 6)
    while (kind := checked(data, at, 1)[0]) != 0x3B:
        start = at
        if kind == 0x2C:
            at = start + 10 + _gif_colours(checked(data, start + 9, 1)[0]) + 1
        elif kind == 0x21:
            at = start + 2
        else:
            raise NotClear
        while size := checked(data, at, 1)[0]:
            at += 1 + size
        at += 1
        comment = kind == 0x21 and data[start + 1] == 0xFE
        application = kind == 0x21 and data[start + 1] == 0xFF
        if not comment and (not application or bytes(data[start + 3 : start + 14]) in _GIF_MOVING):
            yield checked(data, start, at - start)


def _gif_colours(flags: int) -> int:
    """Returns the bytes of a table of colours."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
