"""PairedConditions conditions around an "or": "Rome 2019 or Milan 2020" asks for Rome in 2019, or Milan in 2020.

An "or" joins only what is directly beside it. If the same kinds of conditions stand in the same order on both sides, as
a place and a date here, the text means one pair or the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from photos_graph.model.search import MatchKind
from photos_graph.search.language.composition import all_of, any_of
from photos_graph.search.query import Query


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the alternatives around an "or", with the kinds of its terms. They are empty if it cannot be paired, as a
    negated one, or one in parentheses."""

    query: Query
    kinds: frozenset[MatchKind] = frozenset()
    is_unknown: bool = False  # words that mean nothing


@dataclass(frozen=True, slots=True)
class PairedConditions:
    """Pairs of conditions that follow each other. ``first`` are the kinds of the first condition of a pair, and
    ``second`` those of the other one, which may still be unknown. ``open`` is the first condition of the last pair, or
    None if that is complete."""

    first: frozenset[MatchKind]
    open: Query | None
    second: frozenset[MatchKind] = frozenset()
    complete: tuple[Query, ...] = ()

    @property
    def query(self) -> Query:
        return any_of([*self.complete, *([] if self.open is None else [self.open])])

    @staticmethod
    def of(group: Sequence[Alternative]) -> PairedConditions | None:
        """Returns what a condition may begin, or None."""
        return PairedConditions(group[0].kinds, group[0].query) if len(group) == 1 and group[0].kinds else None

    def with_next(self, group: Sequence[Alternative]) -> PairedConditions | None:
        """Returns the pairs together with the condition that follows: alternatives of which the last begins another
        pair, or the end of the last pair. Returns None if it is neither."""
        *ends, last = group
        if self.open is None:
            return None
        if not ends:
            return self._ended_by([last]) if self.second else None
        is_first = last.is_unknown or (not self.first.isdisjoint(last.kinds) and self.second.isdisjoint(last.kinds))
        ended = self._ended_by(ends) if is_first else None
        return None if ended is None else PairedConditions(self.first, last.query, ended.second, ended.complete)

    def _ended_by(self, ends: Sequence[Alternative]) -> PairedConditions | None:
        kinds = reduce(frozenset.union, (end.kinds for end in ends))
        is_same = not self.second or not self.second.isdisjoint(kinds)
        if self.open is None or not all(end.kinds for end in ends) or not kinds.isdisjoint(self.first) or not is_same:
            return None
        pair = all_of([self.open, any_of([end.query for end in ends])])
        return PairedConditions(self.first, None, self.second or kinds, (*self.complete, pair))
