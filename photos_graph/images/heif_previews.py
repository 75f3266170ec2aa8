"""Finds the thumbnails that a camera writes into a HEIF or AVIF file, beside the large picture.

A thumbnail is a picture of its own in the file. A file is made of it that has nothing else: decoders open that as any
other, and need not be asked for thumbnails, which not all of them know.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from photos_graph.images.containers import contents_of
from photos_graph.images.formats import Bytes
from photos_graph.images.heif_orientation import heif_orientation, properties_of

MAX_THUMBNAIL_BYTES = 4 * 1024 * 1024
MAX_THUMBNAILS = 8
_CODED = (b"hvc1", b"av01")  # other items are put together from several
_ALPHA = (b"auxid:1\0", b"auxiliary:alpha")
_TRANSFORMED = (b"irot", b"imir", b"clap")
_FAILURES = (OSError, struct.error, IndexError, KeyError, ValueError)


@dataclass(frozen=True, slots=True)
class HeifThumbnail:
    """``data`` is a file with this picture alone, whose size before it is turned is given."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Boxes:
    """The boxes of a file that tell what is in it. ``properties`` are the kind and content of each."""

    meta: dict[bytes, Bytes]
    container: Bytes
    properties: list[tuple[bytes, Bytes]]
    associations: list[Bytes]

    def of(self, item: int) -> list[int]:
        return [number for box in self.associations for number in properties_of(item, box)]

    def kinds(self, numbers: list[int], *kinds: bytes) -> list[int]:
        return [number for number in numbers if self.properties[number - 1][0] in kinds]

    def size(self, numbers: list[int]) -> tuple[int, int]:
        [number] = self.kinds(numbers, b"ispe")
        width, height = struct.unpack_from(">II", self.properties[number - 1][1], 4)
        if not width or not height:
            raise ValueError
        return width, height


def heif_thumbnails(file: int, head: bytes) -> Iterator[HeifThumbnail]:
    """Yields the thumbnails of the primary picture that look like it: they are turned and mirrored as it is, and have
    its shape and its colours. ``head`` is the beginning of the file. Never raises."""
    with suppress(*_FAILURES):
        boxes = _boxes(head)
        version = boxes.meta[b"pitm"][0]
        primary: int = struct.unpack_from(">H" if version == 0 else ">I", boxes.meta[b"pitm"], 4)[0]
        if any(mark in bytes(boxes.container) for mark in _ALPHA):
            return  # no thumbnail has transparency
        for item in _thumbnails_of(primary, boxes.meta[b"iref"])[:MAX_THUMBNAILS]:
            with suppress(*_FAILURES):
                yield _alone(file, head, boxes, primary, item)


def _boxes(head: bytes) -> _Boxes:
    meta = dict(contents_of(dict(contents_of(memoryview(head)))[b"meta"][4:]))
    inside = list(contents_of(meta[b"iprp"]))
    container = dict(inside)[b"ipco"]
    associations = [box for kind, box in inside if kind == b"ipma"]
    return _Boxes(meta, container, list(contents_of(container)), associations)


def _thumbnails_of(primary: int, references: Bytes) -> list[int]:
    """Returns the items that are thumbnails of the primary one."""
    form, size = (">H", 2) if references[0] == 0 else (">I", 4)
    found = []
    for kind, box in contents_of(references[4:]):
        if kind == b"thmb":
            count = struct.unpack_from(">H", box, size)[0]
            of = [struct.unpack_from(form, box, size + 2 + size * each)[0] for each in range(count)]
            if primary in of:
                found.append(struct.unpack_from(form, box, 0)[0])
    return found


def _alone(file: int, head: bytes, boxes: _Boxes, primary: int, item: int) -> HeifThumbnail:
    """Raises ValueError if it does not look like its picture."""
    own, those = boxes.of(item), boxes.of(primary)
    (width, height), (full_width, full_height) = boxes.size(own), boxes.size(those)
    told = [boxes.properties[number - 1] for number in boxes.kinds(own, *_TRANSFORMED)]
    if [(kind, bytes(box)) for kind, box in told] != [
        (kind, bytes(box))
        for kind, box in (boxes.properties[number - 1] for number in boxes.kinds(those, *_TRANSFORMED))
    ]:
        raise ValueError
    if any(kind == b"clap" for kind, _ in told):
        raise ValueError  # it counts in pixels of the large picture
    # Encoders round the sides of a thumbnail down to even numbers.
    alike = abs(width * full_height / full_width - height) < 2 or abs(height * full_width / full_height - width) < 2
    if not alike or width > full_width:
        raise ValueError
    colours = [] if boxes.kinds(own, b"colr") else boxes.kinds(those, b"colr")
    pixels = _pixels(file, boxes.meta[b"iloc"], item)
    made = _written(head, boxes, _kind(boxes.meta[b"iinf"], item), [*colours, *own], pixels)
    if heif_orientation(made) != heif_orientation(head):
        raise ValueError
    return HeifThumbnail(made, width, height)


def _kind(items: Bytes, item: int) -> bytes:
    """Raises ValueError for an item that is put together from others."""
    for kind, box in contents_of(items[6 if items[0] == 0 else 8 :]):
        if kind == b"infe" and box[0] in (2, 3):
            number, at = struct.unpack_from(">H" if box[0] == 2 else ">I", box, 4)[0], 8 if box[0] == 2 else 10
            if number == item and (coded := bytes(box[at : at + 4])) in _CODED:
                return coded
    raise ValueError


def _pixels(file: int, places: Bytes, item: int) -> bytes:
    """Reads an item that stands in one piece in the file. Raises ValueError for others."""
    version, sizes = places[0], struct.unpack_from(">H", places, 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    at = 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(places[at - size : at], "big")

    id_size = 4 if version == 2 else 2
    for _ in range(number(id_size)):
        id_ = number(id_size)
        method = number(2) & 15 if version else 0
        elsewhere, base = number(2), number(base_size)
        extents = [
            (number(index_size if version else 0), number(offset_size), number(length_size)) for _ in range(number(2))
        ]
        if id_ == item:
            [(_, offset, length)] = extents
            if method or elsewhere or not 0 < length <= MAX_THUMBNAIL_BYTES:
                raise ValueError
            found = os.pread(file, length, base + offset)
            if len(found) < length:
                raise ValueError
            return found
    raise ValueError


def _written(head: bytes, boxes: _Boxes, kind: bytes, numbers: list[int], pixels: bytes) -> bytes:
    """Returns a file with one item, number 1."""
    [brands] = [bytes(box) for name, box in contents_of(memoryview(head)) if name == b"ftyp"]
    start = _box(b"ftyp", brands)
    # Properties that a decoder has to know are marked, and there may be more than 127.
    associations = struct.pack(">BBHIHB", 0, 0, 1, 1, 1, len(numbers))
    associations += b"".join(struct.pack(">H", 0x8000 | number) for number in numbers)
    entry = _box(b"infe", struct.pack(">IHH4sB", 2 << 24, 1, 0, kind, 0))
    inside = [
        _box(b"hdlr", bytes(boxes.meta[b"hdlr"])),
        _box(b"pitm", struct.pack(">IH", 0, 1)),
        _box(b"iinf", struct.pack(">IH", 0, 1) + entry),
        _box(b"iprp", _box(b"ipco", bytes(boxes.container)) + _box(b"ipma", associations)),
    ]

    def described(at: int) -> bytes:
        place = _box(b"iloc", struct.pack(">IHHHHHII", 0, 0x4400, 1, 1, 0, 1, at, len(pixels)))
        return start + _box(b"meta", bytes(4) + b"".join(inside) + place)

    return described(len(described(0)) + 8) + _box(b"mdat", pixels)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content
