"""Connections as Relay defines them: pages of a list, by keyset cursors that stay valid when the list changes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import strawberry

from photos_graph.errors import BadInput, NotFound
from photos_graph.search.listing import Listing

DEFAULT_PAGE = 50
MAX_PAGE = 500

T = TypeVar("T")
M = TypeVar("M")

First = Annotated[
    int | None,
    strawberry.argument(
        description=f"The number of items in the page. The default is {DEFAULT_PAGE}, and more than {MAX_PAGE} are "
        "never returned. A negative number fails with BAD_INPUT."
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="A cursor of this list; the page starts with the item after it. The page starts at the beginning "
        "of the list by default. Fails with BAD_INPUT if the cursor is not valid."
    ),
]

Last = Annotated[
    int | None,
    strawberry.argument(
        description="The number of items in a page that ends at the end of the list, or before `before`. More than "
        f"{MAX_PAGE} are never returned. Fails with BAD_INPUT together with `first`."
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="A cursor of this list; the page ends with an item before it. Fails with BAD_INPUT if the cursor "
        "is not valid."
    ),
]

Text = Annotated[
    str | None,
    strawberry.argument(
        description="Returns only those in whose names words begin with the words of this text. Case and accents are "
        "ignored."
    ),
]
TreeText = Annotated[
    str | None,
    strawberry.argument(
        description="Returns only those in whose names words begin with the words of this text. All but one of the "
        "words may also be those of a name above. Case and accents are ignored."
    ),
]


@strawberry.interface(description="An object that has a global id and can be fetched again by it.")
class Node:
    id: strawberry.ID = strawberry.field(description="The global id. It is opaque, and it never changes.")


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether items follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether items precede this page.")
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item of the page, or null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item of the page, or null if the page is empty. Pass it as `after` to get "
        "the next page."
    )


EDGES = "The items of the page, each with its cursor."
NODES = "The items of the page, without their cursors."
PAGE_INFO = "The position of the page in the list."
TOTAL_COUNT = "The number of items in the whole list, not only in the page."
CURSOR = "The cursor of the item, to be passed as `after` or `before`. It is opaque."


@strawberry.type(description="An item of a list with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description=CURSOR)
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description=EDGES)
    nodes: list[T] = strawberry.field(description=NODES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)
    total_count: int = strawberry.field(description=TOTAL_COUNT)


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
    """The default if ``first`` is left out, and the maximum if it is larger. Raises BadInput for a negative number."""
    if not isinstance(first, int):
        return DEFAULT_PAGE
    if first < 0:
        raise BadInput(f"A page holds 0 to {MAX_PAGE} items, but this asks for {first}.", about=first)
    return min(first, MAX_PAGE)


def page_sizes(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """The sizes of a page from the start and of one from the end; one of them is None. Raises BadInput for both."""
    one_size(first, last)
    if isinstance(last, int):
        return None, page_size(last)
    return page_size(first), None


def one_size(first: int | None, last: int | None) -> None:
    """Raises BadInput if a list is asked for by both of its ends."""
    if isinstance(first, int) and isinstance(last, int):
        raise BadInput("Give either `first` or `last`, not both.")


def list_sizes(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """The sizes of a part of a list that is returned as a whole by default. Raises BadInput for both, and for a
    negative number."""
    one_size(first, last)
    for size in (first, last):
        if isinstance(size, int) and size < 0:
            raise BadInput(f"The size of a part of a list is not negative, but this asks for {size}.", about=size)
    return given(first), given(last)


class Window(NamedTuple):
    """The page that a client asks for, in the order in which services take it. Either ``first`` or ``last`` is None."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None


_WINDOW = {"first": First, "after": After, "last": Last, "before": Before}


def windowed(resolver: Callable[..., T]) -> Callable[..., T]:
    """Declares the arguments of a connection for a resolver that takes them as ``window``, a Window.

    A call with both ``first`` and ``last`` raises BadInput. The resolver must not be asynchronous.
    """

    @functools.wraps(resolver)
    def resolve(*source: Any, **arguments: Any) -> T:
        first, after, last, before = (arguments.pop(name, strawberry.UNSET) for name in _WINDOW)
        first, last = page_sizes(first, last)
        return resolver(*source, window=Window(first, given(after), last, given(before)), **arguments)

    declared = inspect.signature(resolver)
    own = [each for each in declared.parameters.values() if each.name != "window"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=strawberry.UNSET, annotation=argument)
        for name, argument in _WINDOW.items()
    ]
    resolve.__signature__ = declared.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    return resolve


def given(value: T | None) -> T | None:
    """None for an argument that was left out."""
    return None if value is strawberry.UNSET else value


def still_there(found: T | None) -> T:
    """Raises NotFound for an object that was removed while the answer was made."""
    if found is None:
        raise NotFound("Part of this answer was removed a moment ago. Ask again.")
    return found
