"""Pages of lists with keyset cursors: lists that the graph sorts, and lists of rows that the index sorts."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from photos_graph.errors import BadInput
from photos_graph.search.hierarchy import Row, place_of
from photos_graph.search.row_orders import RowKey, RowOrder

T = TypeVar("T")
U = TypeVar("U")
R = TypeVar("R", bound=Row)
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A page of a list. ``total`` counts the whole list, not only the page."""

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    total: int


def cursor_of(key: Key, order: str | None = None) -> str:
    """Returns the cursor of a place in a list. A list that has several orders states which one."""
    parts = key if order is None else (*key, order)
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def key_of(cursor: str, order: str | None = None) -> Key:
    """Returns the key that a cursor encodes. Raises BadInput if the cursor is invalid or belongs to another order."""
    try:
        number, text, *stated = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        text.encode()  # no engine takes a lone surrogate
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        number = text = stated = None
    if (
        type(number) is not int
        or abs(number) >= 2**63
        or type(text) is not str
        or stated != ([] if order is None else [order])
    ):
        raise BadInput("This is not a cursor of this list. Take one from `pageInfo` or `edges`.", about=cursor)
    return number, text


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is read of a sorted list for a page: up to ``limit`` items between the keys ``after`` and ``before``, the
    first ones or, if ``from_end``, the last ones in reverse order. The limit is one more than the page holds."""

    after: Key | None
    before: Key | None
    limit: int
    from_end: bool

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None, before: str | None) -> Stretch:
        """Returns what a page needs that has the ``first`` items or, if that is None, the ``last`` ones. Raises
        BadInput for an invalid cursor."""
        return cls(
            after=key_of(after) if after is not None else None,
            before=key_of(before) if before is not None else None,
            limit=(first if first is not None else last or 0) + 1,
            from_end=first is None,
        )

    def listing(self, found: Sequence[T], key: Callable[[T], Key], total: int) -> Listing[T]:
        """Returns the page of ``found``, which was read for it."""
        items = found[: self.limit - 1]
        if self.from_end:
            items = items[::-1]
        has_more = len(found) >= self.limit
        return Listing(
            items=items,
            cursors=[cursor_of(key(item)) for item in items],
            has_next=self.before is not None or (has_more and not self.from_end),
            has_previous=self.after is not None or (has_more and self.from_end),
            total=total,
        )


NAME = "NAME"  # the order whose cursors do not state it, as they did when lists had no other


def listed(
    rows: RowOrder[R],
    order: str,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
    among: Collection[str] | None = None,
) -> Listing[R]:
    """Returns a page of rows in their order, or of those whose ids are ``among`` others. ``order`` is its name. Raises
    BadInput for a cursor that is invalid or belongs to another order."""
    ordered, stated = rows.keys(among), None if order == NAME else order
    # The row of a cursor may have been removed or renamed. Its former position counts.
    low = bisect_right(ordered, _row_key(after, stated)) if after is not None else 0
    high = bisect_left(ordered, _row_key(before, stated)) if before is not None else len(ordered)
    start, end = window(low, high, first, last)
    page = ordered[start:end]
    return Listing(
        items=rows.rows(page),
        cursors=[cursor_of((number, f"{name}/{id_}"), stated) for number, _, name, id_ in page],
        has_next=end < len(ordered),
        has_previous=start > 0,
        total=len(ordered),
    )


def window(low: int, high: int, first: int | None, last: int | None) -> tuple[int, int]:
    """Returns the part of [low, high) that has the ``first`` and then the ``last`` positions of it."""
    if first is not None:
        high = min(high, low + first)
    if last is not None:
        low = max(low, high - last)
    return low, max(low, high)


def _row_key(cursor: str, order: str | None) -> RowKey:
    number, text = key_of(cursor, order)
    name, _, id_ = text.rpartition("/")
    return (number, *place_of(name, id_))


def mapped(listing: Listing[T], wrap: Callable[[T], U]) -> Listing[U]:
    return Listing(
        [wrap(item) for item in listing.items],
        listing.cursors,
        listing.has_next,
        listing.has_previous,
        listing.total,
    )
