"""Relay's connections: pages of a list, by cursors that stay true when the list changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import strawberry

from photos_graph.errors import BadInput, NotFound
from photos_graph.search.listing import Listing

DEFAULT_PAGE = 50
MAX_PAGE = 500

T = TypeVar("T")
M = TypeVar("M")


@strawberry.interface(description="Anything that has a global id.")
class Node:
    id: strawberry.ID


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo
    total_count: int


def connection(listing: Listing[M], wrap: Callable[[M], T]) -> Connection[T]:
    nodes = [wrap(item) for item in listing.items]
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(listing.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(listing.cursors, listing.has_next, listing.has_previous),
        total_count=listing.total,
    )


def page_info(cursors: Sequence[str], has_next: bool, has_previous: bool) -> PageInfo:
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def page_size(first: int | None) -> int:
    """The default where it is left out, the cap where it is more. Raises BadInput for what is negative."""
    if not isinstance(first, int):
        return DEFAULT_PAGE
    if first < 0:
        raise BadInput(f"A page holds 0 to {MAX_PAGE} items; this asks for {first}.")
    return min(first, MAX_PAGE)


def page_sizes(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """Which end a page is taken from, and its size. Raises BadInput for both at once."""
    if isinstance(first, int) and isinstance(last, int):
        raise BadInput("A page is taken with `first` or with `last`, not both.")
    if isinstance(last, int):
        return None, page_size(last)
    return page_size(first), None


def given(value: T | None) -> T | None:
    """None for an argument that was left out."""
    return None if value is strawberry.UNSET else value


def still_there(found: T | None) -> T:
    """Raises NotFound for what was forgotten while the answer was made."""
    if found is None:
        raise NotFound("Something of this answer was removed a moment ago; ask again.")
    return found
