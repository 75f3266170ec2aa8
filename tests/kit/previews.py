"""JPEGs with the previews that cameras write."""

from __future__ import annotations

import struct


def with_thumbnail(data: bytes, thumbnail: bytes, orientation: int = 1, order: str = "<") -> bytes:
    """Returns the JPEG with EXIF, which has the orientation, and the thumbnail in its second directory."""
    first = struct.pack(order + "HHHIHH", 1, 0x0112, 3, 1, orientation, 0)
    second = 8 + len(first) + 4
    fields = ((0x0103, 4, 6), (0x0201, 4, second + 2 + 3 * 12 + 4), (0x0202, 4, len(thumbnail)))
    written = b"".join(struct.pack(order + "HHII", tag, kind, 1, value) for tag, kind, value in fields)
    return _with_segment(
        data,
        0xE1,
        b"Exif\0\0" + _mark(order) + first + struct.pack(order + "IH", second, 3) + written + bytes(4) + thumbnail,
    )


def with_large_thumbnail(data: bytes, thumbnail: bytes, kind: int = 0x010002, order: str = "<") -> bytes:
    """Returns the JPEG with another picture behind it, as MPF describes one."""

    def whole(size: int) -> bytes:
        entries = struct.pack(order + "IIIHH", 0x030000, size, 0, 0, 0)
        entries += struct.pack(
            order + "IIIHH", kind, len(thumbnail), max(0, size - 10), 0, 0
        )  # 10: where the header is
        directory = struct.pack(order + "HHHIII", 1, 0xB002, 7, len(entries), 26, 0)
        return _with_segment(data, 0xE2, b"MPF\0" + _mark(order) + directory + entries)

    return whole(len(whole(0))) + thumbnail


def _mark(order: str) -> bytes:
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)


def _with_segment(data: bytes, marker: int, content: bytes) -> bytes:
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + data[2:]
