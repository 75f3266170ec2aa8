"""Finds the video in a motion photo: a JPEG, HEIC or AVIF that carries the seconds around its picture.

Google's phones, and those of others that follow them, state in XMP how many bytes before the end the video starts, or
put it into a box. Samsung's have a table at the end. The table of contents of the video itself decides where it ends.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from photos_graph.library.picture_boxes import boxes_of
from photos_graph.library.picture_parts import Bytes, NotClear

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MAX_SEGMENTS = 500  # of a JPEG before its pixels
_MICRO_VIDEO = re.compile(rb"""MicroVideoOffset(?:\s*=\s*["']|>)\s*(\d{1,12})""")
_ITEM = re.compile(rb"<\w+:Item\b(.{0,2000}?)(?:/>|</\w+:Item>|</rdf:li>)", re.DOTALL)
_SEMANTIC = re.compile(rb"""\w+:Semantic(?:\s*=\s*["']|>)\s*(\w{1,40})""")
_LENGTH = re.compile(rb"""\w+:Length(?:\s*=\s*["']|>)\s*(\d{1,12})""")
_CLAIM = re.compile(rb"""(?:MotionPhoto|MicroVideo)(?:\s*=\s*["']|>)\s*1""")

_SAMSUNG_TABLE, _SAMSUNG_END, _SAMSUNG_VIDEO = b"SEFH", b"SEFT", b"MotionPhoto_Data"
_MAX_TABLE_ENTRIES = 1000
_HUAWEI_END, _HUAWEI_BYTES = b"LIVE_", 64

_START = re.compile(rb"\0\0\0[\x08-\xff]ftyp(?:mp4|iso|qt  |avc|M4V|3gp|MSNV)")
_KNOWN_BOXES = {
    b"ftyp",
    b"moov",
    b"mdat",
    b"free",
    b"skip",
    b"wide",
    b"uuid",
    b"moof",
    b"mfra",
    b"sidx",
    b"udta",
    b"meta",
}


class MotionVideo(NamedTuple):
    """Where the video is in the file, in bytes. It is in the container of MP4 or QuickTime."""

    offset: int
    length: int


def motion_video(data: Bytes) -> MotionVideo | None:
    """Returns where the video of a motion photo is, or None if there is none. It looks at the beginning and the end of
    the file, and at the headers of boxes between them. Never raises."""
    view = memoryview(data)
    starts = _starts_in_boxes if bytes(view[4:8]) == b"ftyp" else _starts_after_jpeg
    if starts is _starts_after_jpeg and bytes(view[:2]) != b"\xff\xd8":
        return None
    try:
        return next((found for start in starts(view) if (found := _video_at(view, start))), None)
    except (NotClear, struct.error, IndexError):
        return None


def _video_at(data: memoryview, start: int) -> MotionVideo | None:
    """Returns the video that starts there, up to its last box, since other data may follow it."""
    if start <= 0 or bytes(data[start + 4 : start + 8]) != b"ftyp":
        return None
    at, kinds = start, set()
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1:
            size = struct.unpack_from(">Q", data, at + 8)[0]
        elif size == 0:
            size = len(data) - at
        if kind not in _KNOWN_BOXES or size < 8 or at + size > len(data):
            break
        kinds.add(kind)
        at += size
    return MotionVideo(start, at - start) if {b"moov", b"mdat"} <= kinds or b"moof" in kinds else None


def _starts_in_boxes(data: memoryview) -> Iterator[int]:
    at = 0
    for kind, part in boxes_of(data):
        at += 8 if int.from_bytes(data[at : at + 4], "big") != 1 else 16
        if kind == b"mpvd":
            yield at
        at += len(part)


def _starts_after_jpeg(data: memoryview) -> Iterator[int]:
    """Yields where the video may start, the most reliable first."""
    packet, pixels = _packet(data)
    yield from (len(data) - int(offset) for offset in _MICRO_VIDEO.findall(packet))
    yield from _starts_by_items(packet, len(data))
    yield from _starts_by_samsung(data)
    tail = bytes(data[-_HUAWEI_BYTES:])
    if _CLAIM.search(packet) or _HUAWEI_END in tail:
        # What it says of the place is wrong, for example since a program has appended something.
        yield from (match.start() for match in _START.finditer(data, pixels))


def _packet(data: memoryview) -> tuple[bytes, int]:
    """Returns the XMP packet of a JPEG, and where its pixels start."""
    at, packet = 2, b""
    for _ in range(_MAX_SEGMENTS):
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == 0xFFDA or marker >> 8 != 0xFF:
            break
        if marker == 0xFFE1 and bytes(data[at + 4 : at + 4 + len(_XMP)]) == _XMP:
            packet = packet or bytes(data[at + 4 + len(_XMP) : at + 2 + length])
        at += 2 + length
    return packet, at


def _starts_by_items(packet: bytes, size: int) -> Iterator[int]:
    """The items of Google's container follow the picture one after the other, up to the end of the file."""
    items = [(_SEMANTIC.search(item), _LENGTH.search(item)) for item in _ITEM.findall(packet)]
    lengths = [int(length[1]) if length else 0 for _, length in items]
    for number, (semantic, _) in enumerate(items):
        if semantic and semantic[1] == b"MotionPhoto":
            yield size - sum(lengths[number:])


def _starts_by_samsung(data: memoryview) -> Iterator[int]:
    """The table at the end has a type, a distance to the table and a size (bytes) for each block. A block starts with
    its type and its name."""
    if bytes(data[-4:]) != _SAMSUNG_END:
        return
    table = len(data) - 8 - int(struct.unpack_from("<I", data, len(data) - 8)[0])
    if table <= 0 or bytes(data[table : table + 4]) != _SAMSUNG_TABLE:
        return
    for number in range(min(struct.unpack_from("<I", data, table + 8)[0], _MAX_TABLE_ENTRIES)):
        distance = struct.unpack_from("<4xI", data, table + 12 + 12 * number)[0]
        start = table - distance
        if 0 < start < table and bytes(data[start + 8 : start + 8 + len(_SAMSUNG_VIDEO)]) == _SAMSUNG_VIDEO:
            yield start + 8 + struct.unpack_from("<I", data, start + 4)[0]
