"""Pages of photos with keyset cursors, forwards and backwards, as Relay's connection specification defines them."""

from __future__ import annotations

from dataclasses import dataclass

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


def page(
    order: SortOrder,
    name: PhotoOrder,
    found: BitMap,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> IndexPage:
    """Returns a page of the found photos in an order, which must be up to date. See ``SearchIndex.page``."""
    for argument, count in (("first", first), ("last", last)):
        if count is not None and count < 0:
            raise BadInput(f"`{argument}` is {count}. It must not be negative.")
    end = len(order.sequence)
    low, high = 0, end
    if after is not None:
        key, number = cursor.decode(after, name)
        low = order.position(key, number + 1)
    if before is not None:
        high = order.position(*cursor.decode(before, name))

    numbers, has_next, has_previous = _range(order, found, low, high, first, last)
    if first is None:
        has_next = before is not None and bool(order.take(found, high, end, 1))
    if last is None:
        has_previous = after is not None and bool(order.take(found, 0, low, 1, backwards=True))
    keys = order.keys_of(numbers)
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


def _range(
    order: SortOrder, found: BitMap, low: int, high: int, first: int | None, last: int | None
) -> tuple[list[int], bool, bool]:
    """Returns the numbers, whether ``first`` cut some off, and whether ``last`` did. One more photo than needed is
    taken to find that out."""
    if first is None and last is not None:
        numbers = order.take(found, low, high, last + 1, backwards=True)
        return numbers[-last:] if last else [], False, len(numbers) > last
    numbers = order.take(found, low, high, len(found) if first is None else first + 1)
    cut = first is not None and len(numbers) > first
    numbers = numbers[:first]
    if last is None:
        return numbers, cut, False
    return numbers[-last:] if last else [], cut, len(numbers) > last
