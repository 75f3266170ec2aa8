"""What the reading of a text asks of the names of tags, persons, places, folders and albums."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from photos_graph.model.search import MatchKind
from photos_graph.search.language.content_words import Seen
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.phrases import MatchLevel
from photos_graph.search.terms.content import LooksLike, LooksLikeText

MAX_PHRASE_WORDS = 12  # in a phrase that is looked up
MAX_THINGS = 50  # things that one phrase may name; above this it is searched for as text


class Thing(NamedTuple):
    kind: MatchKind
    id: str


class Lexicon(Protocol):
    """Looks up names. Words are folded, and ``stems`` are the results of ``stem`` for a language. ``has_albums`` tells
    whether there are albums, and their names mean them without a word that says so."""

    @property
    def has_albums(self) -> bool: ...

    def without_albums(self) -> Lexicon:
        """Returns a lexicon in which albums are found only by words that say so. Otherwise, their names have no
        influence on how a text is read."""

    def stem(self, word: str, language: Language) -> str: ...

    def exact(self, level: MatchLevel, words: Sequence[str], albums: bool = False) -> Collection[Thing]:
        """Returns the things with that name: only albums, or else all other things."""

    def stemmed(
        self,
        level: MatchLevel,
        stems: Sequence[str],
        language: Language,
        words: Sequence[str],
        albums: bool = False,
    ) -> Collection[Thing]:
        """Returns the things whose name has these stems, and forms of these words: only albums, or else all others."""

    def longest(self, word: str) -> int:
        """Returns the number of words of the longest name that begins with this word."""

    def knows(self, word: str) -> bool:
        """Returns whether ``word`` is a word of a name."""

    def near(self, word: str) -> Collection[str]:
        """Returns the words of names of which ``word`` may be a misspelling, or ``word`` itself if a name has it."""

    def near_stems(self, word: str, language: Language) -> Collection[str]:
        """Does what ``near`` does, for stems. For example, only the stem of "lanscape" is near to that of
        "landscapes"."""

    def is_word(self, start: str, whole: bool) -> bool:
        """Returns whether ``start`` is a word in any name, including those of files, or, unless ``whole`` is set, the
        beginning of one."""

    def looks_like(self, texts: Sequence[str], at: int, language: Language) -> Seen | None:
        """Returns what the words from ``at`` on look like in a picture, if pictures were looked at."""

    def is_ordinary(self, word: str) -> bool:
        """Returns whether a word says what a picture shows in any language, also if no pictures were looked at. It is
        then no misspelling of a name: "monti" are mountains, and not Mr Conti."""

    def looks(self, typed: str) -> Collection[LooksLike | LooksLikeText]:
        """Returns what a whole text looks like in a picture: concepts that have that name in any language, or else the
        text itself, if an image-text model can look for it. Several terms are alternatives."""

    def any_look(self, typed: str) -> LooksLikeText | None:
        """Returns the term that looks for a text by an image-text model, or None if there is none."""

    def at_path(self, kind: MatchKind, path: str) -> Collection[Thing]:
        """Returns the things with that name or path, such as "Italy/Abruzzo"."""

    def me(self) -> Collection[Thing]:
        """Returns the persons who are marked as the owner of the library."""

    def label(self, thing: Thing) -> str: ...

    def words(self, thing: Thing) -> Sequence[str]:
        """Returns the folded words of its name."""

    def country(self, code: str) -> Collection[Thing]:
        """Returns the country with that folded code of two or three letters."""

    def countries(self, codes: Sequence[str]) -> Sequence[Thing]:
        """Returns the countries with these folded codes of which there are photos, in the order of their names."""

    def birthday(self, person: Thing) -> date | None: ...

    def cameras(self, words: Sequence[str]) -> Collection[str]:
        """Returns the parts of the names of cameras and lenses that consist of these words, as they are written
        there."""

    def near_cameras(self, word: str) -> Collection[str]:
        """Returns the words of names of cameras of which ``word`` may be a misspelling that begins with the right
        letter: a "phone" is no iPhone."""

    def longest_camera(self, word: str) -> int:
        """Returns the number of words of the longest part of such a name that begins with this word."""

    def centre(self, place: Thing, city: bool) -> tuple[float, float] | None:
        """Returns the middle of the photos that were taken at a place, as latitude and longitude, or None if none has a
        position. With ``city``, it is None for regions and countries."""
