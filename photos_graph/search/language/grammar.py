"""The table of grammar words of a language. There is one for each language; nothing else depends on the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from photos_graph.model.search import MatchKind
from photos_graph.search.folding import name_words
from photos_graph.search.language.calendar_names import CALENDAR_NAMES
from photos_graph.search.language.holidays import Holiday, HolidayNames
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.term import PrefixTerm
from photos_graph.search.terms.times import DayTime

MAX_PHRASE_WORDS = 3  # in a table


class PhraseRole(Enum):
    """The function of a phrase. A phrase may have several: "from" introduces a range of dates, or only a place."""

    AND = auto()
    OR = auto()
    NOT = auto()  # negates what follows
    WITHOUT = auto()  # negates what follows, and what follows the "and" after it
    ONLY = auto()
    LINK = auto()  # "in", "with": has no meaning, but begins a new condition
    FILLER = auto()  # "photos", "the": has no meaning
    OPENING = auto()  # "show me": has no meaning at the start
    ME = auto()
    OF = auto()  # between a month or season and its year
    BETWEEN = auto()
    FROM = auto()  # a date TO a date
    TO = auto()
    BEFORE = auto()
    AFTER = auto()
    SINCE = auto()
    UNTIL = auto()
    LAST = auto()
    LAST_AFTER = auto()  # stands after its noun: "estate scorsa"
    THIS = auto()
    AGO_BEFORE = auto()  # stands before the number: "vor 10 Jahren"
    AGO = auto()  # "10 years ago"
    DAY = auto()
    WEEKEND = auto()
    WEEK = auto()
    MONTH = auto()
    QUARTER = auto()
    YEAR = auto()
    NEAR = auto()  # before a place
    WITHIN = auto()  # before a distance from a place
    AGED = auto()  # between a person and an age: "Anna at 3"
    OLD = auto()  # after the years of an age: "3 years old"
    ON_THIS_DAY = auto()  # of any year
    DECADE = auto()  # before a decade: "anni novanta"
    DECADE_ENDING = auto()  # "1990s"
    TODAY = auto()
    YESTERDAY = auto()
    DAY_ENDING = auto()  # "14th August"


LEADS = frozenset(
    (
        PhraseRole.AND,
        PhraseRole.OR,
        PhraseRole.NOT,
        PhraseRole.WITHOUT,
        PhraseRole.ONLY,
        PhraseRole.LINK,
        PhraseRole.NEAR,
        PhraseRole.FILLER,
    )
)
_NO_ROLE: frozenset[PhraseRole] = frozenset()


# The value after a prefix is the name of something of that kind, or a value that the term parses itself.
Prefix = MatchKind | type[PrefixTerm]


@dataclass(frozen=True, slots=True)
class Language:
    code: str  # of ISO 639, such as "en"
    stemmer: str  # Snowball's name for it
    roles: Mapping[str, frozenset[PhraseRole]]  # by folded phrase, its words joined by a space
    starts: frozenset[str]  # the first words of these phrases
    months: Mapping[str, int]  # folded name -> 1..12
    short_months: Mapping[str, int]  # they count only beside a day or a year
    seasons: Mapping[str, int]  # folded name -> its first month, of three
    weekdays: Mapping[str, int]  # folded name -> 0..6, from Monday on
    holidays: HolidayNames
    quarters: frozenset[str]  # what stands before the number of a quarter: "Q2"
    ordinals: Mapping[str, int]  # folded word -> 1..4
    numbers: Mapping[str, int]  # folded word -> 1..12
    decades: Mapping[str, int]  # folded word -> 20..90
    ages_need_no_years: bool  # "Anna at 3" is an age, as opposed to "Anna a 3"
    leads_decades: bool  # the words of ``decades`` are numbers, and name a decade only after a phrase of DECADE
    times: Mapping[str, DayTime]  # folded word -> time of the day
    exactly: frozenset[str]  # words of ME that count only as they are written here, such as "I" and "mí"
    sayings: Mapping[str, Saying]  # folded phrase -> what it says of a photo
    saying_starts: frozenset[str]  # the first words of these phrases
    prefixes: Mapping[str, Prefix]
    countries: Mapping[str, tuple[str, ...]]  # common names that ISO 3166 lacks, by the code of the country

    def taken(self, texts: Sequence[str], at: int, role: PhraseRole) -> int:
        """Returns how many of the folded words, from ``at`` on, form a phrase of that role, or 0."""
        if at >= len(texts) or texts[at] not in self.starts:
            return 0
        for count in range(MAX_PHRASE_WORDS, 0, -1):
            if role in self.roles.get(" ".join(texts[at : at + count]), ()):
                return min(count, len(texts) - at)
        return 0

    def lead(self, texts: Sequence[str], at: int) -> tuple[int, frozenset[PhraseRole]]:
        """Returns the number of words, and the roles, of the longest phrase from ``at`` on that introduces or joins
        what follows. The number is 0 if there is no such phrase."""
        for count in range(min(MAX_PHRASE_WORDS, len(texts) - at), 0, -1):
            roles = self.roles.get(" ".join(texts[at : at + count]), _NO_ROLE)
            if not roles.isdisjoint(LEADS):
                return count, roles
        return 0, _NO_ROLE

    def vocabulary(self) -> set[str]:
        """Returns every phrase of the table that is a single word."""
        return {word for phrase in (*self.roles, *self.months, *self.seasons) for word in phrase.split()}


def language(
    code: str,
    stemmer: str,
    roles: Mapping[PhraseRole, str],
    seasons: Mapping[int, str],
    prefixes: Mapping[str, Prefix],
    quarters: str,
    ordinals: str,
    numbers: str,
    decades: str,
    times: Mapping[DayTime, str],
    holidays: Mapping[Holiday, str],
    other_weekdays: str = "",
    leads_decades: bool = True,
    ages_need_no_years: bool = False,
    other_months: str = "",
    exactly: str = "",
    countries: Mapping[str, str] | None = None,
    sayings: Mapping[Saying, str] | None = None,
) -> Language:
    """Makes a table from text, and from the names of months and days of the language.

    Phrases are separated by commas, months begin with January and may have alternatives ("Sep/Sept"), and seasons are
    given by their first month. Ordinals and numbers begin with one, and decades with the twenties. ``other_months``
    are abbreviations that the CLDR does not have, and ``other_weekdays`` plurals, from Monday on.
    """
    months, short_months, weekdays = CALENDAR_NAMES[code]
    by_phrase: dict[str, frozenset[PhraseRole]] = {}
    for role, text in roles.items():
        for phrase in _phrases(text):
            by_phrase[phrase] = by_phrase.get(phrase, frozenset()) | {role}
    return Language(
        code=code,
        stemmer=stemmer,
        roles=by_phrase,
        starts=frozenset(phrase.partition(" ")[0] for phrase in by_phrase),
        months=_numbered(months),
        short_months=_numbered(short_months) | _numbered(other_months),
        seasons={name: month for month, names in seasons.items() for name in _phrases(names)},
        weekdays=_weekdays(weekdays) | {name: place - 1 for name, place in _numbered(other_weekdays).items()},
        holidays=HolidayNames.of({name: each.span for each, names in holidays.items() for name in _phrases(names)}),
        quarters=frozenset(_phrases(quarters)),
        ordinals=_numbered(ordinals),
        numbers=_numbered(numbers),
        decades={name: 10 * place + 10 for name, place in _numbered(decades).items()},
        ages_need_no_years=ages_need_no_years,
        leads_decades=leads_decades,
        times={name: time for time, names in times.items() for name in _phrases(names)},
        exactly=frozenset(exactly.split()),
        sayings={phrase: saying for saying, text in (sayings or {}).items() for phrase in _phrases(text)},
        saying_starts=frozenset(
            phrase.partition(" ")[0] for text in (sayings or {}).values() for phrase in _phrases(text)
        ),
        prefixes=prefixes,
        countries={code: tuple(names.split(",")) for code, names in (countries or {}).items()},
    )


def _weekdays(names: str) -> dict[str, int]:
    """Returns the full names, also with the "s" of a plural: "Sundays", "dimanches", "sonntags"."""
    return {form: place - 1 for name, place in _numbered(names).items() for form in (name, f"{name}s")}


def _numbered(months: str) -> dict[str, int]:
    return {
        name: place + 1 for place, names in enumerate(months.split(",")) for name in _phrases(names.replace("/", ","))
    }


def _phrases(text: str) -> list[str]:
    return [" ".join(name_words(phrase)) for phrase in text.split(",") if phrase.strip()]
