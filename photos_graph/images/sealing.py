"""Seals of cached pictures: a checksum behind the picture, by which a file is known to be what was written.

A power failure, a full disk or a failing one leaves files that are cut off, empty or changed. The seal is a box of the
type ``free`` (ISO 14496-12), which readers of AVIF pass over; those of JPEG and WebP pass over what follows a picture.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

_SEAL = struct.Struct(">I4s4sI")  # the length of the box, its type, our mark, and the CRC-32 of the picture
_KIND = (_SEAL.size, b"free", b"crc1")
SEAL_BYTES = _SEAL.size


def sealed(picture: bytes) -> bytes:
    """Returns the content of a file with the picture."""
    return picture + _SEAL.pack(*_KIND, zlib.crc32(picture))


def picture_in(content: bytes) -> bytes | None:
    """Returns the picture in the content of a file, or None if it is not what was written."""
    if len(content) > SEAL_BYTES:
        *kind, checksum = _SEAL.unpack_from(content, len(content) - SEAL_BYTES)
        if tuple(kind) == _KIND:
            picture = content[:-SEAL_BYTES]
            return picture if zlib.crc32(picture) == checksum else None
    # An earlier version of the program wrote no seals.
    return content if _has_an_end(content) else None


def read_picture(path: Path) -> bytes:
    """Reads a cached picture. Raises FileNotFoundError if there is no such file, also if it had to be deleted because
    it was damaged, and OSError."""
    return checked(path.read_bytes(), path)


def checked(content: bytes, path: Path) -> bytes:
    """Returns the picture in the content of the file. Deletes the file and raises FileNotFoundError if it is
    damaged."""
    picture = picture_in(content)
    if picture is None:
        path.unlink(missing_ok=True)
        raise FileNotFoundError(f"{path} was damaged")
    return picture


def _has_an_end(content: bytes) -> bool:
    """Returns whether a JPEG, WebP or AVIF is not cut off."""
    if content.startswith(b"\xff\xd8"):
        return content.endswith(b"\xff\xd9")
    if content.startswith(b"RIFF"):
        return int.from_bytes(content[4:8], "little") + 8 == len(content)
    at, has_data = 0, False
    while at < len(content):
        length = int.from_bytes(content[at : at + 4])
        if length < 8:
            return False
        has_data = has_data or content[at + 4 : at + 8] == b"mdat"
        at += length
    return has_data and at == len(content)
