"""Languages with the words of others, for a question in several languages, such as "Natale with Bob"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from photos_graph.search.language.grammar import Language, clock_starts, first_words, longest_phrases
from photos_graph.search.language.holidays import HolidayNames
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.phrase_roles import DATES, PhraseRole

V = TypeVar("V")

# What has a meaning of its own. Words without one, such as "and" and "with", are left out: in another language, they
# may be a name that is unknown here, such as "Ed", and have to be said not to be understood.
_MEANINGFUL = DATES | {
    PhraseRole.ME,
    PhraseRole.OF,
    PhraseRole.TO,
    PhraseRole.LAST_AFTER,
    PhraseRole.AGO,
    PhraseRole.OLD,
    PhraseRole.DECADE_ENDING,
    PhraseRole.DAY_ENDING,
    PhraseRole.HOUR,
    PhraseRole.AM,
    PhraseRole.PM,
}
# What changes the meaning of what is beside it. Such a word counts in another language only if it is no name: "Salvo",
# "Nur", "Sans Souci", "Val di Non" and the "Oder" are.
_TURNING = frozenset((PhraseRole.OR, PhraseRole.NOT, PhraseRole.WITHOUT, PhraseRole.ONLY, PhraseRole.ALONE))
_NO_NAMES = frozenset(
    ("not", "without", "nicht", "ohne", "kein", "keine", "keinen", "senza", "only", "alone", "allein", "alleine", "ou")
)


def mixed(language: Language, languages: Sequence[Language]) -> Language:
    """Returns a language with the meaningful words of the others that it has not itself."""
    return _mixed(language.code, tuple(each.code for each in languages))


@cache
def _mixed(code: str, codes: Sequence[str]) -> Language:
    by_code = {language.code: language for language in LANGUAGES}
    base, others = by_code[code], [by_code[each] for each in codes if each != code]
    roles = dict(base.roles)
    for other in others:
        for phrase, its in other.roles.items():
            words = phrase.split()
            meant = its & (_MEANINGFUL | _TURNING if phrase in _NO_NAMES or len(words) > 1 else _MEANINGFUL)
            if meant and base.words.isdisjoint(words) and min(map(len, words)) > 1:  # "U.S.A." is no grammar
                roles[phrase] = roles.get(phrase, frozenset()) | meant
    sayings = _joined([base.sayings, *(other.sayings for other in others)])
    spans = _joined([base.holidays.spans, *(other.holidays.spans for other in others)])
    before = _joined([base.parts_before, *(other.parts_before for other in others)])
    return replace(
        base,
        roles=roles,
        longest=longest_phrases(roles),
        lead_starts=base.lead_starts | first_words(phrase for phrase in roles if phrase not in base.roles),
        clock_starts=clock_starts(roles, before),
        parts_before=before,
        parts_after=_joined([base.parts_after, *(other.parts_after for other in others)]),
        date_starts=base.date_starts.union(*(other.date_starts for other in others)),
        months=_joined([base.months, *(other.months for other in others)]),
        short_months=_joined([base.short_months, *(other.short_months for other in others)]),
        seasons=_joined([base.seasons, *(other.seasons for other in others)]),
        weekdays=_joined([base.weekdays, *(other.weekdays for other in others)]),
        times=_joined([base.times, *(other.times for other in others)]),
        holidays=HolidayNames.of(spans),
        sayings=sayings,
        saying_starts=first_words(sayings),
    )


def _joined(tables: Sequence[Mapping[str, V]]) -> dict[str, V]:
    """Joins tables, of which the first counts if several have a phrase."""
    return {phrase: value for table in reversed(tables) for phrase, value in table.items()}
