"""Reads dates as cameras, programs and people write them into metadata."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from photos_graph.library.dates_in_words import dates_in
from photos_graph.library.zones import parse_offset
from photos_graph.model.library import DatePrecision

_SECOND, _DAY, _MONTH, _YEAR = DatePrecision

# The unknown parts of a date are blank or zero: "1987:06:  ", "1987:00:00 00:00:00". XMP leaves them out.
_YEAR_FIRST = re.compile(r"(\d{4})(?:([:\-/.])\s*(\d{0,2})\s*(?:\2\s*(\d{0,2}))?|(?![\d:\-/.]))", re.ASCII)
_SPACED = re.compile(r"(\d{4})() (\d\d) (\d\d)(?!\d)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})()(\d\d)(\d\d)?(?=$|[T ]|\d{4}(?:\d\d)?(?!\d))", re.ASCII)
_SHORT_YEAR = re.compile(r"(\d\d)(:)(\d\d)\2(\d\d)(?!\d|:)", re.ASCII)  # in the order that EXIF prescribes
_YEAR_LAST = re.compile(r"(\d\d?)\s*([:\-/.])\s*(\d\d?)\s*\2\s*(\d{4})(?!\d)", re.ASCII)
_MONTH_AND_YEAR = re.compile(r"(\d\d?)\s*[\-/.]\s*(\d{4})(?!\d)", re.ASCII)
_MONTH_NAME = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_CLOCK = re.compile(
    r"[T\s,]*(?:([AP])\.?M\.?\s*)?(\d\d?)(?:([:.\-])\s*(\d\d)(?:\3\s*(\d\d?)(?:[.,:](\d{1,9}))?)?|(\d\d)(\d\d)?)"
    r"\s*(?:([AP])\.?M\b\.?)?\s*(Z\b|UTC\b|GMT\b|[+-]\d\d(?::?\d\d)?(?!\d))?\s*",
    re.ASCII | re.IGNORECASE,
)
_WORD = re.compile(r"\s+(?![AP]\.?M\b)[^\W\d_]{1,5}\.?\s+", re.IGNORECASE)  # 22.08.2015 um 13:08
_NO_CLOCK = re.compile(r"[\s:.\-]*|(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_UNKNOWN = re.compile(r"[\s:.\-/0TZ+]*", re.ASCII)
_EAST_ASIAN = {"年": "-", "月": "-", "日": " ", "時": ":", "时": ":", "分": ":", "秒": " "} | {
    "년": "-", "월": "-", "일": " ", "시": ":", "분": ":", "초": " "
}  # fmt: skip
_HALVES = {"午前": "AM ", "上午": "AM ", "오전": "AM ", "午後": "PM ", "下午": "PM ", "오후": "PM "}
_WORDS = re.compile("|".join([*_HALVES, *_EAST_ASIAN, "\0"]))
_LONGEST = 100  # characters that are looked at


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as a text states it, with the start of the day, month or year if it states no more.

    ``odd`` tells that the text was not written as dates are, and ``lossy`` that a part of it was lost. A date of which
    the day or the month could not be read is not ``whole``.
    """

    at: datetime
    precision: DatePrecision = _SECOND
    offset: str | None = None
    odd: bool = False
    lossy: bool = False
    whole: bool = True


def says_unknown(text: str) -> bool:
    """Returns whether the text is blank, or the zeros that stand for an unknown date."""
    return bool(_UNKNOWN.fullmatch(_normal(text)))


def read_date(text: str, this_year: int) -> ReadDate | None:
    """Returns the date, or None if the text has no year. Two digits are the last possible year."""
    text = _normal(text)
    for pattern in (_COMPACT, _SPACED, _YEAR_FIRST):
        if match := pattern.match(text):
            year, _, month, day = match.groups()
            return _with_clock(_dated(int(year), month, day), text[match.end() :])
    if match := _SHORT_YEAR.match(text):
        year, month, day = int(match[1]), match[3], match[4]
        century = this_year // 100 * 100
        year += century if century + year <= this_year else century - 100
        return _oddly(_with_clock(_dated(year, month, day), text[match.end() :]))
    if match := _YEAR_LAST.match(text):
        first, separator, second, last = match.groups()
        return _oddly(_with_clock(_year_last(int(first), separator, int(second), int(last)), text[match.end() :]))
    if match := _MONTH_AND_YEAR.match(text):
        return _oddly(_with_clock(_dated(int(match[2]), match[1], None), text[match.end() :]))
    return _named(text)


def _normal(text: str) -> str:
    words = _HALVES | _EAST_ASIAN
    return _WORDS.sub(lambda word: words.get(word[0], " "), unicodedata.normalize("NFKC", text[:_LONGEST])).strip()


def _oddly(found: ReadDate | None) -> ReadDate | None:
    return found and replace(found, odd=True)


def _dated(year: int, month: str | None, day: str | None) -> ReadDate | None:
    if not year:
        return None
    months, days = int(month or 0), int(day or 0)
    if not months:
        return ReadDate(datetime(year, 1, 1), _YEAR)
    if months > 12:
        return ReadDate(datetime(year, 1, 1), _YEAR, odd=True, lossy=True, whole=False)
    if not days:
        return ReadDate(datetime(year, months, 1), _MONTH)
    try:
        return ReadDate(datetime(year, months, days), _DAY)
    except ValueError:
        return ReadDate(datetime(year, months, 1), _MONTH, odd=True, lossy=True, whole=False)


def _year_last(first: int, separator: str, second: int, year: int) -> ReadDate | None:
    """Reads 22/08/2015 and 08/22/2015. In 05/08/2015 only the year is certain, while 05.08.2015 is the fifth of
    August."""
    if separator == "." or first > 12 or first == second:
        return _dated(year, str(second), str(first))
    if second > 12:
        return _dated(year, str(first), str(second))
    return ReadDate(datetime(year, 1, 1), _YEAR, lossy=True)


def _with_clock(day: ReadDate | None, rest: str) -> ReadDate | None:
    if day is None or not rest.strip(" :.-"):
        return day
    if word := _WORD.match(rest):
        day, rest = replace(day, odd=True), rest[word.end() :]
    match = _CLOCK.match(rest)
    if day.precision is not _DAY:  # a month or a year has no clock
        return day if match or _NO_CLOCK.fullmatch(rest) else replace(day, odd=True)
    moment = match and _moment(day, match)
    if not match or not moment:
        known = bool(_NO_CLOCK.fullmatch(rest))
        return day if known else replace(day, odd=True, lossy=True)
    left = rest[match.end() :].strip()
    return replace(moment, odd=True, lossy=True) if left else moment


def _moment(day: ReadDate, clock: re.Match[str]) -> ReadDate | None:
    before, hour, _, minute, second, fraction, minute_too, second_too, after, offset = clock.groups()
    hours, minutes, seconds = int(hour), int(minute or minute_too), int(second or second_too or 0)
    half = (before or after or "").upper()
    odd = bool(half) or hours == 24 or seconds > 60
    if hours == 24:  # midnight, on a clock that counts from 1
        hours = 0
    elif half and hours <= 12:
        hours = hours % 12 + (12 if half == "P" else 0)
    if hours > 23 or minutes > 59:
        return None
    at = day.at.replace(hour=hours, minute=minutes, second=min(seconds, 59), microsecond=microseconds(fraction or ""))
    return replace(day, at=at, precision=_SECOND, offset=parse_offset(offset or ""), odd=day.odd or odd)


def microseconds(fraction: str) -> int:
    """Converts the digits after the point of a second."""
    return int(fraction[:6].ljust(6, "0"))


def _named(text: str) -> ReadDate | None:
    """Reads the date of a mail, such as "Sat, 22 Aug 2015 10:11:12 +0200", also without the time, or one in words."""
    if _MONTH_NAME.search(text) and (found := _of_mail(text)):
        return found
    words = next(dates_in(text), None)
    return ReadDate(*words, odd=True) if words else None


def _of_mail(text: str) -> ReadDate | None:
    has_clock = ":" in text
    try:
        found = parsedate_to_datetime(text if has_clock else f"{text} 00:00:00")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    offset = parse_offset(found.strftime("%z")) if found.tzinfo else None
    return ReadDate(found.replace(tzinfo=None), _SECOND if has_clock else _DAY, offset, odd=True)
