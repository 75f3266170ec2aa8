"""The order in which people put the photos of one album."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.search.arrays import Keys, Numbers, numbers_of
from photos_graph.search.orders import IntegerOrder
from photos_graph.search.rows import PlacedPhotos

StacksOf = Callable[[Numbers], npt.NDArray[np.int64]]  # see ``StackSets.stacks_of``


class PlacedOrder(IntegerOrder):
    """The order of ``photos``: by their positions, or, where a photo has none, by the first one of its stack.

    It takes 20 bytes for each photo of the album, and nothing for the others of the library, so that the orders of
    many albums can be kept. It is made again when the album changes.
    """

    def __init__(self, photos: BitMap, placed: PlacedPhotos, stacks_of: StacksOf) -> None:
        super().__init__(self._positions_of)
        self._numbers = numbers_of(photos)
        self._at = _positions(self._numbers, placed, stacks_of)
        places = np.argsort(self._at, kind="stable")
        self.sequence = self._numbers[places]
        self._place = np.empty(len(places), np.int32)
        self._place[places] = np.arange(len(places), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.sequence)

    def rank_of(self, number: int) -> int:
        at = int(np.searchsorted(self._numbers, number))
        return int(self._place[at]) if at < len(self._numbers) and self._numbers[at] == number else -1

    def ranks(self, found: BitMap) -> npt.NDArray[np.int32]:
        numbers = numbers_of(found)
        if not len(self._numbers):
            return self._place
        at = np.minimum(np.searchsorted(self._numbers, numbers), len(self._numbers) - 1)
        ranks: npt.NDArray[np.int32] = self._place[at[self._numbers[at] == numbers]]
        return ranks

    def _positions_of(self, numbers: Numbers) -> Keys:
        return self._at[np.searchsorted(self._numbers, numbers)]


def _positions(numbers: Numbers, placed: PlacedPhotos, stacks_of: StacksOf) -> Keys:
    if not len(placed.numbers):
        return np.zeros(len(numbers), np.int64)
    at = np.minimum(np.searchsorted(placed.numbers, numbers), len(placed.numbers) - 1)
    positions = placed.positions[at]
    is_own = placed.numbers[at] == numbers
    if not is_own.all():
        stacks = stacks_of(numbers)
        first = np.full(stacks.max() + 1, np.iinfo(np.int64).max)  # the lowest position in each stack
        leading = is_own & (stacks >= 0)
        np.minimum.at(first, stacks[leading], positions[leading])
        positions[~is_own] = first[stacks[~is_own]]
    return positions
