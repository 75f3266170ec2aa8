"""The languages in which a text is read, in this order. A new language needs a table and a line here."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.search.folding import fold
from photos_graph.search.language.english import ENGLISH
from photos_graph.search.language.french import FRENCH
from photos_graph.search.language.german import GERMAN
from photos_graph.search.language.italian import ITALIAN
from photos_graph.search.language.phrase_roles import LEADS, PhraseRole
from photos_graph.search.language.spanish import SPANISH

LANGUAGES = (ENGLISH, ITALIAN, GERMAN, FRENCH, SPANISH)

# Grammar words of all languages. A name is not found by such a word alone.
GRAMMAR = frozenset[str]().union(*(language.vocabulary() for language in LANGUAGES))
# Words that are "me" only as they are written here, by the folded word.
EXACTLY = {fold(word): word for language in LANGUAGES for word in language.exactly}
PREFIXES = {name: prefix for language in LANGUAGES for name, prefix in language.prefixes.items()}
MONTHS = frozenset[str]().union(*(language.months.keys() | language.short_months.keys() for language in LANGUAGES))


def _phrases(roles: Iterable[PhraseRole]) -> frozenset[str]:
    wanted = frozenset(roles)
    return frozenset(
        phrase for language in LANGUAGES for phrase, its in language.roles.items() if not wanted.isdisjoint(its)
    )


SMALL_WORDS = _phrases((PhraseRole.LINK, PhraseRole.FILLER))
JOINTS = _phrases((*LEADS, PhraseRole.OPENING))  # phrases without a meaning of their own
