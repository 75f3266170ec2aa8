"""Reads the maker note of Apple, which Exiv2 returns as bytes."""

from __future__ import annotations

import re
import struct

_HEAD = b"Apple iOS\0\0\x01MM"  # big endian; offsets count from here
_BURST, _ASCII = 0x000B, 2
_MAX_ENTRIES, _MAX_LENGTH = 200, 64
_ID = re.compile(rb"[0-9A-Za-z-]{8,64}", re.ASCII)


def burst_of(note: bytes) -> str | None:
    """Returns the id that the shots of one burst have in common, or None. Never raises."""
    if not note.startswith(_HEAD):
        return None
    start = len(_HEAD) + 2
    count = int.from_bytes(note[len(_HEAD) : start], "big")
    for at in range(start, min(start + 12 * min(count, _MAX_ENTRIES), len(note) - 11), 12):
        tag, kind, length, offset = struct.unpack_from(">HHII", note, at)
        if (tag, kind) == (_BURST, _ASCII) and length <= _MAX_LENGTH:
            found = _ID.fullmatch(note[offset : offset + length].rstrip(b"\0"))
            return found[0].decode() if found else None
    return None
