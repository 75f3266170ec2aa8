"""Queries as trees: search terms joined by and, or, not.

The terms hold ids. Names are resolved before a tree is built (``search/filters.py``, ``search/language``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from photos_graph.search.terms.term import Term


@dataclass(frozen=True, slots=True)
class Everything:
    pass


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """An alternative. It matches no photo if it has no parts."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Query


Query = Everything | And | Or | Not | Term


def terms_of(query: Query) -> Iterator[Term]:
    """Yields every term of the tree."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms_of(part)
        case Not(part):
            yield from terms_of(part)
        case Term():
            yield query
