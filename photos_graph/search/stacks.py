"""Stacks in the index: which photos are hidden behind the cover of their stack, and which photos a stack has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.stacks import EDITED, StackKind, chosen
from photos_graph.search.arrays import Numbers, bitmap, numbers_of
from photos_graph.search.columns import PhotoTable

_NONE = np.zeros(0, np.uint32)


class StackSets:
    """The stacks with at least two visible photos. Their order, the cover first, is that of the rank in the stack and
    then of the number.

    The arrays follow from the columns of the table. They are computed again at the first question after ``forget``.
    """

    def __init__(self, table: PhotoTable, visible: BitMap) -> None:
        self._table = table
        self._visible = visible
        self._is_ready = False
        self._edited: BitMap | None = None
        self._covers = BitMap()
        self._covered = BitMap()
        self._stacked = BitMap()
        self._members: Numbers = _NONE  # of all stacks, one stack after the other
        self._starts: npt.NDArray[np.int64] = np.zeros(1, np.int64)  # of each stack in ``_members``, and the end
        self._place: npt.NDArray[np.int32] = np.zeros(0, np.int32)  # in ``_members``, by number

    def forget(self) -> None:
        """Must be called whenever a photo in a stack has changed, appeared or disappeared."""
        self._is_ready = False
        self._edited = None

    @property
    def edited(self) -> BitMap:
        """The visible edited versions in stacks of edited photos, also where no other photo of the stack is visible.
        The set must not be changed."""
        if self._edited is None:
            table, numbers = self._table, numbers_of(self._visible)
            is_edited = np.isin(table.stack_rank[numbers], (EDITED, chosen(EDITED)))
            numbers = numbers[is_edited & (table.stack[numbers] != 0)]
            kinds = [table.stacks.values[code][1] for code in table.stack[numbers].tolist()]
            self._edited = bitmap(numbers[[kind == StackKind.EDIT for kind in kinds]] if kinds else numbers)
        return self._edited

    @property
    def covered(self) -> BitMap:
        """The photos that are not the cover of their stack. The set must not be changed."""
        self._refresh()
        return self._covered

    def collapsed(self, found: BitMap) -> BitMap:
        """Returns one photo of each stack: the first one that was found, in the order of the stack. Photos without a
        stack stay. The set that is given is not changed."""
        inside = found & self.covered
        if not inside:
            return found
        if self._covers <= found:  # as in a list of everything
            return found - inside
        numbers = numbers_of(inside)
        covers = self._members[self._starts[self._stack_of(numbers)]]
        shown = found - inside
        if lacking := bitmap(covers) - found:
            places = np.sort(self._place[numbers[np.isin(covers, numbers_of(lacking))]])
            stacks = self._stack_at(places)
            shown |= bitmap(self._members[places[np.flatnonzero(np.diff(stacks, prepend=-1))]])
        return shown

    def whole(self, found: BitMap) -> BitMap:
        """Returns these photos and all others of their stacks. The set that is given is not changed."""
        self._refresh()
        inside = found & self._stacked
        if not inside:
            return found
        stacks = np.unique(self._stack_of(numbers_of(inside)))
        starts, lengths = self._starts[stacks], self._starts[stacks + 1] - self._starts[stacks]
        offsets = np.cumsum(lengths) - lengths
        places = np.arange(int(lengths.sum())) + np.repeat(starts - offsets, lengths)
        return found | bitmap(self._members[places])

    def members(self, number: int) -> list[int]:
        """Returns the photos of the stack that has this photo, the cover first, or an empty list."""
        self._refresh()
        if number not in self._stacked:
            return []
        [stack] = self._stack_of(np.array([number]))
        return [int(each) for each in self._members[self._starts[stack] : self._starts[stack + 1]]]

    def stacks_of(self, numbers: Numbers) -> npt.NDArray[np.int64]:
        """Returns a number (n,) for the stack of each photo, or -1 for a photo that stands alone. Photos have the same
        number if they are in the same stack; it is valid until the index changes."""
        self._refresh()
        places = np.full(len(numbers), -1, np.int32)
        known = numbers < len(self._place)
        places[known] = self._place[numbers[known]]
        return np.where(places < 0, -1, self._stack_at(places))

    def _stack_of(self, numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        return self._stack_at(self._place[numbers])

    def _stack_at(self, places: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        return np.searchsorted(self._starts, places, side="right") - 1

    def _refresh(self) -> None:
        if self._is_ready:
            return
        self._is_ready = True
        numbers = numbers_of(self._visible)
        numbers = numbers[self._table.stack[numbers] != 0]
        codes = self._table.stack[numbers]
        order = np.lexsort((numbers, self._table.stack_rank[numbers], codes))
        numbers, codes = numbers[order], codes[order]
        _, stacks, sizes = np.unique(codes, return_inverse=True, return_counts=True)
        kept = sizes[stacks] > 1
        self._members = numbers[kept]
        self._starts = np.concatenate(([0], np.cumsum(sizes[sizes > 1])))
        self._place = np.full(self._table.size, -1, np.int32)
        self._place[self._members] = np.arange(len(self._members), dtype=np.int32)
        self._stacked = bitmap(self._members)
        self._covers = bitmap(self._members[self._starts[:-1]])
        self._covered = self._stacked - self._covers
