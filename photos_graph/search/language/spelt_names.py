"""Names by their phrases, as they are written or as stems, and what things are called besides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from photos_graph.model.faces import Person
from photos_graph.model.library import Place
from photos_graph.model.search import MatchKind
from photos_graph.search.folding import inner_symbols, name_words
from photos_graph.search.hierarchy import Row
from photos_graph.search.language.country_adjectives import country_adjectives
from photos_graph.search.language.country_names import (
    country_names,
    place_names,
)
from photos_graph.search.language.lexicon import Thing
from photos_graph.search.language.phrases import MatchLevel, Phrase, phrases
from photos_graph.search.language.spelling import SpellingVocabulary

_NOTHING: tuple[Thing, ...] = ()


class SpeltNames:
    """The things by their phrases, and the words of the phrases, either as they are written or as stems of a
    language."""

    def __init__(self) -> None:
        self.vocabulary = SpellingVocabulary()
        # Nearly every phrase names one thing, which is kept without a list: a quarter of the memory of all names.
        self._things: dict[MatchLevel, dict[str, Thing | list[Thing]]] = {level: {} for level in MatchLevel}

    @property
    def has_names(self) -> bool:
        return bool(self._things[MatchLevel.NAME])

    def named(self, level: MatchLevel, words: Sequence[str]) -> Collection[Thing]:
        found = self._things[level].get(" ".join(words), _NOTHING)
        return (found,) if isinstance(found, Thing) else found

    def put(self, thing: Thing, words: list[str], phrases: Iterable[Phrase]) -> None:
        for word in words:
            self.vocabulary.add(word)
        self.put_names(thing, words, phrases)

    def put_names(self, thing: Thing, words: Sequence[str], phrases: Iterable[Phrase]) -> None:
        """Adds names whose words are never taken for a misspelling of others. A thing may have one name twice, as a
        person "Anna" in the group "anna"; it is kept once."""
        for level, key in _keys(words, phrases):
            found = self._things[level].setdefault(key, thing)
            if not isinstance(found, list):
                if found != thing:
                    self._things[level][key] = [found, thing]
            elif found[-1] != thing:  # all names of one thing are added in succession
                found.append(thing)

    def remove(self, thing: Thing, words: list[str], phrases: Iterable[Phrase]) -> None:
        for word in words:
            self.vocabulary.discard(word)
        self.remove_names(thing, words, phrases)

    def remove_names(self, thing: Thing, words: Sequence[str], phrases: Iterable[Phrase]) -> None:
        for level, key in _keys(words, phrases):
            found = self._things[level].get(key)
            if found == thing:
                del self._things[level][key]
            elif isinstance(found, list) and thing in found:
                found.remove(thing)
                if len(found) == 1:
                    self._things[level][key] = found[0]


def other_names(kind: MatchKind, row: Row, words: list[str]) -> Iterator[tuple[MatchLevel, Sequence[str]]]:
    """Yields what a thing is called besides its name: a place in other languages, a person by a group, or with the
    note or the year of birth, and all by the emoji in a name."""
    known = _keys(words, phrases(kind, words))
    if isinstance(row, Place):
        code = row.id.partition("/")[0]
        names = country_names(code) if row.parent_id is None else place_names(code, row.name)
        yield from ((MatchLevel.NAME, name) for name in names if (MatchLevel.NAME, " ".join(name)) not in known)
        adjectives = country_adjectives(code) if row.parent_id is None else ()
        yield from ((MatchLevel.PART, (word,)) for word in adjectives)
    if isinstance(row, Person):
        yield from ((MatchLevel.NAME, name_words(group)) for group in row.groups)
        if row.note:
            yield MatchLevel.NAME, [*words, *name_words(row.note)]
        if row.birthday:
            yield MatchLevel.NAME, [*words, row.birthday[:4]]
    if kind is not MatchKind.FOLDER:
        yield from ((MatchLevel.PART, (symbol,)) for symbol in {*inner_symbols(row.name)} if [symbol] != words)


def _keys(words: Sequence[str], phrases: Iterable[Phrase]) -> set[tuple[MatchLevel, str]]:
    return {(level, " ".join([words[place] for place in places])) for level, places in phrases}
