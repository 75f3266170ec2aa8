"""Finds out how the structure of a HEIF or AVIF file says that its picture is turned and mirrored.

The decoders apply this themselves. It must be known all the same, so that faces turn with the picture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress

from photos_graph.boxes import turn_between
from photos_graph.images.containers import contents_of
from photos_graph.images.formats import Bytes

# In words of EXIF: the turns are counted in quarters against the clock, and the mirrors by their axis.
_TURNS = {0: 1, 1: 8, 2: 3, 3: 6}
_MIRRORS = {0: 4, 1: 2}


def heif_orientation(data: Bytes) -> int:
    """Returns the orientation (EXIF, 1..8) by which the primary picture is shown, or 1 if that is not clear. Never
    raises; it reads the header only."""
    orientation = 1
    with suppress(struct.error, IndexError, KeyError):
        for kind, value in _transformations(memoryview(data)):
            step = _TURNS[value & 3] if kind == b"irot" else _MIRRORS[value & 1]
            orientation = _followed(orientation, step)
    return orientation


def _followed(first: int, then: int) -> int:
    """Returns the orientation that has the effect of two, one after the other."""
    return next(both for both in range(1, 9) if turn_between(first, both) == then)


def _transformations(data: memoryview) -> Iterator[tuple[bytes, int]]:
    """Yields those properties of the primary picture that turn or mirror it, in the order in which they apply."""
    meta = dict(contents_of(dict(contents_of(data))[b"meta"][4:]))
    primary = struct.unpack_from(">H" if meta[b"pitm"][0] == 0 else ">I", meta[b"pitm"], 4)[0]
    inside = list(contents_of(meta[b"iprp"]))
    properties = list(contents_of(dict(inside)[b"ipco"]))
    for kind, box in inside:
        for number in properties_of(primary, box) if kind == b"ipma" else ():
            name, content = properties[number - 1]
            if name in (b"irot", b"imir"):
                yield name, content[0]


def properties_of(item: int, associations: Bytes) -> list[int]:
    """Returns the numbers of the properties of an item, which count from 1."""
    version, flags = associations[0], associations[3]
    wide = flags & 1  # a number has 15 bits instead of 7; the uppermost bit has another meaning
    at = 8
    for _ in range(struct.unpack_from(">I", associations, 4)[0]):
        number = struct.unpack_from(">H" if version < 1 else ">I", associations, at)[0]
        at += 2 if version < 1 else 4
        count = associations[at]
        at += 1
        if number == item:
            found = struct.unpack_from(f">{count}{'H' if wide else 'B'}", associations, at)
            return [each & (0x7FFF if wide else 0x7F) for each in found]
        at += count * (2 if wide else 1)
    return []
