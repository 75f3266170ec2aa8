"""Finds the words that are left to an image-text model: those that nothing else knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from photos_graph.search.language.languages import GRAMMAR
from photos_graph.search.language.lexicon import Lexicon
from photos_graph.search.language.name_matching import NameMatcher
from photos_graph.search.language.name_parts import NameParts
from photos_graph.search.language.phrases import MatchLevel
from photos_graph.search.language.record import Record
from photos_graph.search.terms.content import LooksLikeText

_MIN_LETTERS = 3  # of all words together


class Look(NamedTuple):
    """Words that are looked for in the pictures. ``end`` is the token after them."""

    end: int
    term: LooksLikeText


class LookWords:
    """Reads such words, unless there is no model or it is not to be used (``sees_all``)."""

    def __init__(
        self,
        texts: Sequence[str],
        lexicon: Lexicon,
        naming: NameMatcher,
        parts: NameParts,
        record: Record,
        sees_all: bool,
    ) -> None:
        self._texts = texts
        self._lexicon = lexicon
        self._naming = naming
        self._parts = parts
        self._record = record
        self._sees_all = sees_all
        self._goes_on = cache(parts.goes_on_unplaced)  # a word is asked about for each one before it

    def unknown(self, at: int) -> Look | None:
        """Reads words that follow each other and that nothing else knows.

        Those beside a part of a name are left alone, since both may be the name of something else, as in "New York".
        """
        if self._look(at, at + 1, 0) is None:
            return None  # without comparing the words that follow, which may be many
        end = at + 1
        while self._goes_on(end) and not self._texts[end].isdecimal():
            end += 1
        if self._parts.before(at) < at or self._is_part(end):
            return None
        return self._look(at, end)

    def in_file_names(self, at: int, end: int) -> Look | None:
        """Reads words that file names have, unless they look like numbers: "IMG_1234"."""
        return self._look(at, end) if all(text.isalpha() for text in self._texts[at:end]) else None

    def _is_part(self, at: int) -> bool:
        if not self._parts.is_beside(at):
            return False
        named = self._naming.longest(at)
        return named is not None and named.level is MatchLevel.PART

    def _look(self, at: int, end: int, least: int = _MIN_LETTERS) -> Look | None:
        if not self._sees_all or self._texts[at] in GRAMMAR or self._texts[at].isdecimal():
            return None
        if sum(map(len, self._texts[at:end])) < least:
            return None
        term = self._lexicon.any_look(self._record.typed(at, end))
        return None if term is None else Look(end, term)
