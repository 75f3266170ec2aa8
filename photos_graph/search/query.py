"""Queries as trees: search terms joined by and, or, not.

The terms hold ids. Names are resolved before a tree is built (``search/filters.py``, ``search/language``).
"""

from __future__ import annotations

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
