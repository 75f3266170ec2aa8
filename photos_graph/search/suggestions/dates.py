"""Dates as suggestions: years, months, seasons and holidays, of any year and of those that have photos, and what else
a text says as a date."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate, islice

from pyroaring import BitMap

from photos_graph.model.search import SuggestionKind
from photos_graph.search.evaluation import evaluate
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.folding import name_words
from photos_graph.search.label_words import LabelWords
from photos_graph.search.language.customs import Customs
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.holidays import Holiday
from photos_graph.search.language.spans import Span, in_year, whole_months, yearly
from photos_graph.search.language.tokens import tokens
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.query import Or, Query
from photos_graph.search.suggestions.name_index import Called, Fitting, NameIndex
from photos_graph.search.suggestions.sources import Typed
from photos_graph.search.terms.dates import TakenIn

_MOST_DATED = 3  # names of parts of the year that are also suggested for single years
_MOST_READ = 200  # characters of a text that may be a date
_HOLIDAYS = {holiday.span: holiday.label for holiday in Holiday}


class DateSource:
    kind = SuggestionKind.DATE

    def __init__(self, sets: PhotoSets, customs: Customs) -> None:
        self._sets = sets
        self._customs = customs
        self._parts: NameIndex[Span] | None = None  # of any year
        self._version = -1  # of the sets that the following are of
        self._photos: dict[Span, BitMap] = {}
        self._months: list[int] = []  # since January 1970, those that have photos
        self._sums = [0]  # of their photos before each of them, and of all
        self._of_year = [0] * 12  # the photos of each month of any year

    def find(self, typed: Typed, slipped: bool) -> Fitting[Span]:
        self._refresh()
        if self._parts is None:
            self._parts = NameIndex(
                each for language in self._customs.languages for each in _parts(language, self._customs)
            )
        numbers = [word for word in typed.words if word.isdecimal()]
        texts = [word for word in typed.words if not word.isdecimal()]
        parts = self._parts.find(texts, slipped)
        best = [name for _, names in sorted(parts.names.items()) for name in names]
        names = NameIndex([*([] if numbers else best), *self._dated(best, numbers), *self._read(typed.text)])
        found = names.find(typed.words, slipped)
        return Fitting(found.names, [*found.starts, *parts.starts])

    def _dated(self, parts: Sequence[Called[Span]], numbers: Sequence[str]) -> Iterator[Called[Span]]:
        """Yields the years that begin with a number, or the parts of these years."""
        if len(numbers) > 1:
            return
        years = [year for year in sorted(self._sets.years, reverse=True) if str(year).startswith(tuple(numbers) or "")]
        if not parts:
            for year in years:
                yield Called(whole_months(date(year, 1, 1), 12), (str(year),), str(year))
        best: dict[Span, Called[Span]] = {}
        for name in parts:
            best.setdefault(name.key, name)
        for part in islice(best.values(), _MOST_DATED):
            for year in years:
                label = f"{part.label} {year}"
                yield Called(in_year(part.key, year), (*part.words, str(year)), label)

    def _read(self, text: str) -> Iterator[Called[Span]]:
        """Yields what the whole text says as a date, such as "14 august 2019" or "last summer"."""
        found = list(tokens(text[:_MOST_READ]))
        for language in self._customs.languages:
            read = Dates(language, self._customs, date.today(), found).read(0) if found else None
            if read is not None and read[0] == len(found) and _has_filter(read[1]):
                yield Called(read[1], tuple(name_words(text)), read[1].label(language.labels))

    def most(self, key: Span) -> int:
        if key.movable is not None:
            return self._sums[-1]
        if key.recurs:
            return sum(self._of_year[month - 1] for month in {*key.months, *(month for month, _ in key.days)})
        low = 0 if key.start is None else bisect_left(self._months, _month(key.start))
        high = len(self._months) if key.end is None else bisect_right(self._months, _month(key.end))
        return self._sums[high] - self._sums[low]

    def photos(self, key: Span) -> BitMap:
        if key not in self._photos:
            self._photos[key] = evaluate(self._sets, self._query(key))
        return self._photos[key]

    def _refresh(self) -> None:
        """Counts the photos of months, and forgets what was found, if photos have changed."""
        if self._version == self._sets.version:
            return
        self._version = self._sets.version
        self._photos.clear()
        self._months = sorted(self._sets.months)
        sizes = [len(self._sets.months[month]) for month in self._months]
        self._sums = [0, *accumulate(sizes)]
        self._of_year = [0] * 12
        for month, size in zip(self._months, sizes, strict=True):
            self._of_year[month % 12] += size

    def _query(self, key: Span) -> Query:
        terms = self._terms(key)
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def label(self, name: Called[Span]) -> str:
        return name.label or ""

    def text(self, name: Called[Span]) -> str | None:
        return name.label

    def id(self, key: Span) -> str | None:
        return None

    def filter(self, key: Span) -> PhotoFilter:
        terms = self._terms(key)
        if len(terms) == 1:
            return PhotoFilter(taken=terms[0])
        return PhotoFilter(or_=tuple(PhotoFilter(taken=term) for term in terms))

    def _terms(self, key: Span) -> list[TakenIn]:
        """Returns the conditions of which one must hold. A holiday that is on another day in each year is taken apart
        by the years that have photos."""
        if key.movable is not None:
            spans = [in_year(key, year) for year in sorted(self._sets.years)]
            queries = [
                span.query()
                for span in spans
                if span.start is not None and span.end is not None and span.start < span.end
            ]
        else:
            query = key.query()
            queries = list(query.parts) if isinstance(query, Or) else [query]
        return [query for query in queries if isinstance(query, TakenIn)]


def _parts(language: Language, customs: Customs) -> Iterator[Called[Span]]:
    """Yields the months, seasons and holidays of any year."""
    words = language.labels
    for name, month in language.months.items():
        yield Called(yearly(month, 1), name.split(), words.month(month))
    for name, first in customs.seasons(language).items():
        yield Called(yearly(first, 3), name.split(), words.seasons[language.seasons[name]])
    for known in customs.holidays(language):
        for name, span in known.spans.items():
            yield Called(span, name.split(), _holiday(span, words))


def _holiday(span: Span, words: LabelWords) -> str:
    if span in _HOLIDAYS:
        return words.holidays.get(_HOLIDAYS[span], _HOLIDAYS[span])
    return span.label(words)


def _has_filter(span: Span) -> bool:
    """Returns whether filters can say it: they know neither days of the week nor times of the day."""
    return not span.weekdays and span.time is None


def _month(of: date) -> int:
    """Returns the number of months since January 1970."""
    return (of.year - 1970) * 12 + of.month - 1
