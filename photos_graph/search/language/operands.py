"""Reads the operands of a search text: phrases, dates, conditions, and words of file names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from photos_graph.model.search import MatchKind
from photos_graph.search.language.ages import Age, AgeReader
from photos_graph.search.language.composition import query_of
from photos_graph.search.language.conditions import ConditionReader
from photos_graph.search.language.content_words import Seen
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import MAX_PHRASE_WORDS as MAX_KIND_WORDS
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import EXACTLY, GRAMMAR, LANGUAGES
from photos_graph.search.language.lexicon import MAX_THINGS, Lexicon, Thing
from photos_graph.search.language.literals import LiteralReader
from photos_graph.search.language.look_words import LookWords
from photos_graph.search.language.name_matching import Named, NameMatcher, Spelling
from photos_graph.search.language.name_parts import NameParts
from photos_graph.search.language.operand_maker import NOT_APPLIED, Operand, OperandMaker
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.phrases import LEVELS, MatchLevel
from photos_graph.search.language.properties import Said
from photos_graph.search.language.record import Record
from photos_graph.search.language.spans import Span
from photos_graph.search.language.tokens import INSIDE, Token, TokenKind

_SMALL_CODES = frozenset(  # of countries, which count in small letters too, as they are no words
    ("br", "ch", "cz", "dk", "gb", "hr", "hu", "jp", "nl", "nz", "pl", "za")
)
_MOST_OFFERED = 3  # names that an ordinary word is like


class OperandReader:
    """Reads operands, and records the terms to show, the unmatched words, the number of guesses, and the words that are
    left to an image-text model, if ``sees_all`` says that it may look for them. Unless ``albums`` is set, an album is
    found only where the text says that it means one."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        spelling: Spelling,
        language: Language,
        dates: Dates,
        sees_all: bool,
        offers: Mapping[int, tuple[str, ...]],
        albums: bool = True,
    ) -> None:
        """``offers`` are what unknown words may mean, by their tokens."""
        self._text = text
        self._tokens = tokens
        self._lexicon = lexicon
        self._spelling = spelling
        self._language = language
        self._sees_all = sees_all
        self.texts = dates.texts
        self.dates = dates
        self.record = Record(text, tokens)
        self.naming = NameMatcher(lexicon, spelling, language, self.texts, self.dates, albums)
        self._make = OperandMaker(tokens, self.texts, lexicon, spelling, language, self.record, offers)
        self._literals = LiteralReader(text, tokens, lexicon, spelling, language, self.naming, self._make, sees_all)
        self._conditions = ConditionReader(text, tokens, lexicon, language, dates, self.naming)
        self._parts = NameParts(
            tokens, self.texts, lexicon, language, self.naming, self.record, self._is_placed, self._in_file_names
        )
        self._ages = AgeReader(lexicon, language, dates, self._conditions, self._parts.goes_on_unplaced)
        self._looks = LookWords(self.texts, lexicon, self.naming, self._parts, self.record, sees_all)

    def read(self, at: int, negated: bool) -> Operand:
        match self._tokens[at].kind:
            case TokenKind.QUOTED:
                return self._literals.quoted(at, negated)
            case TokenKind.FIELD:
                return self._literals.field(at, negated)
            case _:
                return self._words(at, negated)

    def album(self, at: int) -> Named | None:
        """Returns the albums of which the longest phrase from a token on is the whole name."""
        return self.naming.album(at) if self.texts[at] else None

    def without_albums(self, end: int) -> OperandReader:
        """Returns a reader of the tokens before ``end`` with a record of its own, for which names of albums mean
        nothing."""
        return OperandReader(
            self._text,
            self._tokens[:end],
            self._lexicon,
            self._spelling,
            self._language,
            self.dates.until(end),
            self._sees_all,
            {},
            albums=False,
        )

    def of_album(self, at: int, album: Named, negated: bool) -> Operand:
        return self._make.found(at, album.end, album.things, negated)

    def begins(self, at: int, count: int = 1) -> bool:
        """Returns whether a date, a property, or a name of several words, begins with this grammar word, and has at
        least ``count`` words."""
        dated, said, kind = self._date(at), self._said(at), self._of_named_kind(at)
        ends = [dated[0] if dated else 0, said.end if said else 0, self._near_me(at), kind.end if kind else 0]
        if max(ends) >= at + count:
            return True
        named, album = self.naming.longest(at) or self._country(at), self.album(at)
        return max(named.end if named else 0, album.end if album else 0) >= at + count

    def outside(self, at: int) -> int:
        """Returns the words of an "outside" that is directly before a place, or 0. Elsewhere it negates nothing:
        "outside with Anna" is a photo in the open air."""
        if self.texts[at] not in self._language.longest[PhraseRole.OUTSIDE]:
            return 0
        count = self._language.taken(self.texts, at, PhraseRole.OUTSIDE)
        start = at + count
        start += self._language.taken(self.texts, start, PhraseRole.FILLER)
        if not count or start >= len(self.texts) or not self.texts[start]:
            return 0
        named = self.naming.longest(start) or self._country(start)
        said = self._said(start)
        is_place = (said is not None and said.kind is MatchKind.PLACE) or (
            named is not None and any(thing.kind is MatchKind.PLACE for thing in named.things)
        )
        return count if is_place else 0

    def _is_placed(self, at: int) -> bool:
        """Returns whether a name, date or property begins at the token."""
        found = self._date(at) or self._said(at) or self._path(at) or self.naming.longest(at) or self._album_like(at)
        return found is not None or self.is_me(at)

    def _album_like(self, at: int) -> Named | None:
        """Returns the albums in whose names the longest phrase from a token on is."""
        return self.naming.album(at, LEVELS)

    def _words(self, at: int, negated: bool) -> Operand:
        if end := self._near_me(at):
            self.record.unmatched.append((at, end))
            return Operand(end)
        if kind := self._of_named_kind(at):
            return self._make.found(at, kind.end, kind.things, negated)
        dated, said = self._date(at), self._said(at)
        named = self._path(at) or self.naming.longest(at) or self._country(at)
        if dated and max(named.end if named else 0, said.end if said else 0) <= dated[0]:
            end, span = dated
            also = named.things if named and named.end == end and named.level is MatchLevel.NAME else ()
            return self._make.found(at, end, also if len(also) <= MAX_THINGS else (), negated, span)
        if said and (named is None or named.end <= said.end):
            return self._saying(at, said, named, negated)
        if named:
            return self._named(at, named, negated)
        if aged := self._age_before(at, negated):
            return aged
        if self.is_me(at):
            me = self._lexicon.me()
            if me and (age := self._ages.read(at + 1, me)):
                return self._aged(at, at + 1, age, negated)
            return self._make.found(at, at + 1, me, negated) if me else self._make.nothing(at)
        if album := self._album_like(at):
            return self._named(at, album, negated)
        return self._guessed(at, negated)

    def _of_named_kind(self, at: int) -> Named | None:
        """Reads a name after a word that says what it names: "folder Giardino", "not tagged Beach"."""
        if self.texts[at] not in self._language.kind_starts:
            return None
        for count in range(min(MAX_KIND_WORDS, len(self.texts) - at), 0, -1):
            if kind := self._language.kinds.get(" ".join(self.texts[at : at + count])):
                start = at + count
                named = self.naming.longest_of(kind, start) if start < len(self.texts) and self.texts[start] else None
                path = self._path(start) if named or start < len(self.texts) else None
                return path if path and all(thing.kind is kind for thing in path.things) else named
        return None

    def _saying(self, at: int, said: Said, named: Named | None, negated: bool) -> Operand:
        """Makes an operand of a property, which may also be the name of a tag, person or place."""
        if said.gives_way and named is not None and named.end == said.end and named.level is not MatchLevel.PART:
            return self._make.found(at, named.end, named.things, negated, alternatives=(said.label,))
        whole = named is not None and named.end == said.end and named.level is MatchLevel.NAME
        things = named.things if named is not None and whole and len(named.things) <= MAX_THINGS else ()
        found = self._make.found(at, said.end, things, negated) if things else None
        self.record.note(at, said.end, said.kind, said.label, said.query, negated)
        return Operand(said.end, query_of(self.record.things[-len(things) :], [said.query]) if found else said.query)

    def _guessed(self, at: int, negated: bool) -> Operand:
        """Guesses the meaning of a word. A whole word of a file name, and what a picture looks like, take precedence
        over a misspelling, and this over the beginning of a word of a file name. An ordinary word is no misspelling;
        the name that is like it is only offered."""
        self.record.guesses += 1
        end = self._in_file_names(at, True)
        if (seen := self._lexicon.looks_like(self.texts, at, self._language)) and seen.end >= end:
            return self._make.looks_like(at, seen, negated)
        if end:
            look = self._looks.in_file_names(at, end)
            return self._make.looks_like_text(at, look, negated) if look else self._make.text_of(at, end, negated)
        named = self.naming.misspelt(at)
        is_ordinary = named is not None and named.end == at + 1 and self._is_ordinary(at)
        if named and not is_ordinary:
            return self._named(at, named, negated)
        if said := self._conditions.misspelt_camera(at):
            return self._make.operand(at, said.end, said.query, said.kind, said.label, negated)
        if end := self._in_file_names(at, False):
            return self._make.text_of(at, end, negated)
        if look := self._looks.unknown(at):
            return self._make.looks_like_text(at, look, negated)
        self.record.guesses -= 1
        names = [self._lexicon.label(thing) for thing in named.things] if named else []
        offers = (*sorted(names)[:_MOST_OFFERED], *self._conditions.offered_cameras(at))
        return self._make.nothing(at, negated, offers)

    def _is_ordinary(self, at: int) -> bool:
        """Returns whether a word that no name has says what a picture shows."""
        return not self._lexicon.knows(self.texts[at]) and self._lexicon.is_ordinary(self.texts[at])

    def _named(self, at: int, named: Named, negated: bool) -> Operand:
        """Makes an operand of what a phrase names. If the phrase is only a part of a name and a word beside it means
        nothing, the text means something else: "New York" is not "New South Wales", which is only offered."""
        if named.level is not MatchLevel.FOLDER and (age := self._ages.read(named.end, named.things)):
            return self._aged(at, named.end, age, negated)
        if (seen := self._shown_rather(at, named)) is not None:
            self.record.guesses += 1
            return self._make.looks_like(at, seen, negated)
        self.record.guesses += self.naming.is_foreign(at, named)
        if named.level is not MatchLevel.PART:
            others = self._parts.longer_names(at, named) if named.level is MatchLevel.NAME else ()
            return self._make.found(at, named.end, named.things, negated, alternatives=others)
        if (seen := self._lexicon.looks_like(self.texts, at, self._language)) and seen.end > named.end:
            self.record.guesses += 1  # a "German shepherd" is no shepherd in Germany
            return self._make.looks_like(at, seen, negated)
        parts = self._parts
        begin = parts.before(at)
        if whole := parts.misspelt_name(begin, at, named):
            return self._respelt(at, *whole, negated)
        stop = named.end + 1 if parts.goes_on_unplaced(named.end, named) else named.end
        if (begin, stop) == (at, named.end) and not parts.qualifies(at, stop):
            return self._make.found(at, named.end, named.things, negated)
        self.record.unmatched.append((at, named.end))
        if stop > named.end:
            self.record.unmatched.append((named.end, stop))
        typed = self.record.typed(begin, stop)
        self.record.offered.update(range(begin, stop))
        self.record.note(begin, stop, MatchKind.OTHER, typed, NOT_APPLIED, negated, parts.nearest(typed, named.things))
        return Operand(stop)

    def _shown_rather(self, at: int, named: Named) -> Seen | None:
        """Returns what words look like, in any language, that are only alike to the name of a place: "Berge" are rather
        mountains than Bergen."""
        words = self.texts[at : named.end]
        if any(thing.kind is not MatchKind.PLACE for thing in named.things) or self._lexicon.exact(named.level, words):
            return None
        found = (self._lexicon.looks_like(self.texts, at, each) for each in (self._language, *LANGUAGES))
        return next((seen for seen in found if seen is not None and seen.end >= named.end), None)

    def _respelt(self, at: int, start: int, stop: int, things: Collection[Thing], negated: bool) -> Operand:
        if start < at:
            self.record.unmatched.pop()
        self.record.guesses += 1
        return self._make.found(start, stop, things, negated)

    def _aged(self, at: int, end: int, age: Age, negated: bool) -> Operand:
        self._make.found(at, end, age.persons, negated)
        self.record.note(end, age.end, MatchKind.DATE, age.label, age.years, negated)
        return Operand(age.end, age.query)

    def is_me(self, at: int) -> bool:
        if exactly := EXACTLY.get(self.texts[at]):
            return self.record.typed(at, at + 1) == exactly
        return PhraseRole.ME in self._language.roles.get(self.texts[at], ())

    def _near_me(self, at: int) -> int:
        """Returns the token after "near me", or 0. Where a person is, is not known."""
        count = self._language.taken(self.texts, at, PhraseRole.NEAR)
        end = at + count
        if count and not (end < len(self.texts) and self.is_me(end)):
            end += self._language.lead(self.texts, end)[0] if end < len(self.texts) else 0  # "in der Nähe von mir"
        return end + 1 if count and end < len(self.texts) and self.texts[end] and self.is_me(end) else 0

    def _country(self, at: int) -> Named | None:
        """Reads the code of a country, such as "NL". Most must be in capitals, since "do" and "tv" are words. Codes
        that are words of grammar, such as "IT", must be the only word, or the only one in capitals."""
        word = self.texts[at]
        if not 2 <= len(word) <= 3 or self.is_me(at) or not self._is_apart(at):
            return None
        is_capital = self.record.typed(at, at + 1).isupper()
        if not is_capital and word not in _SMALL_CODES:
            return None
        if word in GRAMMAR and self._text.isupper() and sum(text.isalpha() for text in self.texts) > 1:
            return None
        things = self._lexicon.country(word)
        return Named(at + 1, things) if things else None

    def _is_apart(self, at: int) -> bool:
        """Returns whether a word was typed with spaces around it, unlike the "th" of "4th"."""
        joints = [token.joint for token in self._tokens[max(at, 1) : at + 2] if token.kind is TokenKind.WORD]
        return "" not in joints

    def _age_before(self, at: int, negated: bool) -> Operand | None:
        """Reads "3 year old Anna"."""
        end = self._ages.before(at)
        named = self.naming.longest(end) if end and end < len(self.texts) and self.texts[end] else None
        age = self._ages.read(at, named.things) if named else None
        if named is None or age is None:
            return None
        self.record.note(at, end, MatchKind.DATE, age.label, age.years, negated)
        self._make.found(end, named.end, age.persons, negated)
        return Operand(named.end, age.query)

    def _said(self, at: int) -> Said | None:
        return self._conditions.read(at) if self.texts[at] else None

    def _date(self, at: int) -> tuple[int, Span] | None:
        return self.dates.read(at) if self.texts[at] else None

    def _path(self, at: int) -> Named | None:
        """Reads a path without spaces, such as "Places/Abruzzo"."""
        end = at + 1
        while end < len(self._tokens) and self.texts[end] and self._tokens[end].joint in INSIDE:
            end += 1
        if not any(self._tokens[place].joint == "/" for place in range(at + 1, end)):
            return None
        things = self.naming.at_path(self.record.typed(at, end))
        return Named(end, things) if things else None

    def _in_file_names(self, at: int, whole: bool) -> int:
        """Returns the token after a word that file names contain, including the words joined to it if file names
        contain these too. Returns 0 if no file name contains the word."""
        end = at
        while end < len(self._tokens) and self.texts[end] and (end == at or self._tokens[end].joint in INSIDE):
            end += 1
        for stop in (end, at + 1):
            if self._make.are_words(self.texts[at:stop], whole):
                return stop
        return 0
