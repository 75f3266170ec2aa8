"""The positions of photos in an album, as pure functions. Between two positions there is room for many photos, so that
putting one there changes no other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import overload

import numpy as np

from photos_graph.search.rows import PlacedPhotos

GAP = 2**24  # between two photos that are added one after the other


class Arrangement(Sequence[tuple[int, int]]):
    """The positions and numbers of the photos that people put into an album, in its order, without some of them."""

    def __init__(self, placed: PlacedPhotos, without: Collection[int] = ()) -> None:
        kept = ~np.isin(placed.numbers, np.array(list(without), np.uint32))
        numbers, positions = placed.numbers[kept], placed.positions[kept]
        order = np.argsort(positions, kind="stable")  # the numbers are in ascending order
        self._numbers, self._positions = numbers[order], positions[order]

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, place: slice) -> list[tuple[int, int]]: ...
    def __getitem__(self, place: int | slice) -> tuple[int, int] | list[tuple[int, int]]:
        if isinstance(place, slice):
            return list(zip(self._positions[place].tolist(), self._numbers[place].tolist(), strict=True))
        return int(self._positions[place]), int(self._numbers[place])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self[:])

    def places_of(self, numbers: Collection[int]) -> list[int]:
        """Returns the places of those of these photos that are among them, in ascending order."""
        places: list[int] = np.flatnonzero(np.isin(self._numbers, np.array(list(numbers), np.uint32))).tolist()
        return places


def between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """Returns ``count`` ascending positions between two, of which None is an end of the album. Returns None if there is
    no room for so many."""
    if low is None and high is None:
        return [GAP * place for place in range(count)]
    if high is None:
        return [(low or 0) + GAP * (place + 1) for place in range(count)]
    if low is None:
        return [high - GAP * (count - place) for place in range(count)]
    if high - low <= count:
        return None
    return [low + (high - low) * (place + 1) // (count + 1) for place in range(count)]


def inserted(order: Sequence[tuple[int, int]], at: int, numbers: Sequence[int]) -> dict[int, int]:
    """Returns the positions, by number, of those photos that get a new one when ``numbers`` are put before the photo at
    place ``at`` of ``order``, which has the positions and numbers of the other photos.

    Other photos are among them only if there is no room: then all photos are spread again.
    """
    low = order[at - 1][0] if at else None
    high = order[at][0] if at < len(order) else None
    room = between(low, high, len(numbers))
    if room is not None:
        return dict(zip(numbers, room, strict=True))
    every = [number for _, number in order[:at]] + list(numbers) + [number for _, number in order[at:]]
    return {number: GAP * place for place, number in enumerate(every)}
