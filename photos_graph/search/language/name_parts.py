"""Judges parts of names by the words beside them: "New York" is not "New South Wales"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import islice

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from photos_graph.model.search import MatchKind
from photos_graph.search.folding import fold
from photos_graph.search.language.content_words import Seen
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import GRAMMAR
from photos_graph.search.language.lexicon import Lexicon, Thing
from photos_graph.search.language.name_matching import Named, NameMatcher
from photos_graph.search.language.phrases import QUALIFIERS, MatchLevel
from photos_graph.search.language.record import Record
from photos_graph.search.language.spelling import slips
from photos_graph.search.language.tokens import INSIDE, Token

_MAX_ALTERNATIVES = 5  # names that are offered for a phrase
_MAX_COMPARED = 200  # names of which these are chosen


class NameParts:
    """Looks at the words beside a part of a name. ``is_placed`` tells whether a name, date or condition begins at a
    token, and ``in_file_names`` returns the token after a word, or a beginning of one, that file names have, or 0."""

    def __init__(
        self,
        tokens: Sequence[Token],
        texts: Sequence[str],
        lexicon: Lexicon,
        language: Language,
        naming: NameMatcher,
        record: Record,
        is_placed: Callable[[int], bool],
        in_file_names: Callable[[int, bool], int],
    ) -> None:
        self._tokens = tokens
        self._texts = texts
        self._lexicon = lexicon
        self._language = language
        self._naming = naming
        self._record = record
        self._is_placed = is_placed
        self._in_file_names = in_file_names

    def before(self, at: int) -> int:
        """Returns the token before one if it continues to it and was not understood, or the token itself."""
        return at - 1 if self.is_beside(at) and self._is_unmatched(at - 1) else at

    def misspelt_name(self, begin: int, at: int, named: Named) -> tuple[int, int, list[Thing]] | None:
        """Returns the things whose whole name is typed with a slip around a part of it, with the first token and the
        one after the last: "Anna Rosi". Slips are counted for the whole name, so that its words may be short."""
        found: list[tuple[int, int, int, Thing]] = []
        for thing in islice(named.things, _MAX_COMPARED):
            words = self._lexicon.words(thing)
            for start in {begin, at}:
                stop = start + len(words)
                if not self._may_be_name(start, at, named.end, stop):
                    continue
                name = " ".join(words)
                slip = OSA.distance(" ".join(self._texts[start:stop]), name)
                if slip <= slips("".join(words)):
                    found.append((slip, start, stop, thing))
        if not found:
            return None
        best = min(each[0] for each in found)
        things = [each for each in found if each[0] == best and each[1:3] == min(found)[1:3]]
        return things[0][1], things[0][2], [each[3] for each in things]

    def _may_be_name(self, start: int, at: int, end: int, stop: int) -> bool:
        """Returns whether words around a part of a name, from ``at`` to ``end``, can be the rest of it."""
        if stop < end or stop > len(self._tokens) or (start, stop) == (at, end):
            return False
        rest = [*range(start, at), *range(end, stop)]
        return all(self.is_beside(place) for place in range(start + 1, stop)) and not any(
            self._texts[place] in GRAMMAR or self._lexicon.exact(MatchLevel.NAME, self._texts[place : place + 1])
            for place in rest
        )

    def qualifies(self, at: int, end: int) -> bool:
        """Returns whether words only qualify the next one, as in "New Mexico"."""
        return QUALIFIERS.issuperset(self._texts[at:end]) and self.is_beside(end) and self._texts[end] not in GRAMMAR

    def is_beside(self, at: int) -> bool:
        """Returns whether a token and the one before it are words with nothing but a space or hyphen between them."""
        inside = 0 < at < len(self._tokens) and bool(self._texts[at] and self._texts[at - 1])
        return inside and (self._tokens[at].joint in INSIDE or self._tokens[at].joint.isspace())

    def _is_unmatched(self, at: int) -> bool:
        text = self._texts[at]
        return (at, at + 1) in self._record.unmatched[-1:] and text not in GRAMMAR and not text.isdecimal()

    def goes_on_unplaced(self, at: int, part: Named | None = None) -> bool:
        """Returns whether the word at a token continues the one before it, and would be unmatched."""
        return self.is_beside(at) and self._is_unplaced(at, part)

    def _is_unplaced(self, at: int, part: Named | None) -> bool:
        """Returns whether a word would be unmatched, or only be a guess that is weaker than that it goes on a name of
        which the words before are a ``part``. A number that begins a date, as in "8/2019", is left alone."""
        text = self._texts[at]
        if text in GRAMMAR or self._is_placed(at):
            return False
        if text.isdecimal() and at + 1 < len(self._tokens) and self._tokens[at + 1].joint in ("/", ".", "-"):
            return False
        if self._in_file_names(at, True) or self._in_file_names(at, False):
            return False
        if seen := self._lexicon.looks_like(self._texts, at, self._language):
            return part is not None and self._is_surname(at, seen, part)
        misspelt = self._naming.misspelt(at)
        return misspelt is None or (part is not None and misspelt.level is MatchLevel.PART)

    def _is_surname(self, at: int, seen: Seen, part: Named) -> bool:
        """Returns whether a word after a part of the names of persons is rather a name than what a picture shows: it
        has a capital letter, or is no everyday word. "Tony Hawk" is no photo of a hawk, "anna dog" may be one."""
        persons = all(thing.kind is MatchKind.PERSON for thing in islice(part.things, _MAX_COMPARED))
        return persons and (not seen.is_everyday or self._record.typed(at, at + 1)[0].isupper())

    def longer_names(self, at: int, named: Named) -> tuple[str, ...]:
        """Returns longer names with this phrase in them, such as "Beach volleyball" beside "Beach"."""
        found = self._lexicon.exact(MatchLevel.PART, self._texts[at : named.end])
        others = [thing for thing in islice(found, _MAX_COMPARED) if thing not in named.things]
        return self.nearest(self._record.typed(at, named.end), others)

    def nearest(self, typed: str, things: Collection[Thing]) -> tuple[str, ...]:
        """Returns the names that are most like what was typed."""
        labels = sorted({self._lexicon.label(thing) for thing in islice(things, _MAX_COMPARED)})
        near = extract(typed, labels, scorer=ratio, processor=fold, limit=_MAX_ALTERNATIVES)
        return tuple(label for label, _, _ in near)
