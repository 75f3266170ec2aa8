"""Sorted orders of the photos. They are updated where photos changed, and not sorted again as a whole.

An order is a permutation of the visible photo numbers by (key, number). It is a total order, so that a cursor with both
keeps its position when other photos are added or removed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.search.arrays import Keys, Numbers, PackedBytes, grown, numbers_of

Key = int | bytes


def _steps(found: BitMap) -> int:
    """Returns the number of steps along an order above which sorting the photos is cheaper. A step costs as much as
    sorting 16 photos."""
    return min(len(found) // 16, 16384)


class SortOrder:
    """A sorted order. ``sequence`` has the photo numbers in order, and ``rank`` the position of each number in it, or
    -1 for a photo that is not visible."""

    def __init__(self) -> None:
        self.sequence: Numbers = np.zeros(0, np.uint32)
        self.rank: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self._touched = BitMap()

    def touch(self, numbers: BitMap) -> None:
        """Marks these photos as added, changed or removed. The next ``refresh`` reads their keys."""
        self._touched |= numbers

    def refresh(self, visible: BitMap) -> None:
        """Updates the order for the photos that were touched."""
        if not self._touched:
            return
        touched = numbers_of(self._touched)
        self.rank = grown(self.rank, int(touched[-1]) + 1, -1)
        old = self.rank[touched]
        kept = np.delete(self.sequence, old[old >= 0])
        self.rank[touched] = -1
        new = numbers_of(self._touched & visible)
        if len(new) > len(kept) // 4:
            self.sequence = self._sort(np.concatenate((kept, new)))
        else:
            new = self._sort(new)
            self.sequence = np.insert(kept, self._positions(new, kept), new)
        self.rank[self.sequence] = np.arange(len(self.sequence), dtype=np.int32)
        self._touched = BitMap()

    def restore(self, sequence: Numbers) -> None:
        """Restores an order that was saved while no photo was marked as touched."""
        self.sequence = sequence
        self.rank = np.full(int(sequence.max()) + 1 if len(sequence) else 0, -1, np.int32)
        self.rank[sequence] = np.arange(len(sequence), dtype=np.int32)
        self._touched = BitMap()

    def key(self, number: int) -> Key:
        return self.keys_of([number])[0]

    def keys_of(self, numbers: Sequence[int]) -> Sequence[Key]:
        raise NotImplementedError

    def position(self, key: Key, number: int) -> int:
        """Returns the number of photos before (key, number)."""
        raise NotImplementedError

    def rank_of(self, number: int) -> int:
        """Returns the position of a photo, or -1 if it is not visible."""
        return int(self.rank[number]) if number < len(self.rank) else -1

    def _sort(self, numbers: Numbers) -> Numbers:
        raise NotImplementedError

    def _positions(self, numbers: Numbers, sequence: Numbers) -> npt.NDArray[np.int64]:
        raise NotImplementedError

    def take(self, found: BitMap, low: int, high: int, count: int, backwards: bool = False) -> list[int]:
        """Returns the first (or last) ``count`` found photos whose rank is in [low, high), in order."""
        if count <= 0 or low >= high or not found:
            return []
        if count * len(self.sequence) < _steps(found) * len(found):
            walked = self._walk(found, low, high, count, backwards)
            if walked is not None:
                return walked
        ranks = self.ranks(found)
        ranks = ranks[(ranks >= low) & (ranks < high)]
        if count < len(ranks):
            ranks = (
                np.partition(ranks, len(ranks) - count)[-count:] if backwards else np.partition(ranks, count)[:count]
            )
        ranks.sort()
        chosen: list[int] = self.sequence[ranks].tolist()
        return chosen

    def _walk(self, found: BitMap, low: int, high: int, count: int, backwards: bool) -> list[int] | None:
        """Walks along the order to find what ``take`` returns. Returns None if it found too few photos in too many
        steps."""
        taken: list[int] = []
        step, left = 4 * count, _steps(found)
        while low < high:
            if left <= 0:
                return None
            step = min(step, high - low)
            if backwards:
                part, high = self.sequence[high - step : high][::-1], high - step
            else:
                part, low = self.sequence[low : low + step], low + step
            taken.extend(number for number in part.tolist() if number in found)
            if len(taken) >= count:
                break
            left -= step
            step *= 2
        del taken[count:]
        return taken[::-1] if backwards else taken

    def ranks(self, found: BitMap) -> npt.NDArray[np.int32]:
        """Returns the ranks of the found photos, unsorted. Photos that are not visible are left out."""
        numbers = numbers_of(found)
        if len(numbers) and numbers[-1] >= len(self.rank):
            numbers = numbers[numbers < len(self.rank)]
        ranks = self.rank[numbers]
        return ranks[ranks >= 0]

    def sorted_ranks(self, found: BitMap) -> npt.NDArray[np.int64]:
        """Returns the ranks of the found photos in ascending order. A large set is marked in an array, which is faster
        than sorting it."""
        ranks = self.ranks(found)
        if len(ranks) * 16 < len(self.sequence):
            return np.sort(ranks).astype(np.int64)
        marks = np.zeros(len(self.sequence), np.bool_)
        marks[ranks] = True
        return np.flatnonzero(marks)


class IntegerOrder(SortOrder):
    """An order by an integer that ``keys`` computes for an array of photo numbers."""

    def __init__(self, keys: Callable[[Numbers], Keys]) -> None:
        super().__init__()
        self._keys = keys

    def keys_of(self, numbers: Sequence[int]) -> Sequence[int]:
        keys: list[int] = self._keys(np.array(numbers, np.uint32)).tolist()
        return keys

    def position(self, key: Key, number: int) -> int:
        place = self.edges(np.array([key], np.int64), np.array([number], np.int64))
        return int(place[0])

    def edges(self, keys: Keys, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Returns ``position`` of many (key, number) at once."""
        return self._bisect(keys, numbers, self.sequence)

    def _sort(self, numbers: Numbers) -> Numbers:
        numbers = np.sort(numbers)
        return numbers[np.argsort(self._keys(numbers), kind="stable")]

    def _positions(self, numbers: Numbers, sequence: Numbers) -> npt.NDArray[np.int64]:
        return self._bisect(self._keys(numbers), numbers.astype(np.int64), sequence)

    def _bisect(self, keys: Keys, numbers: npt.NDArray[np.int64], sequence: Numbers) -> npt.NDArray[np.int64]:
        low = np.zeros(len(keys), np.int64)
        high = np.full(len(keys), len(sequence), np.int64)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            probe = sequence[np.where(open_, middle, 0)]
            probe_keys = self._keys(probe)
            before = open_ & ((probe_keys < keys) | ((probe_keys == keys) & (probe < numbers)))
            low = np.where(before, middle + 1, low)
            high = np.where(open_ & ~before, middle, high)
        return low


class NameOrder(SortOrder):
    """An order by the natural sort key of the name."""

    def __init__(self, names: PackedBytes) -> None:
        super().__init__()
        self._names = names

    def keys_of(self, numbers: Sequence[int]) -> Sequence[bytes]:
        return [self._names[number] for number in numbers]

    def position(self, key: Key, number: int) -> int:
        return self._place(cast(bytes, key), number, self.sequence)

    def _place(self, key: bytes, number: int, sequence: Numbers) -> int:
        names = self._names
        return bisect_left(sequence, (key, number), key=lambda n: (names[n], int(n)))

    def _sort(self, numbers: Numbers) -> Numbers:
        return np.array(sorted(np.sort(numbers).tolist(), key=self._names.__getitem__), np.uint32)

    def _positions(self, numbers: Numbers, sequence: Numbers) -> npt.NDArray[np.int64]:
        places = [self._place(self._names[number], number, sequence) for number in numbers.tolist()]
        return np.array(places, np.int64)
