"""The term for words in the texts of a photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.model.search import Match, MatchKind
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import Hierarchy, R
from photos_graph.search.label_sets import union
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import PrefixTerm, Reasons, Term, paths

_MAX_WORDS = 50  # in one text


@dataclass(frozen=True, slots=True)
class Words(PrefixTerm):
    """Matches photos by words, each of which must begin a word in the texts of the photo, which ``PhotoFilter.text``
    lists. Case and accents do not matter. ``confirmed`` leaves out predicted tags and persons."""

    text: str
    confirmed: bool = False

    kind = MatchKind.TEXT
    is_slow = True

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str] | None:
        return (cls(typed), typed) if value else None

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        """Starts with the longest word, which is usually the rarest. A blank text matches all photos, and a text of
        punctuation matches no photo. Raises TooComplex for a text of more than 50 words."""
        wanted = set(name_words(self.text))
        if not wanted and self.text.strip():
            return BitMap()
        if len(wanted) > _MAX_WORDS:
            raise TooComplex(f"The text has more than {_MAX_WORDS} words.")
        for word in sorted(wanted, key=len, reverse=True):
            if not within:
                break
            within = within & self._with_word(sets, word)
        return within

    def _with_word(self, sets: PhotoSets, word: str) -> BitMap:
        tags = (sets.tags.having(id_, self.confirmed) for id_ in sets.tags.rows.topmost_with_word(word))
        persons = (sets.persons.showing(id_, self.confirmed) for id_ in sets.persons.rows.topmost_with_word(word))
        return union(
            [
                sets.file_words.find(word),
                sets.folders.photos_with_word(word),
                sets.places.photos_with_word(word),
                *tags,
                *persons,
            ]
        )

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        """Yields a reason for each word, with the folders, places, tags and persons that have it in their names. The
        names of the photo's files are not listed."""
        tags, persons = sets.tags, sets.persons
        above = {number: _with_ancestors(sets.folders, sets.folders_of(number)) for number in photos}
        around = {number: _with_ancestors(sets.places, sets.places_of(number)) for number in photos}
        rows = (sets.folders, sets.places, tags.rows, persons.rows)
        folder_path, place_path, tag_path, person_path = (cache(each.path) for each in rows)
        for word in dict.fromkeys(name_words(self.text)):
            folders, places = sets.folders.ids_with_word(word), sets.places.ids_with_word(word)
            having = ((id_, photos & tags.having(id_, self.confirmed)) for id_ in tags.rows.ids_with_word(word))
            showing = ((id_, photos & persons.showing(id_, self.confirmed)) for id_ in persons.rows.ids_with_word(word))
            tagged, shown = _by_photo(having), _by_photo(showing)
            for number in photos:
                via = (
                    *paths(folder_path, above[number] & folders),
                    *paths(place_path, around[number] & places),
                    *paths(tag_path, tagged.get(number, ())),
                    *paths(person_path, shown.get(number, ())),
                )
                yield number, Match(MatchKind.TEXT, word, via)


def _with_ancestors(rows: Hierarchy[R], ids: Iterable[str]) -> set[str]:
    return {at for id_ in ids for at in rows.self_and_ancestors(id_)}


def _by_photo(sets: Iterable[tuple[str, BitMap]]) -> dict[int, list[str]]:
    """Inverts the sets: returns the ids by the numbers of their photos."""
    found: dict[int, list[str]] = {}
    for id_, photos in sets:
        for number in photos:
            found.setdefault(number, []).append(id_)
    return found
