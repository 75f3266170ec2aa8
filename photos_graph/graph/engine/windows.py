"""Pages of long lists, read from an index in windows: ranges that hold a few hundred entries each.

ArcadeDB does not use an index for ``ORDER BY``, and Neo4j sorts all entries with an equal number. So a query is given a
range of ranks, and the next range if that holds too few. A rank is a string that identifies an entry and by which
the list is sorted: a number with a fixed count of digits, and the id. An id starts with random hexadecimal digits, so
entries with an equal number are spread evenly over the first digits of their ids.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

BEFORE_ALL, AFTER_ALL = "", "~"
FIRST_WINDOW = 300  # entries
WIDENING = 3  # each window is so much larger than the one before

_DIGITS = 6  # hexadecimal ones, of an id
_IDS = 0x1000000  # positions of one number
_HEXADECIMAL = re.compile(rf"[0-9a-f]{{0,{_DIGITS}}}")

ReadRanks = Callable[[str, str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class RankRegion:
    """The entries whose numbers are at least ``start`` and less than ``end``, and about how many there are."""

    start: int
    end: int
    entries: int


@dataclass(frozen=True, slots=True)
class RankScale:
    """Ranks whose numbers have so many ``digits``. If it is 0, a rank is an id."""

    digits: int

    @property
    def _numbers(self) -> int:
        return int(10**self.digits)

    def rank(self, number: int, id_: str) -> str:
        return self._number(number) + id_

    def id_of(self, rank: str) -> str:
        return rank[self.digits :]

    async def read(
        self,
        read: ReadRanks,
        regions: Sequence[RankRegion],
        after: str,
        before: str,
        limit: int,
        from_end: bool,
    ) -> list[str]:
        """Returns up to ``limit`` ranks between ``after`` and ``before``, in ascending order: the first ones or, if
        ``from_end``, the last ones in descending order.

        ``read`` returns the ranks between two strings in the same order, up to a number. ``regions`` are in ascending
        order and have all entries of the list. ``after`` and ``before`` are ranks, or BEFORE_ALL and AFTER_ALL.
        """
        found: list[str] = []
        low, high = self._position_of(after), self._position_behind(before)
        for start, end in _windows(regions, low, high, from_end):
            least = after if start == low else max(self._edge(start), after)
            most = before if end == high else min(self._edge(end), before)
            found += await read(least, most, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def _number(self, number: int) -> str:
        return f"{number:0{self.digits}d}" if self.digits else ""

    def _edge(self, position: int) -> str:
        """Returns a string that is before all ranks from this position on. No rank is equal to it."""
        number, of_id = divmod(position, _IDS)
        return AFTER_ALL if number >= self._numbers else f"{self._number(number)}{of_id:0{_DIGITS}x}!"

    def _position_of(self, rank: str) -> int:
        return self._position(rank, "0") if rank != BEFORE_ALL else 0

    def _position_behind(self, rank: str) -> int:
        if rank == AFTER_ALL:
            return self._numbers * _IDS
        return self._position(rank, "f") + 1 if self.id_of(rank) else self._position(rank, "0")

    def _position(self, rank: str, filling: str) -> int:
        number = int(rank[: self.digits] or 0)
        known = _HEXADECIMAL.match(self.id_of(rank))
        return number * _IDS + int((known[0] if known else "").ljust(_DIGITS, filling), 16)


def _windows(regions: Sequence[RankRegion], low: int, high: int, from_end: bool) -> Iterator[tuple[int, int]]:
    """Yields the windows between two positions, which touch each other, from the one at which the page begins."""
    for region in reversed(regions) if from_end else regions:
        start, end = max(region.start * _IDS, low), min(region.end * _IDS, high)
        width = max((region.end - region.start) * _IDS * FIRST_WINDOW // max(region.entries, 1), 1)
        while start < end:
            if from_end:
                yield max(end - width, start), end
                end -= width
            else:
                yield start, min(start + width, end)
                start += width
            width *= WIDENING
