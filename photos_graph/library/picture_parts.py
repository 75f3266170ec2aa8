"""What the readers of containers share that find the parts of a file with its picture."""

from __future__ import annotations

Bytes = bytes | memoryview


class NotClear(Exception):
    """The file is damaged, or lies about itself, so that it is not clear where its picture is. It is never shown."""


def checked(data: memoryview, start: int, length: int) -> memoryview:
    """Returns a part of the file. Raises NotClear if the file ends before it does: such files could look alike."""
    if start < 0 or length < 0 or start + length > len(data):
        raise NotClear
    return data[start : start + length]
