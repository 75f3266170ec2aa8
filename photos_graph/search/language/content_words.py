"""Finds what the words of a text look like in a picture, if no label has that name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from photos_graph.search.concepts import Concept, concepts
from photos_graph.search.folding import words
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import LANGUAGES

MAX_WORDS = 4  # of a name
_MIN_STEMMED = 4  # letters of a single word that is compared by its stem

Stem = Callable[[str, Language], str]
_Names = dict[str, tuple[Concept, str]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What words look like: ``end`` is the token after them, and ``name`` the name of the concept in the language."""

    end: int
    concept_id: str
    name: str
    is_everyday: bool  # it has a name in every language


class ContentWords:
    """The names of the concepts in each language, as they are written and by their stems."""

    def __init__(self, stem: Stem) -> None:
        self._stem = stem
        self._of_language = cache(lambda code: self._names(next(each for each in LANGUAGES if each.code == code)))

    def longest(self, texts: Sequence[str], at: int, language: Language) -> Seen | None:
        """Returns what the longest name that begins at a token looks like."""
        exact, stemmed = self._of_language(language.code)
        for end in range(min(len(texts), at + MAX_WORDS), at, -1):
            if not all(texts[at:end]):
                continue
            found = exact.get(" ".join(texts[at:end]))
            if found is None and (end - at > 1 or len(texts[at]) >= _MIN_STEMMED):
                found = stemmed.get(" ".join(self._stem(text, language) for text in texts[at:end]))
            if found is not None:
                return Seen(end, found[0].id, found[1], len(found[0].names) == len(LANGUAGES))
        return None

    def knows(self, word: str) -> bool:
        """Returns whether a word is the name of a concept in any language."""
        return any(self.longest([word], 0, language) for language in LANGUAGES)

    def _names(self, language: Language) -> tuple[_Names, _Names]:
        """Returns the concepts with their names, by folded name and by its stems. The first concept of a name
        counts."""
        exact: _Names = {}
        stemmed: _Names = {}
        for concept in concepts().values():
            for name in concept.names.get(language.code, ()):
                parts = words(name)
                exact.setdefault(" ".join(parts), (concept, name))
                stemmed.setdefault(" ".join(self._stem(part, language) for part in parts), (concept, name))
        return exact, stemmed
