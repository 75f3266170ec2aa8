"""Finds the small pictures that a camera writes into a file, beside the large one: in a JPEG, a thumbnail in EXIF, and
previews after the picture (MPF, CIPA DC-007); in HEIF and AVIF, thumbnails (``heif_previews``).

Only the beginning of a file is read, and the preview itself. A preview has no profile and no orientation of its own, so
it is put together with those of its picture.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from photos_graph.images.formats import Bytes
from photos_graph.images.heif_previews import heif_thumbnails
from photos_graph.paths import mtime_ns

HEAD_BYTES = 128 * 1024  # what a camera writes before the picture, and more than EXIF can have
MAX_PREVIEW_BYTES = 4 * 1024 * 1024
MAX_PREVIEWS = 8
_EXIF, _PROFILE, _MPF = b"Exif\0\0", b"ICC_PROFILE\0", b"MPF\0"
_SOI, _APP0, _APP1, _APP2, _APP15, _SOS = 0xD8, 0xE0, 0xE1, 0xE2, 0xEF, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_OFFSET, _LENGTH = 0x0201, 0x0202  # of the thumbnail
_ENTRIES = 0xB002  # of MPF: one for each picture in the file
_LARGE_THUMBNAILS = (0x010001, 0x010002)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a JPEG says of its pixels."""

    width: int
    height: int
    components: int


@dataclass(frozen=True, slots=True)
class Preview:
    """``data`` is a picture with the orientation and the colours of its picture. ``edge`` is its longest, in pixels."""

    data: bytes
    edge: int


def preview(file: int, edge: int, as_read: Sequence[int] | None = None) -> Preview | None:
    """Returns the preview of the picture behind a descriptor that suits ``edge`` pixels: the smallest one that has
    them, or else the largest one that has half of them. Returns None for other files, if there is none, and if the size
    and time of change of the file differ from ``as_read``. Never raises.

    A preview whose shape is not that of its picture shows something else, or has black bars, and is passed over.
    """
    with suppress(OSError, struct.error, IndexError, ValueError):
        status = os.fstat(file)
        if as_read is not None and (status.st_size, mtime_ns(status)) != tuple(as_read):
            return None
        head = os.pread(file, HEAD_BYTES, 0)
        found = _of_heif(file, head) if head[4:8] == b"ftyp" else _of_jpeg(file, head)
        suiting = sorted((each for each in found if 2 * each.edge >= edge), key=lambda each: each.edge)
        return next((each for each in suiting if each.edge >= edge), suiting[-1] if suiting else None)
    return None


def _of_jpeg(file: int, head: bytes) -> list[Preview]:
    parts = list(_parts(head))
    picture = _frame(parts)
    return [made for data in _previews(file, parts) if (made := _joined(data, parts, picture)) is not None]


def _of_heif(file: int, head: bytes) -> list[Preview]:
    return [Preview(each.data, max(each.width, each.height)) for each in heif_thumbnails(file, head)]


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment of a JPEG before its pixels. ``at`` is the place of ``content`` in the file."""

    marker: int
    at: int
    content: bytes

    @property
    def written(self) -> bytes:
        return struct.pack(">BBH", 0xFF, self.marker, len(self.content) + 2) + self.content


def _parts(data: Bytes) -> Iterator[_Part]:
    """Yields the segments of a JPEG. Raises ValueError if it is none, or does not reach its pixels in ``data``."""
    if bytes(data[:2]) != bytes((0xFF, _SOI)):
        raise ValueError
    at = 2
    while True:
        while data[at] == data[at + 1] == 0xFF:  # which may fill the space between segments
            at += 1
        if data[at] != 0xFF:
            raise ValueError
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker == _SOS:
            return
        content = bytes(data[at + 4 : at + 2 + length])
        if length < 2 or len(content) != length - 2:
            raise ValueError
        yield _Part(marker, at + 4, content)
        at += 2 + length


def _frame(parts: list[_Part]) -> _Frame:
    for part in parts:
        if part.marker in _FRAMES:
            _, height, width, components = struct.unpack_from(">BHHB", part.content)
            if height and width:
                return _Frame(width, height, components)
    raise ValueError


def _joined(data: bytes, parts: list[_Part], picture: _Frame) -> Preview | None:
    """Returns the preview with what its picture says of orientation and colours, or None if they do not fit."""
    with suppress(struct.error, IndexError, ValueError):
        own = list(_parts(data))
        frame = _frame(own)
        if frame.components != picture.components or not _is_alike(frame, picture):
            return None
        kept = [part for part in own if not _APP1 <= part.marker <= _APP15 or part.content.startswith(b"Adobe")]
        said = [part for part in parts if part.content.startswith((_EXIF, _PROFILE))]
        pixels = data[own[-1].at + len(own[-1].content) :]
        joined = b"".join(part.written for part in (*said, *kept))
        return Preview(data[:2] + joined + pixels, max(frame.width, frame.height))
    return None


def _is_alike(preview: _Frame, picture: _Frame) -> bool:
    """Returns whether both have the same shape, but for the rounding of a side to whole pixels."""
    return (
        abs(preview.width * picture.height / picture.width - preview.height) <= 1
        or abs(preview.height * picture.width / picture.height - preview.width) <= 1
    ) and preview.width <= picture.width


def _previews(file: int, parts: list[_Part]) -> Iterator[bytes]:
    for part in parts:
        if part.marker == _APP1 and part.content.startswith(_EXIF):
            with suppress(struct.error, IndexError, ValueError, KeyError):
                yield _thumbnail(part.content[len(_EXIF) :])
        elif part.marker == _APP2 and part.content.startswith(_MPF):
            with suppress(struct.error, IndexError, ValueError, KeyError):
                # Places are counted from the header that follows the name of the segment.
                yield from _large_thumbnails(file, part.content[len(_MPF) :], part.at + len(_MPF))


def _thumbnail(tiff: bytes) -> bytes:
    order = _order(tiff)
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    count = struct.unpack_from(order + "H", tiff, first)[0]
    second = struct.unpack_from(order + "I", tiff, first + 2 + 12 * count)[0]
    if not second:
        raise ValueError
    fields = _fields(tiff, order, second)
    offset, length = fields[_OFFSET][1], fields[_LENGTH][1]
    return tiff[offset : offset + length]


def _large_thumbnails(file: int, mpf: bytes, base: int) -> Iterator[bytes]:
    order = _order(mpf)
    size, at = _fields(mpf, order, struct.unpack_from(order + "I", mpf, 4)[0])[_ENTRIES]
    for start in range(at, at + min(size, 16 * MAX_PREVIEWS), 16):
        kind, length, offset = struct.unpack_from(order + "III", mpf, start)
        if kind & 0xFFFFFF in _LARGE_THUMBNAILS and offset and length <= MAX_PREVIEW_BYTES:
            yield os.pread(file, length, base + offset)


def _order(tiff: bytes) -> str:
    return {b"II*\0": "<", b"MM\0*": ">"}[tiff[:4]]


def _fields(tiff: bytes, order: str, at: int) -> Mapping[int, tuple[int, int]]:
    """Returns the number of values, and the value or its place, of each field in a directory."""
    fields = {}
    for number in range(struct.unpack_from(order + "H", tiff, at)[0]):
        tag, _, count, value = struct.unpack_from(order + "HHII", tiff, at + 2 + 12 * number)
        fields[tag] = (count, value)
    return fields
