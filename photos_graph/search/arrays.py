"""Arrays that grow, and conversions between NumPy arrays and Roaring bitmaps."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

Numbers = npt.NDArray[np.uint32]
Keys = npt.NDArray[np.int64]


def bitmap(numbers: npt.NDArray[Any]) -> BitMap:
    """Returns a bitmap of photo numbers, several times faster than if pyroaring iterated over the NumPy array."""
    return BitMap(array("I", np.ascontiguousarray(numbers, dtype=np.uint32).tobytes()))


def numbers_of(found: BitMap) -> Numbers:
    """Returns the photo numbers of a bitmap in ascending order."""
    return np.asarray(found.to_array(), dtype=np.uint32)


def grown(values: npt.NDArray[Any], size: int, fill: object) -> npt.NDArray[Any]:
    """Returns ``values`` with room for at least ``size`` rows. The array grows by a share of its size, so that
    appending takes linear time overall."""
    if size <= len(values):
        return values
    capacity = max(size, len(values) * 5 // 4, 1024)
    result = np.full((capacity, *values.shape[1:]), fill, dtype=values.dtype)
    result[: len(values)] = values
    return result


class PackedBytes:
    """Byte strings by number in one buffer. Each takes 12 bytes besides its text, instead of a Python object."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._start = np.zeros(0, np.int64)
        self._length = np.zeros(0, np.int32)
        self._live = 0  # bytes of the buffer that are still in use

    def __getitem__(self, number: int) -> bytes:
        start = self._start[number]
        return bytes(self._text[start : start + self._length[number]])

    def __setitem__(self, number: int, value: bytes) -> None:
        if number < len(self._start) and self[number] == value:
            return
        self._start = grown(self._start, number + 1, 0)
        self._length = grown(self._length, number + 1, 0)
        self._live += len(value) - int(self._length[number])
        self._start[number], self._length[number] = len(self._text), len(value)
        self._text += value
        if len(self._text) > 2 * self._live + 65536:
            self._compact()

    def _compact(self) -> None:
        start = np.cumsum(self._length, dtype=np.int64) - self._length
        kept = np.repeat(self._start - start, self._length) + np.arange(self._live)
        self._text = bytearray(np.frombuffer(self._text, np.uint8)[kept].tobytes())
        self._start = start

    def dump(self, size: int) -> dict[str, npt.NDArray[Any]]:
        """Returns copies of the arrays for the first ``size`` numbers."""
        text = np.frombuffer(bytes(self._text), np.uint8)
        return {"text": text, "start": self._start[:size].copy(), "length": self._length[:size].copy()}

    def restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._text = bytearray(arrays["text"].tobytes())
        self._start, self._length = arrays["start"], arrays["length"]
        self._live = int(self._length.sum())
