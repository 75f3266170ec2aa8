"""The prefix ``taken:``, which says every condition on the date that a filter has, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from photos_graph.errors import BadInput
from photos_graph.search.label_words import ENGLISH_LABELS, LabelWords
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.term import PrefixTerm, Term

_DATE = re.compile(r"([0-9]{4}|\*)(?:-([0-9]{2}|\*)(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(r"(>=|<)([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9:.]+)?)")


class TakenPrefix(PrefixTerm):
    """A prefix for the parts of a date, with a star for those that do not matter, or for one bound: the earliest
    moment, or the moment before which a photo was taken. It makes a ``TakenIn``, and is never made itself."""

    __slots__ = ()

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        found = _bound(value) or _parts(value)
        if found is None:
            raise BadInput(
                "`taken:` takes a date or a bound, as in taken:2019-08, taken:*-08-14, taken:>=2019-08-01 or "
                "taken:<2019-08-01T12:00."
            )
        return found.checked(), label(found)


def values(term: TakenIn) -> list[str]:
    """Returns the values of the prefix that together say the term."""
    said = [f">={term.after.isoformat()}"] if term.after else []
    said += [f"<{term.before.isoformat()}"] if term.before else []
    if term.year or term.month or term.day:
        year, month = f"{term.year:04}" if term.year else "*", f"{term.month:02}" if term.month else "*"
        said.append(f"{year}-{month}-{term.day:02}" if term.day else f"{year}-{month}" if term.month else year)
    return said


def label(term: TakenIn, words: LabelWords = ENGLISH_LABELS) -> str:
    """Returns the condition in words, such as "14 August", "August 2019" or "1 to 3 August 2019"."""
    said = list(_parts_in_words(term, words))
    # An empty span has no last day.
    are_days = term.after and term.before and _is_midnight(term.after) and _is_midnight(term.before)
    if term.after and term.before and are_days and term.before > term.after:
        said.append(words.range(_day(term.after, words), _day(term.before - timedelta(days=1), words)))
    else:
        said += [words.say("since {}", _moment(term.after, words))] if term.after else []
        said += [words.say("before {}", _moment(term.before, words))] if term.before else []
    return ", ".join(said) or words.say("any date")


def _parts_in_words(term: TakenIn, words: LabelWords) -> Iterator[str]:
    day, month, year = term.day or None, term.month or None, term.year or None
    if day and month:
        yield words.day(day, month, year)
    elif day:
        yield " ".join([words.say("day {} of any month", day), *([str(year)] if year else [])])
    elif month:
        yield words.month(month, year)
    elif year:
        yield str(year)


def _bound(value: str) -> TakenIn | None:
    match = _MOMENT.fullmatch(value)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match[2])
    except ValueError:
        return None
    if moment.tzinfo is not None:
        return None
    return TakenIn(after=moment) if match[1] == ">=" else TakenIn(before=moment)


def _parts(value: str) -> TakenIn | None:
    match = _DATE.fullmatch(value)
    numbers = [None if part in (None, "*") else int(part) for part in match.groups()] if match else []
    return TakenIn(None, None, *numbers) if any(numbers) else None


def _is_midnight(moment: datetime) -> bool:
    return moment == datetime(moment.year, moment.month, moment.day)


def _moment(moment: datetime, words: LabelWords) -> str:
    day = _day(moment, words)
    return day if _is_midnight(moment) else f"{day} {moment:%H:%M:%S}".removesuffix(":00")


def _day(moment: datetime, words: LabelWords) -> str:
    return words.day(moment.day, moment.month, moment.year)
