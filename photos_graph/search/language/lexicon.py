"""What can be named: tags, persons, places and folders by the words of their names.

Kept in step with the rows of the index; asking costs a few lookups, whatever the size of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

from Stemmer import Stemmer

from photos_graph.model import MatchKind
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import Hierarchy, Row
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import GRAMMAR, LANGUAGES, MONTHS, SMALL
from photos_graph.search.language.spelling import Vocabulary, slips
from photos_graph.search.rows import FolderRow, PersonRow, PlaceRow, TagRow

LONGEST = 12  # words of a phrase that is looked for
_LONGEST_PART = 4
_LONGEST_WORD = 64  # letters of one that is stemmed


class Thing(NamedTuple):
    kind: MatchKind
    id: str


_NOTHING: tuple[Thing, ...] = ()


class Shelf(Enum):
    NAME = auto()  # whole names of tags, persons and places
    FOLDER = auto()  # whole names of folders, and these without their dates and numbers
    PART = auto()  # words of the names of tags, persons and places


class Lexicon(Protocol):
    """Words are folded; ``stems`` are what ``stem`` makes of them in a language."""

    def stem(self, word: str, language: Language) -> str: ...

    def exact(self, shelf: Shelf, words: Sequence[str]) -> Collection[Thing]:
        """What has that name."""

    def stemmed(self, shelf: Shelf, stems: Sequence[str], language: Language) -> Collection[Thing]:
        """What has a name with those stems."""

    def longest(self, word: str) -> int:
        """No name that begins with this word has more words."""

    def near(self, word: str) -> Collection[str]:
        """The words of names that this one may be a misspelling of; itself, where it is one."""

    def near_stems(self, word: str, language: Language) -> Collection[str]:
        """The same by stems: "lanscape" is near to "landscapes" by these alone."""

    def is_word(self, prefix: str) -> bool:
        """A word of some file, folder or other name begins so."""

    def at_path(self, kind: MatchKind, path: str) -> Collection[Thing]:
        """What has that name or path, as "Italy/Abruzzo"."""

    def me(self) -> Collection[Thing]:
        """The persons who are marked so."""

    def label(self, thing: Thing) -> str: ...


class Names:
    """The lexicon of an index. ``in_file_names``: some word of a file name begins so."""

    def __init__(
        self,
        tags: Hierarchy[TagRow],
        persons: Hierarchy[PersonRow],
        places: Hierarchy[PlaceRow],
        folders: Hierarchy[FolderRow],
        in_file_names: Callable[[str], bool],
    ) -> None:
        self._rows: dict[MatchKind, Hierarchy[Any]] = {
            MatchKind.TAG: tags,
            MatchKind.PERSON: persons,
            MatchKind.PLACE: places,
            MatchKind.FOLDER: folders,
        }
        self._in_file_names = in_file_names
        self._stemmers = {language.stemmer: Stemmer(language.stemmer, 0) for language in LANGUAGES}
        self._words = _Spelt()
        self._stems = {stemmer: _Spelt() for stemmer in self._stemmers}
        self._longest: dict[str, int] = {}  # by first word; what went away is not forgotten
        self._me: set[Thing] = set()
        for kind, rows in self._rows.items():
            rows.watch(_Watcher(self, kind))

    # rows

    def put(self, kind: MatchKind, row: Row) -> None:
        thing, words = Thing(kind, row.id), name_words(row.name)
        phrases = list(_phrases(kind, words))
        for spelt, spellings in self._spellings(words):
            spelt.put(thing, spellings, phrases)
        for shelf, places in phrases:
            if shelf is not Shelf.PART:
                first = words[places[0]]
                self._longest[first] = max(self._longest.get(first, 0), min(len(places), LONGEST))
        if isinstance(row, PersonRow) and row.is_me:
            self._me.add(thing)

    def remove(self, kind: MatchKind, row: Row) -> None:
        thing, words = Thing(kind, row.id), name_words(row.name)
        phrases = list(_phrases(kind, words))
        for spelt, spellings in self._spellings(words):
            spelt.remove(thing, spellings, phrases)
        self._me.discard(thing)

    def _spellings(self, words: list[str]) -> Iterator[tuple[_Spelt, list[str]]]:
        yield self._words, words
        for language in LANGUAGES:
            yield self._stems[language.stemmer], [self.stem(word, language) for word in words]

    # questions

    def stem(self, word: str, language: Language) -> str:
        if len(word) > _LONGEST_WORD:
            return word
        stem: str = self._stemmers[language.stemmer].stemWord(word)
        return stem

    def exact(self, shelf: Shelf, words: Sequence[str]) -> Collection[Thing]:
        return self._words.things[shelf].get(" ".join(words), _NOTHING)

    def stemmed(self, shelf: Shelf, stems: Sequence[str], language: Language) -> Collection[Thing]:
        return self._stems[language.stemmer].things[shelf].get(" ".join(stems), _NOTHING)

    def longest(self, word: str) -> int:
        return self._longest.get(word, 0)

    def near(self, word: str) -> Collection[str]:
        return _near(self._words.vocabulary, word, slips(word))

    def near_stems(self, word: str, language: Language) -> Collection[str]:
        return _near(self._stems[language.stemmer].vocabulary, self.stem(word, language), slips(word))

    def is_word(self, prefix: str) -> bool:
        return self._words.vocabulary.begins(prefix) or self._in_file_names(prefix)

    def at_path(self, kind: MatchKind, path: str) -> Collection[Thing]:
        return [Thing(kind, row.id) for row in self._rows[kind].named(path.strip())]

    def me(self) -> Collection[Thing]:
        return self._me

    def label(self, thing: Thing) -> str:
        """Its name; of a folder, and of a tag that is not alone with its name, the path."""
        rows = self._rows[thing.kind]
        row = rows.get(thing.id)
        name: str = thing.id if row is None else row.name
        if thing.kind is MatchKind.FOLDER or (thing.kind is MatchKind.TAG and len(rows.named(name)) > 1):
            return rows.path(thing.id) or name
        return name


class _Spelt:
    """Things by their phrases, and the words of these: as they are written, or their stems in a language."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self.things: dict[Shelf, dict[str, list[Thing]]] = {shelf: {} for shelf in Shelf}

    def put(self, thing: Thing, words: list[str], phrases: Iterable[_Phrase]) -> None:
        for word in words:
            self.vocabulary.add(word)
        for shelf, key in _keys(words, phrases):
            self.things[shelf].setdefault(key, []).append(thing)

    def remove(self, thing: Thing, words: list[str], phrases: Iterable[_Phrase]) -> None:
        for word in words:
            self.vocabulary.discard(word)
        for shelf, key in _keys(words, phrases):
            things = self.things[shelf][key]
            things.remove(thing)
            if not things:
                del self.things[shelf][key]


def _keys(words: list[str], phrases: Iterable[_Phrase]) -> set[tuple[Shelf, str]]:
    return {(shelf, " ".join([words[place] for place in places])) for shelf, places in phrases}


def _near(vocabulary: Vocabulary, word: str, most: int) -> Collection[str]:
    if word in vocabulary:
        return (word,)
    return vocabulary.near(word, most) if most else ()


class _Watcher:
    def __init__(self, names: Names, kind: MatchKind) -> None:
        self._names, self._kind = names, kind

    def came(self, row: Row) -> None:
        self._names.put(self._kind, row)

    def went(self, row: Row) -> None:
        self._names.remove(self._kind, row)


_Phrase = tuple[Shelf, Sequence[int]]  # which words of a name are one


def _phrases(kind: MatchKind, words: list[str]) -> Iterator[_Phrase]:
    """The phrases that a name is found by."""
    whole = range(len(words))
    if kind is MatchKind.FOLDER:
        yield Shelf.FOLDER, whole
        if undated := _bare(words, _undated(words)):
            yield Shelf.FOLDER, undated
        return
    yield Shelf.NAME, whole
    if bare := _bare(words, whole):
        yield Shelf.NAME, bare
    yield from ((Shelf.PART, part) for part in _parts(words))


def _parts(words: list[str]) -> Iterator[range]:
    """Runs of words, none of which is grammar; not the whole, not numbers or letters alone."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_PART, len(words)) + 1):
            if words[end - 1] in GRAMMAR:
                break
            if end - start < len(words) and any(len(word) > 1 and not word.isdecimal() for word in words[start:end]):
                yield range(start, end)


def _bare(words: list[str], places: Sequence[int]) -> Sequence[int]:
    """Without the "the" and "in" at the ends: "L'Aquila" is found by "Aquila"."""
    start, end = 0, len(places)
    while start < end and words[places[start]] in SMALL:
        start += 1
    while end > start and words[places[end - 1]] in SMALL:
        end -= 1
    return places[start:end]


def _undated(words: list[str]) -> list[int]:
    """Without numbers, and without months beside them: "14 August 2019 Rome" is found by "Rome"."""
    return [
        place
        for place, word in enumerate(words)
        if not word.isdecimal()
        and not (word in MONTHS and any(beside.isdecimal() for beside in words[max(0, place - 1) : place + 2]))
    ]
