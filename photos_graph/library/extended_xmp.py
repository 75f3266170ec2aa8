"""Finds the extended XMP of a JPEG: what does not fit into the 64 KB of one segment, in segments of their own.

Adobe's specification divides it into pieces, each with the id of the whole, its length and the place of the piece. The
packet itself names the id.
"""

from __future__ import annotations

import re

from photos_graph.library.packets import MAX_BYTES

_MARK = b"http://ns.adobe.com/xmp/extension/\0"
_HEADER = len(_MARK) + 32 + 4 + 4  # the id, the length of the whole, and the place of the piece
_NAMESPACE = re.compile(rb"""xmlns:[\w-]+=["']([^"']+)["']""")
# Depth maps and sounds of phones, which are large and have none of our fields.
_OF_NO_USE = (b"http://ns.google.com/", b"http://www.w3.org/1999/02/22-rdf-syntax-ns#", b"adobe:ns:meta/")


def extended_xmp(data: memoryview | bytes, identity: str) -> bytes | None:
    """Returns the extended packet with this id, if all of it is there, it is not too large, and it may have fields of
    ours. Never raises."""
    pieces: dict[int, bytes] = {}
    length = 0
    for start, end in _segments(data):
        if end - start >= _HEADER and bytes(data[start : start + len(_MARK)]) == _MARK:
            header = bytes(data[start + len(_MARK) : start + _HEADER])
            if header[:32].decode("latin-1") == identity:
                length = int.from_bytes(header[32:36], "big")
                pieces[int.from_bytes(header[36:40], "big")] = bytes(data[start + _HEADER : end])
    packet = b"".join(pieces[place] for place in sorted(pieces))
    if not packet or len(packet) != length or length > MAX_BYTES:
        return None
    return packet if any(not name.startswith(_OF_NO_USE) for name in _NAMESPACE.findall(packet)) else None


def _segments(data: memoryview | bytes) -> list[tuple[int, int]]:
    """Returns the starts and ends of the contents of the APP1 segments before the picture."""
    found: list[tuple[int, int]] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xD9, 0xDA):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE1:
            found.append((at + 4, min(end, len(data))))
        at = max(end, at + 4)
    return found
