"""Pictures made in the test: small, each with bytes of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pyvips

OLD = 1_600_000_000  # seconds since the epoch: long settled


def jpeg(colour: int, width: int = 48, height: int = 32) -> bytes:
    """A JPEG that no other ``colour`` (0 to 16,777,215) gives."""
    pixel = [colour >> 16 & 255, colour >> 8 & 255, colour & 255]
    image = (pyvips.Image.black(width, height, bands=3) + pixel).cast("uchar").copy(interpretation="srgb")
    # The colour goes in as a comment too, since JPEG rounds neighbouring colours to the same.
    data: bytes = image.jpegsave_buffer(keep="none")
    comment = f"colour {colour}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def put(path: Path, data: bytes, at: float = OLD) -> Path:
    """A file that was written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path
