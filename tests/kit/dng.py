"""The smallest DNG that LibRaw develops: a camera's raw picture, with or without the preview that it embeds."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import PIL.Image

_KINDS = {"B": 1, "s": 2, "H": 3, "I": 4, "i": 10, "r": 5}  # struct letter to TIFF type; "r": unsigned rational
_IDENTITY_MATRIX = [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]


def dng(picture: PIL.Image.Image, orientation: int = 1, preview: bytes | None = None) -> bytes:
    """Returns ``picture`` as an uncompressed RGGB mosaic. ``preview`` is an encoded JPEG of it."""
    width, height = picture.size
    pixels = np.asarray(picture.convert("RGB")).astype(np.uint16) * 257
    mosaic = pixels[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = pixels[::2, ::2, 0], pixels[1::2, 1::2, 2]
    sensor = [
        *((254, "I", [0]), (256, "I", [width]), (257, "I", [height]), (258, "H", [16]), (259, "H", [1])),
        *((262, "H", [32803]), (273, "I", "data"), (277, "H", [1]), (278, "I", [height]), (279, "I", "size")),
        *((33421, "H", [2, 2]), (33422, "B", [0, 1, 1, 2]), (50717, "I", [65535])),
    ]
    camera = [
        *((271, "s", b"Maker\0"), (272, "s", b"Model\0"), (274, "H", [orientation])),
        *((50706, "B", [1, 4, 0, 0]), (50708, "s", b"Maker Model\0")),
        *((50721, "i", _IDENTITY_MATRIX), (50728, "r", [1, 1] * 3), (50778, "H", [21])),
    ]
    data = mosaic.astype("<u2").tobytes()
    if preview is None:
        return _tiff([(sorted(sensor + camera), data)])
    small: list[tuple[int, str, Any]] = [
        *((254, "I", [1]), (256, "I", [width]), (257, "I", [height]), (258, "H", [8, 8, 8]), (259, "H", [7])),
        *((262, "H", [6]), (273, "I", "data"), (277, "H", [3]), (278, "I", [height]), (279, "I", "size")),
        (330, "I", "next"),
    ]
    return _tiff([(sorted(small + camera), preview), (sensor, data)])


def _tiff(directories: list[tuple[list[tuple[int, str, Any]], bytes]]) -> bytes:
    """Each directory with its data; "data", "size" and "next" stand for offset, length and the next directory."""
    file = bytearray(b"II*\0" + struct.pack("<I", 8))
    for entries, data in directories:
        head = len(file)
        extra_at = head + 2 + 12 * len(entries) + 4
        extra, table = bytearray(), bytearray(struct.pack("<H", len(entries)))
        places = []
        for tag, letter, given in entries:
            value = [0] if isinstance(given, str) else given
            if isinstance(given, str):
                places.append((len(table) + 8, given))
            packed = value if letter == "s" else struct.pack(f"<{len(value)}{letter.replace('r', 'I')}", *value)
            count = len(value) // 2 if tag in (50721, 50728) else len(value)
            if len(packed) > 4:
                packed, extra = struct.pack("<I", extra_at + len(extra)), extra + packed + b"\0" * (len(packed) % 2)
            table += struct.pack("<HHI", tag, _KINDS[letter], count) + packed.ljust(4, b"\0")
        data_at = extra_at + len(extra)
        values = {"data": data_at, "size": len(data), "next": data_at + len(data)}
        for at, name in places:
            struct.pack_into("<I", table, at, values[name])
        file += table + bytes(4) + extra + data
    return bytes(file)
