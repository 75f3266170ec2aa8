"""Finds the things that a phrase of a text names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from photos_graph.model.search import MatchKind
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import JOINTS
from photos_graph.search.language.lexicon import MAX_PHRASE_WORDS, Lexicon, Thing
from photos_graph.search.language.phrase_roles import LEADS, PhraseRole
from photos_graph.search.language.phrases import LEVELS, MatchLevel
from photos_graph.search.language.spelling import slips

# A single word with one of these roles is always read as grammar, even if it is a name, unless it is in quotes.
_ALWAYS_GRAMMAR = LEADS | {PhraseRole.ME}
_MAX_MISSPELT_WORDS = 3  # words
_MAX_SPELLINGS = 64  # of one phrase
_MAX_MISSPELT = 10  # words of one text


@dataclass(frozen=True, slots=True)
class Named:
    end: int
    things: Collection[Thing]
    level: MatchLevel = MatchLevel.NAME


class Spelling:
    """A cache of the spellings of the words of one text, shared by its readings in all languages. It limits how many
    words may be misspelt."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._misspelt: set[str] = set()
        self.is_word: Callable[[str, bool], bool] = cache(lexicon.is_word)
        self.at_path: Callable[[MatchKind, str], Collection[Thing]] = cache(lexicon.at_path)
        self.near: Callable[[str], Collection[str]] = cache(self._near)
        self._near_cameras: dict[str, Collection[str]] = {}
        self._near_stems: dict[tuple[str, str], Collection[str]] = {}

    def near_cameras(self, word: str) -> Collection[str]:
        if word not in self._near_cameras:
            self._near_cameras[word] = self._lexicon.near_cameras(word) if self._allowed(word) else ()
        return self._near_cameras[word]

    def near_stems(self, word: str, language: Language) -> Collection[str]:
        key = word, language.stemmer
        if key not in self._near_stems:
            self._near_stems[key] = self._lexicon.near_stems(word, language) if self._allowed(word) else ()
        return self._near_stems[key]

    def _near(self, word: str) -> Collection[str]:
        return self._lexicon.near(word) if self._allowed(word) else ()

    def _allowed(self, word: str) -> bool:
        if self._lexicon.knows(word) or not slips(word):
            return True
        if len(self._misspelt) < _MAX_MISSPELT:
            self._misspelt.add(word)
        return word in self._misspelt


class NameMatcher:
    """Finds the names in one text. ``texts`` are its folded words, or "" for a token that is not a word. Unless
    ``albums`` is set, an album is found only where the text says that it means one."""

    def __init__(
        self,
        lexicon: Lexicon,
        spelling: Spelling,
        language: Language,
        texts: Sequence[str],
        dates: Dates,
        albums: bool = True,
    ) -> None:
        self._lexicon = lexicon
        self._spelling = spelling
        self._language = language
        self.texts = texts
        self._dates = dates
        self._albums = albums and lexicon.has_albums
        self._stems = [lexicon.stem(text, language) for text in texts]

    def is_grammar(self, at: int) -> bool:
        return not _ALWAYS_GRAMMAR.isdisjoint(self._language.roles.get(self.texts[at], ()))

    def is_foreign(self, at: int, named: Named) -> bool:
        """Returns whether a name was found by a grammar word of another language: "sans" is French for "without", and
        not the stem of "San". Whole names of tags, persons and places are found by any word."""
        if named.end != at + 1 or self.texts[at] not in JOINTS:
            return False
        word = self.texts[at : at + 1]
        return named.level is not MatchLevel.NAME or not any(
            self._lexicon.exact(MatchLevel.NAME, word, albums) for albums in (False, True)
        )

    def longest(self, at: int) -> Named | None:
        """Returns what is named by the longest phrase from ``at`` on, other than albums. A single grammar word names
        nothing."""
        return self._longest(at, LEVELS, albums=False)

    def album(self, at: int, levels: Sequence[MatchLevel] = (MatchLevel.NAME,)) -> Named | None:
        """Returns the albums of which the longest phrase from ``at`` on is the whole name, or matches it in one of
        other ways."""
        return self._longest(at, levels, albums=True) if self._albums else None

    def _longest(self, at: int, levels: Sequence[MatchLevel], albums: bool) -> Named | None:
        word = self.texts[at]
        grammar = self.is_grammar(at)
        most = self._lexicon.longest(word) if grammar else MAX_PHRASE_WORDS
        for end in range(min(self._run(at), at + most), at + (1 if grammar else 0), -1):
            if named := self._phrase(at, end, levels, albums):
                return named
        return None

    def misspelt(self, at: int) -> Named | None:
        for end in range(min(self._run(at), at + _MAX_MISSPELT_WORDS), at, -1):
            words = self.texts[at:end]
            if found := self._respelt(words) or (self._respelt(words, albums=True) if self._albums else None):
                return Named(end, *found)
        return None

    def _respelt(self, words: Sequence[str], albums: bool = False) -> tuple[Collection[Thing], MatchLevel] | None:
        """Returns the things of whose names the words may be a misspelling, and how. Stems are compared only if the
        words themselves give no result."""
        lexicon, language = self._lexicon, self._language
        phrases = _phrases([self._spelling.near(word) for word in words])
        for level in LEVELS:
            if things := {thing for phrase in phrases for thing in lexicon.exact(level, phrase, albums)}:
                return things, level
        phrases = _phrases([self._spelling.near_stems(word, language) for word in words])
        for level in LEVELS:
            found = [thing for phrase in phrases for thing in lexicon.stemmed(level, phrase, language, words, albums)]
            if found:
                return set(found), level
        return None

    def near_cameras(self, at: int) -> Collection[str]:
        """Returns the words of names of cameras of which the word at a token may be a misspelling."""
        return self._spelling.near_cameras(self.texts[at])

    def longest_of(self, kind: MatchKind, at: int) -> Named | None:
        """Returns what of that kind is named by the longest phrase from ``at`` on."""
        albums = kind is MatchKind.ALBUM
        for end in range(self._run(at), at, -1):
            words, stems = self.texts[at:end], self._stems[at:end]
            for level in LEVELS:
                for found in (
                    self._lexicon.exact(level, words, albums),
                    self._lexicon.stemmed(level, stems, self._language, words, albums),
                ):
                    if things := _only(kind, found):
                        return Named(end, things, level)
        return None

    def one_of(self, kind: MatchKind, words: Sequence[str]) -> Collection[Thing]:
        """Returns the things of that kind that a whole phrase names, by its words, its stems or a misspelling."""
        albums = kind is MatchKind.ALBUM
        stems = [self._lexicon.stem(word, self._language) for word in words]
        for level in LEVELS:
            for found in (
                self._lexicon.exact(level, words, albums),
                self._lexicon.stemmed(level, stems, self._language, words, albums),
            ):
                if things := _only(kind, found):
                    return things
        respelt = self._respelt(words, albums)
        return _only(kind, respelt[0]) if respelt else ()

    def at_path(self, path: str) -> Collection[Thing]:
        """Returns the tags and places with that path, or else the folders."""
        named = {thing for kind in (MatchKind.TAG, MatchKind.PLACE) for thing in self._spelling.at_path(kind, path)}
        return named or self._spelling.at_path(MatchKind.FOLDER, path)

    def quoted(self, words: Sequence[str], kind: MatchKind | None = None) -> Collection[Thing]:
        """Returns the things with exactly that name, apart from case and accents, or only those of a kind."""
        if kind is not None:
            return _only(kind, self._exactly(words, kind is MatchKind.ALBUM))
        things = self._exactly(words)
        if not self._albums:
            return things
        return [*things, *self._lexicon.exact(MatchLevel.NAME, words, albums=True)] or self._exactly(words, albums=True)

    def _exactly(self, words: Sequence[str], albums: bool = False) -> Collection[Thing]:
        found = (self._lexicon.exact(level, words, albums) for level in LEVELS)
        return next((things for things in found if things), ())

    def _phrase(self, at: int, end: int, levels: Sequence[MatchLevel], albums: bool) -> Named | None:
        words, stems = self.texts[at:end], self._stems[at:end]
        for level in levels:
            things = self._lexicon.exact(level, words, albums) or self._lexicon.stemmed(
                level, stems, self._language, words, albums
            )
            if things and not (level is MatchLevel.FOLDER and end - at > 1 and self._consists_of_names(at, end)):
                return Named(end, things, level)
        return None

    def _consists_of_names(self, at: int, end: int) -> bool:
        """Returns whether the name of a folder consists of dates and of names of tags, persons and places, which then
        take precedence."""
        while at < end:
            date = self._dates.read(at)
            if date is not None and date[0] <= end:
                at = date[0]
                continue
            named = (stop for stop in range(end, at, -1) if self._is_name(at, stop))
            at_next = next(named, at + 1 if self.is_grammar(at) else None)
            if at_next is None:
                return False
            at = at_next
        return True

    def _is_name(self, at: int, end: int) -> bool:
        return any(
            self._lexicon.exact(level, self.texts[at:end])
            or self._lexicon.stemmed(level, self._stems[at:end], self._language, self.texts[at:end])
            for level in (MatchLevel.NAME, MatchLevel.PART)
        )

    def _run(self, at: int) -> int:
        """Returns the token after the uninterrupted words from ``at`` on."""
        end = at
        while end < len(self.texts) and end < at + MAX_PHRASE_WORDS and self.texts[end]:
            end += 1
        return end


def _phrases(spellings: Sequence[Collection[str]]) -> list[tuple[str, ...]]:
    return list(islice(product(*spellings), _MAX_SPELLINGS))


def _only(kind: MatchKind, things: Collection[Thing]) -> Collection[Thing]:
    return {thing for thing in things if thing.kind is kind}
