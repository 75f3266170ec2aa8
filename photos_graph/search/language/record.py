"""Records what a text was read as: the terms to show, the things that were named, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from photos_graph.model.search import MatchKind, SearchTerm
from photos_graph.search.language.lexicon import Thing
from photos_graph.search.language.tokens import Token
from photos_graph.search.query import Query
from photos_graph.search.terms.persons import WithPerson


class Mark(NamedTuple):
    """How much was recorded at some time."""

    terms: int
    things: int
    unmatched: int
    guesses: int
    looked_for: int


class Record:
    """Tokens are given by their places; ``end`` is the place after the last one."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self.terms: list[SearchTerm] = []
        self.queries: list[Query] = []  # of each term alone, without regard to whether it is negated
        self.things: list[Thing] = []  # the things that were named, in the order of the text
        self.unmatched: list[tuple[int, int]] = []  # first token, token after the last
        self.guesses = 0
        self.offered: set[int] = set()  # tokens for which other names are offered
        self.looked_for: list[int] = []  # tokens that an image-text model looks for

    def skip(self, spans: Iterable[tuple[int, int]]) -> None:
        """Records tokens as unmatched."""
        self.unmatched += spans

    def mark(self) -> Mark:
        return Mark(len(self.terms), len(self.things), len(self.unmatched), self.guesses, len(self.looked_for))

    def things_since(self, mark: Mark) -> list[Thing]:
        return self.things[mark.things :]

    def persons_since(self, begin: int, negated: bool) -> tuple[str, ...]:
        """Returns the ids of the persons whom the terms from ``begin`` on ask for."""
        found = zip(self.terms[begin:], self.queries[begin:], strict=True)
        ids = (query.person_id for term, query in found if isinstance(query, WithPerson) and term.negated is negated)
        return tuple(dict.fromkeys(ids))

    def add(self, other: Record) -> None:
        """Adds the terms and the things of another record of the same text."""
        self.terms += other.terms
        self.queries += other.queries
        self.things += other.things

    def forget(self, mark: Mark) -> None:
        """Removes everything that was recorded since the mark."""
        del self.terms[mark.terms :], self.queries[mark.terms :]
        del self.things[mark.things :], self.unmatched[mark.unmatched :]
        self.guesses = mark.guesses
        del self.looked_for[mark.looked_for :]

    def note(
        self,
        at: int,
        end: int,
        kind: MatchKind,
        label: str,
        query: Query,
        negated: bool,
        alternatives: tuple[str, ...] = (),
    ) -> None:
        self.terms.append(SearchTerm(self.typed(at, end), kind, label, negated, alternatives))
        self.queries.append(query)

    def typed(self, at: int, end: int) -> str:
        return self._text[self._tokens[at].start : self._tokens[end - 1].end]

    def between(self, begin: int, at: int) -> str:
        """Returns the text from the end of the token before ``begin`` to the token ``at``."""
        return self._text[self._tokens[begin - 1].end : self._tokens[at].start] if begin else ""

    def note_only(self, mark: Mark, at: int, label: str, query: Query, negated: bool) -> None:
        """Records the term of an "only" before the terms that were recorded since the mark."""
        self.terms.insert(mark.terms, SearchTerm(self.typed(at, at + 1), MatchKind.OTHER, label, negated))
        self.queries.insert(mark.terms, query)

    def left_over(self) -> Iterable[str]:
        """Returns the unmatched parts, in order and as they were typed. Tokens that were typed without a space between
        them are one part."""
        spans: list[list[int]] = []
        for at, end in sorted(self.unmatched):
            start, stop = self._tokens[at].start, self._tokens[end - 1].end
            if spans and not any(c.isspace() for c in self._text[spans[-1][1] : start]) and spans[-1][2] == at:
                spans[-1][1:] = [stop, end]
            else:
                spans.append([start, stop, end])
        return [self._text[start:stop] for start, stop, _ in spans]
