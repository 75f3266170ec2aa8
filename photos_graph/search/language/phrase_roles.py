"""The functions that phrases have in a search text."""

from __future__ import annotations

from enum import Enum, auto


class PhraseRole(Enum):
    """The function of a phrase. A phrase may have several: "from" introduces a range of dates, or only a place."""

    __hash__ = object.__hash__  # that of Enum is written in Python, and asked often

    AND = auto()
    OR = auto()
    NOT = auto()  # negates what follows
    WITHOUT = auto()  # negates what follows, and what follows the "and" after it
    NOR = auto()  # does the same after another negation: "weder Anna noch Bob", but not "noch ein Foto"
    OUTSIDE = auto()  # before a place, negates it
    ONLY = auto()
    ALONE = auto()  # after persons: "Anna alone"
    LINK = auto()  # "in", "with": has no meaning, but begins a new condition
    FILLER = auto()  # "the": has no meaning
    PHOTOS = auto()  # "photos", "all": a filler that asks for all photos if nothing else is asked for
    OPENING = auto()  # "show me": has no meaning at the start
    ME = auto()
    OF = auto()  # between a month or season and its year
    BETWEEN = auto()
    FROM = auto()  # a date TO a date
    TO = auto()
    ONTO = auto()  # between a night and the day on which it ends, or the days around it: "Nacht auf Sonntag"
    BEFORE = auto()
    AFTER = auto()
    SINCE = auto()
    UNTIL = auto()
    OLDER = auto()  # before a time that is counted back: "older than 5 years"
    NEWER = auto()
    LAST = auto()
    LAST_AFTER = auto()  # stands after its noun: "estate scorsa"
    BEFORE_LAST = auto()  # "vorletztes Jahr"
    BEFORE_LAST_AFTER = auto()  # "the year before last"
    THIS = auto()
    AGO_BEFORE = auto()  # stands before the number: "vor 10 Jahren"
    AGO = auto()  # "10 years ago"
    COUPLE = auto()  # stands for two, before what is counted: "a couple of weeks ago"
    HALF_YEAR = auto()
    DAY = auto()
    WEEKEND = auto()
    WORKDAYS = auto()  # from Monday to Friday
    WEEK = auto()
    MONTH = auto()
    QUARTER = auto()
    YEAR = auto()
    NEAR = auto()  # before a place
    WITHIN = auto()  # before a distance from a place
    AGED = auto()  # between a person and an age: "Anna at 3"
    OLD = auto()  # after the years of an age: "3 years old"
    MINE = auto()  # before a birthday
    CLOCK = auto()  # before a number that is then an hour: "um 8", "alle 8"
    HOUR = auto()  # after the number of an hour: "8 Uhr", "20h"
    AM = auto()
    PM = auto()
    MINUTES_PAST = auto()  # between minutes and the hour after which they are: "ten past eight"
    MINUTES_TO = auto()  # the same before the hour: "zehn vor acht"
    AND_MINUTES = auto()  # between an hour and the minutes after it: "le otto e dieci"
    LESS_MINUTES = auto()  # the same before it: "le otto meno dieci"
    ON_THIS_DAY = auto()  # of any year
    DECADE = auto()  # before a decade: "anni novanta"
    DECADE_ENDING = auto()  # "1990s"
    TODAY = auto()
    YESTERDAY = auto()
    DAY_BEFORE_YESTERDAY = auto()
    EARLY = auto()  # this and the next two: a third of a month, season, year or decade
    MIDDLE = auto()
    LATE = auto()
    FIRST_HALF = auto()  # this and the next one: of the same
    SECOND_HALF = auto()
    DAY_ENDING = auto()  # "14th August"


LEADS = frozenset(
    (
        PhraseRole.AND,
        PhraseRole.OR,
        PhraseRole.NOT,
        PhraseRole.WITHOUT,
        PhraseRole.NOR,
        PhraseRole.ONLY,
        PhraseRole.LINK,
        PhraseRole.NEAR,
        PhraseRole.FILLER,
    )
)
DATES = frozenset(  # with which a date may begin
    (
        PhraseRole.BETWEEN,
        PhraseRole.FROM,
        PhraseRole.BEFORE,
        PhraseRole.AFTER,
        PhraseRole.SINCE,
        PhraseRole.UNTIL,
        PhraseRole.OLDER,
        PhraseRole.NEWER,
        PhraseRole.COUPLE,
        PhraseRole.HALF_YEAR,
        PhraseRole.LAST,
        PhraseRole.BEFORE_LAST,
        PhraseRole.THIS,
        PhraseRole.AGO_BEFORE,
        PhraseRole.DAY,
        PhraseRole.WEEKEND,
        PhraseRole.WORKDAYS,
        PhraseRole.WEEK,
        PhraseRole.MONTH,
        PhraseRole.QUARTER,
        PhraseRole.YEAR,
        PhraseRole.ON_THIS_DAY,
        PhraseRole.DECADE,
        PhraseRole.TODAY,
        PhraseRole.YESTERDAY,
        PhraseRole.DAY_BEFORE_YESTERDAY,
        PhraseRole.EARLY,
        PhraseRole.MIDDLE,
        PhraseRole.LATE,
        PhraseRole.FIRST_HALF,
        PhraseRole.SECOND_HALF,
    )
)
CLOCK = frozenset(  # with which a time of the clock may begin
    (
        PhraseRole.CLOCK,
        PhraseRole.BETWEEN,
        PhraseRole.FROM,
        PhraseRole.BEFORE,
        PhraseRole.AFTER,
        PhraseRole.SINCE,
        PhraseRole.UNTIL,
    )
)
