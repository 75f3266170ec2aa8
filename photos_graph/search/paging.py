"""Pages of photos with keyset cursors, forwards and backwards, as Relay's connection specification defines them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.search import PhotoOrder
from photos_graph.search import cursor
from photos_graph.search.orders import Key, SortOrder


@dataclass(frozen=True, slots=True)
class IndexPage:
    """Photo numbers in order, with a cursor for each."""

    numbers: list[int]
    cursors: list[str]
    has_next: bool
    has_previous: bool


class Listed(Protocol):
    """Photos in an order. A list may have places at which no photo was found."""

    def __len__(self) -> int:
        """Returns the number of places."""

    def position(self, key: Key, number: int) -> int:
        """Returns the number of places before (key, number)."""

    def keys_of(self, numbers: Sequence[int]) -> Sequence[Key]: ...

    def take(self, low: int, high: int, count: int, backwards: bool = False) -> list[int]:
        """Returns the first (or last) ``count`` photos at the places from ``low`` to ``high``, in order."""


class FoundInOrder:
    """The found photos in a sorted order, which must be up to date. Its places are those of all photos."""

    def __init__(self, order: SortOrder, found: BitMap) -> None:
        self._order = order
        self._found = found
        self.position = order.position
        self.keys_of = order.keys_of

    def __len__(self) -> int:
        return len(self._order.sequence)

    def take(self, low: int, high: int, count: int, backwards: bool = False) -> list[int]:
        return self._order.take(self._found, low, high, min(count, len(self._found)), backwards)


def page(
    listed: Listed, name: PhotoOrder, first: int | None, after: str | None, last: int | None, before: str | None
) -> IndexPage:
    """Returns a page of a list. See ``SearchIndex.page``."""
    for argument, count in (("first", first), ("last", last)):
        if count is not None and count < 0:
            raise BadInput(f"`{argument}` is {count}. It must not be negative.")
    end = len(listed)
    low, high = 0, end
    if after is not None:
        key, number = cursor.decode(after, name)
        low = listed.position(key, number + 1)
    if before is not None:
        high = listed.position(*cursor.decode(before, name))

    numbers, has_next, has_previous = _range(listed, low, high, first, last)
    if first is None:
        has_next = before is not None and bool(listed.take(high, end, 1))
    if last is None:
        has_previous = after is not None and bool(listed.take(0, low, 1, backwards=True))
    keys = listed.keys_of(numbers)
    cursors = [cursor.encode(name, key, number) for key, number in zip(keys, numbers, strict=True)]
    return IndexPage(numbers, cursors, has_next, has_previous)


def around(
    order: SortOrder, name: PhotoOrder, found: BitMap, place: tuple[Key, int], before: int, after: int
) -> IndexPage:
    """Returns the found photos around a place, which is a key and a number, and the photo of that number if it was
    found. The order must be up to date."""
    middle, number = order.position(*place), place[1]
    earlier = order.take(found, 0, middle, before + 1, backwards=True)
    count = after + (number in found and order.rank_of(number) == middle)
    later = order.take(found, middle, len(order.sequence), count + 1)
    numbers = [*(earlier[-before:] if before else []), *later[:count]]
    cursors = [cursor.encode(name, order.key(each), each) for each in numbers]
    return IndexPage(numbers, cursors, len(later) > count, len(earlier) > before)


def _range(listed: Listed, low: int, high: int, first: int | None, last: int | None) -> tuple[list[int], bool, bool]:
    """Returns the numbers, whether ``first`` cut some off, and whether ``last`` did. One more photo than needed is
    taken to find that out."""
    if first is None and last is not None:
        numbers = listed.take(low, high, last + 1, backwards=True)
        return numbers[-last:] if last else [], False, len(numbers) > last
    numbers = listed.take(low, high, len(listed) if first is None else first + 1)
    cut = first is not None and len(numbers) > first
    numbers = numbers[:first]
    if last is None:
        return numbers, cut, False
    return numbers[-last:] if last else [], cut, len(numbers) > last
