"""The table of grammar words of a language. There is one for each language; nothing else depends on the language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from photos_graph.model.search import MatchKind
from photos_graph.search.folding import fold, name_words
from photos_graph.search.label_words import LabelWords
from photos_graph.search.language.calendar_names import CALENDAR_NAMES
from photos_graph.search.language.holidays import Holiday, HolidayNames
from photos_graph.search.language.phrase_roles import CLOCK, DATES, LEADS, PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.term import PrefixTerm
from photos_graph.search.terms.times import DayTime

MAX_PHRASE_WORDS = 4  # in a table


_BOUNDS = (Saying.MORE_THAN, Saying.LESS_THAN)  # "more than 5 years ago"
N = TypeVar("N")
W = TypeVar("W", PhraseRole, Saying)
_NO_ROLE: frozenset[PhraseRole] = frozenset()


# The value after a prefix is the name of something of that kind, or a value that the term parses itself.
Prefix = MatchKind | type[PrefixTerm]


@dataclass(frozen=True, slots=True)
class Language:
    code: str  # of ISO 639, such as "en"
    stemmer: str  # Snowball's name for it
    roles: Mapping[str, frozenset[PhraseRole]]  # by folded phrase, its words joined by a space
    longest: Mapping[PhraseRole, Mapping[str, int]]  # by the first word of its phrases, the most words of one
    words: frozenset[str]  # of these phrases
    lead_starts: frozenset[str]  # the first words of phrases with a role of LEADS
    date_starts: frozenset[str]  # the first words of dates other than numbers and holidays
    months: Mapping[str, int]  # folded name -> 1..12
    short_months: Mapping[str, int]  # they count only beside a day or a year
    seasons: Mapping[str, int]  # folded name -> its first month, of three
    irregular: Mapping[str, str]  # folded form that a stemmer does not know -> folded word
    weekdays: Mapping[str, int]  # folded name -> 0..6, from Monday on
    holidays: HolidayNames
    quarters: frozenset[str]  # what stands before the number of a quarter: "Q2"
    ordinals: Mapping[str, int]  # folded word -> 1..4
    week_ordinals: Mapping[str, int]  # the same before a week or weekend of a month
    numbers: Mapping[str, int]  # folded word -> 1..20, 30, 40, ...
    decades: Mapping[str, int]  # folded word -> 20..90
    ages_need_no_years: bool  # "Anna at 3" is an age, as opposed to "Anna a 3"
    leads_decades: bool  # the words of ``decades`` are numbers, and name a decade only after a phrase of DECADE
    times: Mapping[str, DayTime]  # folded word -> time of the day
    near_times: Mapping[str, tuple[int, DayTime]]  # folded word -> how many days ago, and the time: "tonight"
    near_time_starts: frozenset[str]  # the first words of these
    kinds: Mapping[str, MatchKind]  # folded phrase before a name -> the kind of what it names: "folder"
    kind_starts: frozenset[str]  # the first words of these phrases
    clock_starts: frozenset[str]  # the first words before times of the clock other than numbers
    parts_before: Mapping[str, int]  # folded phrase before an hour -> minutes after that hour: 30 for "half past"
    parts_after: Mapping[str, int]  # the same after an hour: -15 for "meno un quarto"
    minutes: Mapping[str, int]  # folded number in words -> 1..59
    exactly: frozenset[str]  # words of ME that count only as they are written here, such as "I" and "mí"
    sayings: Mapping[str, Saying]  # folded phrase -> what it says of a photo
    saying_starts: frozenset[str]  # the first words of these phrases
    written: Mapping[PhraseRole | Saying, str]  # the first phrase of each, as it is written
    labels: LabelWords
    prefixes: Mapping[str, Prefix]
    countries: Mapping[str, tuple[str, ...]]  # common names that ISO 3166 lacks, by the code of the country

    def taken(self, texts: Sequence[str], at: int, role: PhraseRole) -> int:
        """Returns how many of the folded words, from ``at`` on, form a phrase of that role, or 0."""
        most = self.longest[role].get(texts[at], 0) if at < len(texts) else 0
        for count in range(most, 0, -1):
            if role in self.roles.get(" ".join(texts[at : at + count]), ()):
                return min(count, len(texts) - at)
        return 0

    def lead(self, texts: Sequence[str], at: int) -> tuple[int, frozenset[PhraseRole]]:
        """Returns the number of words, and the roles, of the longest phrase from ``at`` on that introduces or joins
        what follows. The number is 0 if there is no such phrase."""
        if texts[at] not in self.lead_starts:
            return 0, _NO_ROLE
        for count in range(min(MAX_PHRASE_WORDS, len(texts) - at), 0, -1):
            roles = self.roles.get(" ".join(texts[at : at + count]), _NO_ROLE)
            if not roles.isdisjoint(LEADS):
                return count, roles
        return 0, _NO_ROLE

    @staticmethod
    def named(
        texts: Sequence[str], at: int, names: Mapping[str, N], most: int = MAX_PHRASE_WORDS
    ) -> tuple[int, N | None]:
        """Returns the longest of the names, of at most that many words, that begins at a token: how many words it has,
        and what it stands for. The number is 0 if there is no such name."""
        for count in range(min(most, len(texts) - at), 0, -1):
            if (found := names.get(" ".join(texts[at : at + count]))) is not None:
                return count, found
        return 0, None

    def vocabulary(self) -> set[str]:
        """Returns the words of the phrases of the table. A "couple" that is counted may be one in a name, too."""
        phrases = (phrase for phrase, roles in self.roles.items() if roles != {PhraseRole.COUPLE})
        return {word for phrase in (*phrases, *self.months, *self.seasons) for word in phrase.split()}


def language(
    code: str,
    stemmer: str,
    roles: Mapping[PhraseRole, str],
    seasons: Mapping[int, str],
    prefixes: Mapping[str, Prefix],
    quarters: str,
    ordinals: str,
    numbers: str,
    tens: str,
    decades: str,
    times: Mapping[DayTime, str],
    holidays: Mapping[Holiday, str],
    irregular: str = "",
    week_ordinals: str = "",
    other_weekdays: str = "",
    leads_decades: bool = True,
    ages_need_no_years: bool = False,
    other_months: str = "",
    exactly: str = "",
    countries: Mapping[str, str] | None = None,
    sayings: Mapping[Saying, str] | None = None,
    near_times: Mapping[tuple[int, DayTime], str] | None = None,
    kinds: Mapping[MatchKind, str] | None = None,
    parts_before: Mapping[int, str] | None = None,
    parts_after: Mapping[int, str] | None = None,
    fives: str = "",
) -> Language:
    """Makes a table from text, and from the names of months and days of the language.

    Phrases are separated by commas, months begin with January and may have alternatives ("Sep/Sept"), and seasons are
    given by their first month. Ordinals and numbers begin with one, tens with thirty, and decades with the twenties.
    ``other_months`` are abbreviations that the CLDR does not have, and ``other_weekdays`` plurals, from Monday on.
    ``irregular`` has forms whose stem is another one than that of the word, such as "mice/mouse". ``parts_before`` and
    ``parts_after`` have the phrases beside an hour by the minutes that they add to it, and ``fives`` are the numbers
    25, 35, 45 and 55.
    """
    months, short_months, weekdays = CALENDAR_NAMES[code]
    by_phrase: dict[str, frozenset[PhraseRole]] = {}
    for role, text in roles.items():
        for phrase in _phrases(text):
            its = {role, PhraseRole.FILLER} if role is PhraseRole.PHOTOS else {role}
            by_phrase[phrase] = by_phrase.get(phrase, frozenset()) | its
    numbered = _numbered(numbers) | {name: 10 * place + 20 for name, place in _numbered(tens).items()}
    by_month = _numbered(months), _numbered(short_months) | _numbered(other_months)
    days = _weekdays(weekdays) | {name: place - 1 for name, place in _numbered(other_weekdays).items()}
    named_seasons = {name: month for month, names in seasons.items() for name in _phrases(names)}
    named_times = {name: time for time, names in times.items() for name in _phrases(names)}
    near = {name: time for time, names in (near_times or {}).items() for name in _phrases(names)}
    before, after = (_by_phrase(parts or {}) for parts in (parts_before, parts_after))
    dates = (
        *by_month,
        days,
        named_seasons,
        named_times,
        near,
        numbered,
        _numbered(ordinals),
        _numbered(week_ordinals),
        _numbered(decades),
    )
    leading = [phrase for phrase, its in by_phrase.items() if not its.isdisjoint(DATES)]
    leading += [phrase for saying in _BOUNDS for phrase in _phrases((sayings or {}).get(saying, ""))]
    return Language(
        code=code,
        stemmer=stemmer,
        roles=by_phrase,
        longest=longest_phrases(by_phrase),
        words=frozenset(word for phrase in by_phrase for word in phrase.split()),
        lead_starts=first_words(phrase for phrase, its in by_phrase.items() if not its.isdisjoint(LEADS)),
        date_starts=first_words((*chain(*dates), *leading, *_phrases(quarters))),
        months=by_month[0],
        short_months=by_month[1],
        seasons=named_seasons,
        irregular=dict(_pair(forms) for forms in irregular.split(",") if forms.strip()),
        weekdays=days,
        holidays=HolidayNames.of({name: each.span for each, names in holidays.items() for name in _phrases(names)}),
        quarters=frozenset(_phrases(quarters)),
        ordinals=_numbered(ordinals),
        week_ordinals=_numbered(week_ordinals or ordinals),
        numbers=numbered,
        decades={name: 10 * place + 10 for name, place in _numbered(decades).items()},
        ages_need_no_years=ages_need_no_years,
        leads_decades=leads_decades,
        times=named_times,
        near_times=near,
        near_time_starts=first_words(near),
        kinds={phrase: kind for kind, text in (kinds or {}).items() for phrase in _phrases(text)},
        kind_starts=first_words(phrase for text in (kinds or {}).values() for phrase in _phrases(text)),
        clock_starts=clock_starts(by_phrase, before),
        parts_before=before,
        parts_after=after,
        minutes={name: number for name, number in numbered.items() if number < 60}
        | {name: 10 * place + 15 for name, place in _numbered(fives).items()},
        exactly=frozenset(exactly.split()),
        sayings={phrase: saying for saying, text in (sayings or {}).items() for phrase in _phrases(text)},
        saying_starts=first_words(phrase for text in (sayings or {}).values() for phrase in _phrases(text)),
        written=_written(roles) | _written(sayings or {}),
        labels=LabelWords(
            code,
            months.split(","),
            weekdays.split(","),
            {holiday.label: _first_phrase(names) for holiday, names in holidays.items()},
            {month: _first_phrase(names) for month, names in seasons.items()},
        ),
        prefixes=prefixes,
        countries={code: tuple(names.split(",")) for code, names in (countries or {}).items()},
    )


def longest_phrases(roles: Mapping[str, frozenset[PhraseRole]]) -> dict[PhraseRole, dict[str, int]]:
    """Returns, for each role and the first word of its phrases, how many words the longest of these has."""
    found: dict[PhraseRole, dict[str, int]] = {role: {} for role in PhraseRole}
    for phrase, its in roles.items():
        for role in its:
            words = phrase.split()
            found[role][words[0]] = max(found[role].get(words[0], 0), len(words))
    return found


def clock_starts(roles: Mapping[str, frozenset[PhraseRole]], parts_before: Iterable[str]) -> frozenset[str]:
    """Returns the first words of phrases before times of the clock."""
    return first_words((*(phrase for phrase, its in roles.items() if not its.isdisjoint(CLOCK)), *parts_before))


def _written(table: Mapping[W, str]) -> dict[PhraseRole | Saying, str]:
    return {meaning: _first_phrase(text) for meaning, text in table.items()}


def _first_phrase(text: str) -> str:
    return text.partition(",")[0].strip()


def _pair(forms: str) -> tuple[str, str]:
    form, _, word = forms.partition("/")
    return fold(form.strip()), fold(word.strip())


def first_words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(phrase.partition(" ")[0] for phrase in phrases)


def _weekdays(names: str) -> dict[str, int]:
    """Returns the full names, also with the "s" of a plural: "Sundays", "dimanches", "sonntags"."""
    return {form: place - 1 for name, place in _numbered(names).items() for form in (name, f"{name}s")}


def _numbered(months: str) -> dict[str, int]:
    return {
        name: place + 1 for place, names in enumerate(months.split(",")) for name in _phrases(names.replace("/", ","))
    }


def _by_phrase(table: Mapping[int, str]) -> dict[str, int]:
    return {phrase: number for number, text in table.items() for phrase in _phrases(text)}


def _phrases(text: str) -> list[str]:
    return [" ".join(name_words(phrase)) for phrase in text.split(",") if phrase.strip()]
