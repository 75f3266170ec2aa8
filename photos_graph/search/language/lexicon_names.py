"""Finds tags, persons, places, folders and albums by the words of their names.

The lexicon follows the rows of the index. A query takes a few look-ups, regardless of the size of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from datetime import date
from typing import Any

from Stemmer import Stemmer

from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.library import Place, PlaceKind
from photos_graph.model.search import MatchKind
from photos_graph.names import name_apart
from photos_graph.search import folding
from photos_graph.search.concepts import named
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import Hierarchy, Row
from photos_graph.search.language.camera_names import CameraNames
from photos_graph.search.language.content_words import ContentWords, Seen
from photos_graph.search.language.country_names import country_codes
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.lexicon import MAX_PHRASE_WORDS, MAX_THINGS, Thing
from photos_graph.search.language.phrases import MatchLevel, phrases
from photos_graph.search.language.spelling import (
    MIN_LETTERS,
    alike,
    extends_or_ends_alike,
    is_genitive,
    slips,
)
from photos_graph.search.language.spelt_names import SpeltNames, other_names
from photos_graph.search.person_groups import members
from photos_graph.search.rows import FolderRow
from photos_graph.search.terms.content import LooksLike, LooksLikeText

_MAX_STEMMED_LETTERS = 64  # of a word that is stemmed
_ARE_FORMS = {MatchKind.PERSON: is_genitive, MatchKind.PLACE: extends_or_ends_alike}  # of one name


class LexiconNames:
    """The lexicon of an index. ``in_file_names`` tells whether a text is a whole word of a file name (True) or the
    beginning of one (False), ``sees`` whether the index knows what pictures look like, and ``sees_all`` whether it has
    an image-text model. ``cameras`` returns the cameras of the index, and ``centre_of`` the middle of the photos at a
    place."""

    def __init__(
        self,
        tags: Hierarchy[Tag],
        persons: Hierarchy[Person],
        places: Hierarchy[Place],
        folders: Hierarchy[FolderRow],
        in_file_names: Callable[[str, bool], bool],
        sees: Callable[[], bool] = lambda: False,
        sees_all: Callable[[], bool] = lambda: False,
        cameras: Callable[[], Sequence[str]] = tuple,
        centre_of: Callable[[str], tuple[float, float] | None] = lambda place_id: None,
        albums: Hierarchy[Album] | None = None,
    ) -> None:
        self._rows: dict[MatchKind, Hierarchy[Any]] = {
            MatchKind.TAG: tags,
            MatchKind.PERSON: persons,
            MatchKind.PLACE: places,
            MatchKind.FOLDER: folders,
            MatchKind.ALBUM: albums if albums is not None else Hierarchy[Album](),
        }
        self._in_file_names = in_file_names
        self._sees = sees
        self._sees_all = sees_all
        self._content = ContentWords(self.stem)
        self._centre_of = centre_of
        self._cameras = CameraNames(cameras)
        self._stemmers = {language.stemmer: Stemmer(language.stemmer, 0) for language in LANGUAGES}
        self._words = SpeltNames()
        self._stems = {stemmer: SpeltNames() for stemmer in self._stemmers}
        self._reads_albums = True
        self._of_albums = SpeltNames()
        self._stems_of_albums = {stemmer: SpeltNames() for stemmer in self._stemmers}
        self._longest: dict[str, int] = {}  # by first word; removed names are not forgotten
        self._me: set[Thing] = set()
        self._countries: dict[str, Thing] = {}  # by their folded codes of ISO 3166
        for kind, rows in self._rows.items():
            rows.watch(_Watcher(self, kind))

    # rows

    def put(self, kind: MatchKind, row: Row) -> None:
        thing, words = Thing(kind, row.id), name_words(row.name)
        found_by = list(phrases(kind, words))
        for spelt, spellings in self._spellings(kind, words):
            spelt.put(thing, spellings, found_by)
        for level, places in found_by:
            if level is not MatchLevel.PART:
                first = words[places[0]]
                self._longest[first] = max(self._longest.get(first, 0), min(len(places), MAX_PHRASE_WORDS))
        for level, other in other_names(kind, row, words):
            self._names(kind is MatchKind.ALBUM).put_names(thing, other, [(level, range(len(other)))])
        if isinstance(row, Person) and row.is_me:
            self._me.add(thing)
        if isinstance(row, Place) and row.parent_id is None:
            self._countries |= dict.fromkeys(country_codes(row.id), thing)

    def remove(self, kind: MatchKind, row: Row) -> None:
        thing, words = Thing(kind, row.id), name_words(row.name)
        found_by = list(phrases(kind, words))
        for spelt, spellings in self._spellings(kind, words):
            spelt.remove(thing, spellings, found_by)
        for level, other in other_names(kind, row, words):
            self._names(kind is MatchKind.ALBUM).remove_names(thing, other, [(level, range(len(other)))])
        self._me.discard(thing)
        if isinstance(row, Place) and row.parent_id is None:
            for code in country_codes(row.id):
                self._countries.pop(code, None)

    def _spellings(self, kind: MatchKind, words: list[str]) -> Iterator[tuple[SpeltNames, list[str]]]:
        albums = kind is MatchKind.ALBUM
        yield self._names(albums), words
        for language in LANGUAGES:
            yield self._stemmed_names(albums, language), [self.stem(word, language) for word in words]

    def _names(self, albums: bool) -> SpeltNames:
        return self._of_albums if albums else self._words

    def _stemmed_names(self, albums: bool, language: Language) -> SpeltNames:
        return (self._stems_of_albums if albums else self._stems)[language.stemmer]

    # questions

    @property
    def has_albums(self) -> bool:
        return self._reads_albums and self._of_albums.has_names

    def without_albums(self) -> LexiconNames:
        found = copy(self)  # which shares all names with this one
        found._reads_albums = False
        return found

    def stem(self, word: str, language: Language) -> str:
        if len(word) > _MAX_STEMMED_LETTERS or not word.isalpha():
            return word
        word = language.irregular.get(word, word)
        stem: str = self._stemmers[language.stemmer].stemWord(word)
        return word if stem == word else stem  # one text is kept for both

    def exact(self, level: MatchLevel, words: Sequence[str], albums: bool = False) -> Collection[Thing]:
        return (self._of_albums if albums else self._words).named(level, words)

    def stemmed(
        self,
        level: MatchLevel,
        stems: Sequence[str],
        language: Language,
        words: Sequence[str],
        albums: bool = False,
    ) -> Collection[Thing]:
        found = (self._stems_of_albums if albums else self._stems)[language.stemmer].named(level, stems)
        return found if len(found) > MAX_THINGS else [thing for thing in found if self._has_forms(thing, words)]

    def _has_forms(self, thing: Thing, words: Sequence[str]) -> bool:
        named = self.words(thing)
        are_forms = _ARE_FORMS.get(thing.kind, alike)
        return all(any(are_forms(word, each) for each in named) for word in words)

    def words(self, thing: Thing) -> Sequence[str]:
        row = self._rows[thing.kind].get(thing.id)
        return name_words(row.name) if row is not None else ()

    def country(self, code: str) -> Collection[Thing]:
        found = self._countries.get(code)
        return () if found is None else (found,)

    def countries(self, codes: Sequence[str]) -> Sequence[Thing]:
        return sorted((self._countries[code] for code in codes if code in self._countries), key=self.label)

    def longest(self, word: str) -> int:
        return self._longest.get(word, 0)

    def knows(self, word: str) -> bool:
        return word in self._words.vocabulary or (self.has_albums and word in self._of_albums.vocabulary)

    def near(self, word: str) -> Collection[str]:
        return _near(self._all(self._words, self._of_albums), word, slips(word))

    def near_stems(self, word: str, language: Language) -> Collection[str]:
        stem, stemmer = self.stem(word, language), language.stemmer
        near = _near(self._all(self._stems[stemmer], self._stems_of_albums[stemmer]), stem, slips(stem))
        return [each for each in near if each == stem or len(each) >= MIN_LETTERS]

    def _all(self, names: SpeltNames, of_albums: SpeltNames) -> Sequence[SpeltNames]:
        return (names, of_albums) if self.has_albums else (names,)

    def is_word(self, start: str, whole: bool) -> bool:
        vocabulary = self._words.vocabulary
        return (start in vocabulary if whole else vocabulary.begins(start)) or self._in_file_names(start, whole)

    def looks_like(self, texts: Sequence[str], at: int, language: Language) -> Seen | None:
        return self._content.longest(texts, at, language) if self._sees() else None

    def is_ordinary(self, word: str) -> bool:
        return self._content.knows(word)

    def looks(self, typed: str) -> Collection[LooksLike | LooksLikeText]:
        if (found := named(typed)) is not None and (self._sees() or not self._sees_all()):
            return (LooksLike(found),)
        texts = folding.words(typed)
        seen = (self.looks_like(texts, 0, language) for language in LANGUAGES)
        whole = dict.fromkeys(each.concept_id for each in seen if each is not None and each.end == len(texts))
        alone = self.any_look(typed)
        return tuple(map(LooksLike, whole)) or (() if alone is None else (alone,))

    def any_look(self, typed: str) -> LooksLikeText | None:
        return LooksLikeText.of_text(typed) if self._sees_all() and typed.strip() else None

    def at_path(self, kind: MatchKind, path: str) -> Collection[Thing]:
        rows = self._rows[kind]
        ids = [row.id for row in rows.named(path.strip())]
        if kind is MatchKind.PERSON:
            ids += members(rows, path.strip())
        return [Thing(kind, id_) for id_ in dict.fromkeys(ids)]

    def me(self) -> Collection[Thing]:
        return self._me

    def cameras(self, words: Sequence[str]) -> Collection[str]:
        return self._cameras.find(words)

    def birthday(self, person: Thing) -> date | None:
        row = self._rows[person.kind].get(person.id)
        return date.fromisoformat(row.birthday) if isinstance(row, Person) and row.birthday else None

    def near_cameras(self, word: str) -> Collection[str]:
        return [near for near in self._cameras.near(word, slips(word)) if near[0] == word[0]]

    def longest_camera(self, word: str) -> int:
        return self._cameras.longest(word)

    def centre(self, place: Thing, city: bool) -> tuple[float, float] | None:
        row = self._rows[MatchKind.PLACE].get(place.id)
        return self._centre_of(place.id) if row is not None and (not city or row.kind is PlaceKind.CITY) else None

    def label(self, thing: Thing) -> str:
        """Returns the name, or the path of a folder and of a tag that shares its name with another. With the name of a
        person that others have too goes what tells them apart."""
        rows = self._rows[thing.kind]
        row = rows.get(thing.id)
        name: str = thing.id if row is None else row.name
        if thing.kind is MatchKind.FOLDER or (thing.kind is MatchKind.TAG and len(rows.named(name)) > 1):
            return rows.path(thing.id) or name
        if isinstance(row, Person) and len(rows.named(name)) > 1:
            return name_apart(name, row.note, row.birthday)
        return name


def _near(names: Sequence[SpeltNames], word: str, most: int) -> Collection[str]:
    for each in names:
        if word in each.vocabulary:
            return (word,)
    return [near for each in names for near in each.vocabulary.near(word, most)] if most else ()


class _Watcher:
    def __init__(self, names: LexiconNames, kind: MatchKind) -> None:
        self._names, self._kind = names, kind

    def added(self, row: Row) -> None:
        self._names.put(self._kind, row)

    def removed(self, row: Row) -> None:
        self._names.remove(self._kind, row)
