"""Reads the time that cameras, phones, operating systems, messengers and people write into the name of a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

from photos_graph.library.dates_in_words import dates_in
from photos_graph.model.library import DatePrecision, Taken, TakenSource

# IMG_20190805_123456, PXL_20210102_030405678, 20190805123456, 2019-08-05 12.34.56, Screenshot_2019-08-05-12-34-56,
# WhatsApp Image 2019-08-05 at 1.34.56 PM, Schermata 2019-08-05 alle 12.34.56, photo_1@22-08-2019_10-11-12
_DAYS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})(?P<mark>[-_. ]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)",
        r"(?<![a-z\d.])(?P<first>\d\d?)(?P<mark>[-_.])(?P<second>\d\d?)(?P=mark)(?P<year>\d{4})(?!\.?\d)",
        # Näyttökuva 2019-8-5 kello 1.02.03, which is a date only with its time
        r"(?<!\d)(?P<year>\d{4})(?P<mark>-)(?P<month>\d\d?)-(?P<day>\d\d?)(?=\s[a-z]{2,5}\s\d)",
    )
)
# What operating systems put between the day and the time: "alle", "um", "à", "a las", "kl.", ", às".
_WORDS = r"(?:,?[\s_-](?:[^\d\s_-]{1,7}[\s_-]){1,2})"
_HALF = r"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?"
_HOUR = r"(?P<hour>\d\d?(?=[-_.:h\s])|\d\d)"
_REST = rf"(?P<minute>\d\d)(?P=mark)(?P<second>\d\d)(?:[-_. ]?(?P<thousandths>\d{{3}}))?{_HALF}"
_CLOCKS = tuple(
    re.compile(pattern + r"(?!\d)", re.ASCII)
    for pattern in (
        rf"(?:[-_.T\s]|,\s|\s-\s)?{_HOUR}(?P<mark>[-_.:h\s]?){_REST}",
        rf"{_WORDS}{_HOUR}(?P<mark>[-_.:h\s]){_REST}",
        rf"(?:[_T\s]|,\s|{_WORDS})(?P<hour>\d\d?)[.:h](?P<minute>\d\d)(?![-_.:]\d){_HALF}",
    )
)
_NEXTCLOUD = re.compile(r"(\d\d-\d\d-\d\d \d\d-\d\d-\d\d) \d{4}", re.ASCII)  # 19-08-05 12-34-56 1234
# FB_IMG_1565000000000, mmexport1565000000000, 1565000000000: milliseconds since 1970
_EPOCH = re.compile(r"(?:FB_IMG_|mmexport|received_|image-|Snapchat-)?(1\d{9})(\d{3})", re.ASCII | re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"(?=.*\d)(?=.*[a-f])[0-9a-f]{4,}(?:-[0-9a-f]{4,}){2,}|(?=.*[a-f])[0-9a-f]{24,}", re.IGNORECASE
)
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])\s+[^\W\d_]{3,}")  # 1987-06 on the beach
_FIRST_DIGITAL = 1975
_HALVES = {"午前": "AM", "上午": "AM", "오전": "AM", "午後": "PM", "下午": "PM", "오후": "PM"}
_HALF_BEFORE = re.compile(rf"\s*({'|'.join(_HALVES)})\s*([\d.:]+)")
_HALVES_AFTER = {"π.μ.": "AM", "μ.μ.": "PM", "ص": "AM", "م": "PM"}
_HALF_AFTER = re.compile(rf"(?<=\d)\s({'|'.join(map(re.escape, _HALVES_AFTER))})(?!\w)")
_BUDDHIST = range(2400, 2700)  # the years of 1857 to 2156, as Thai systems count them


def taken_from_name(file_name: str) -> Taken | None:
    """Returns the time in the name, or the start of the day, month or year if it names no more.

    Returns None if the name contains no valid date, or digits that may be something else.
    """
    stem = _plain(file_name.rpartition(".")[0] or file_name)
    if _IDENTIFIER.fullmatch(stem):
        return None
    if match := _EPOCH.fullmatch(stem):
        at = datetime.fromtimestamp(int(match[1]), UTC).replace(tzinfo=None)
        return Taken(at.replace(microsecond=int(match[2]) * 1000), TakenSource.FILE_NAME, "+00:00")
    if match := _NEXTCLOUD.fullmatch(stem):
        return _nextcloud(match[1])
    stem = _HALF_BEFORE.sub(lambda match: f" {match[2]} {_HALVES[match[1]]}", stem)
    stem = _HALF_AFTER.sub(lambda match: f" {_HALVES_AFTER[match[1]]}", stem)
    return next(_dates(stem), None)


def _plain(stem: str) -> str:
    """Returns the name with digits of ASCII, composed letters, plain blanks, and no marks for the direction of
    writing."""
    letters = (str(unicodedata.decimal(letter, letter)) for letter in unicodedata.normalize("NFKC", stem))
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")


def _nextcloud(text: str) -> Taken | None:
    try:
        return Taken(datetime.strptime(text, "%y-%m-%d %H-%M-%S"), TakenSource.FILE_NAME)
    except ValueError:
        return None


def _dates(stem: str) -> Iterator[Taken]:
    for pattern in _DAYS:
        for match in pattern.finditer(stem):
            if (day := _day(match.groupdict())) and (found := _with_clock(day, stem, match.end())):
                yield found
    for at, precision in dates_in(stem):
        yield Taken(at, TakenSource.FILE_NAME, precision=precision)
    # 2005-06 may be a season, from one year to the next.
    season = _MONTH.match(stem)
    if season and int(season["month"]) != (int(season["year"]) + 1) % 100 and int(season["year"]):
        at = datetime(int(season["year"]), int(season["month"]), 1)
        yield Taken(at, TakenSource.FILE_NAME, precision=DatePrecision.MONTH)


def _day(parts: dict[str, str | None]) -> datetime | None:
    year, month, day = (int(parts.get(name) or 0) for name in ("year", "month", "day"))
    if not parts["mark"] and year < _FIRST_DIGITAL:  # a running number, not a date
        return None
    if "first" in parts:  # 22-08-2019 and 05.08.2019 are days of August, 05-08-2019 may be one of May
        day, month = int(parts["first"] or 0), int(parts["second"] or 0)
        if day <= 12 and day != month and parts["mark"] != ".":
            return None
    if year in _BUDDHIST:
        year -= 543
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _with_clock(day: datetime, stem: str, end: int) -> Taken | None:
    clock = next(filter(None, (pattern.match(stem, end) for pattern in _CLOCKS)), None)
    if clock is None:
        more = stem[end : end + 1].isdigit()
        return None if more else Taken(day, TakenSource.FILE_NAME, precision=DatePrecision.DAY)
    at = _moment(day, clock.groupdict())
    # Pixel phones name their files in UTC, all others that do not say so in local time.
    is_utc = stem.startswith("PXL_") or re.match(r"Z(?!\w)", stem[clock.end() :])
    return Taken(at, TakenSource.FILE_NAME, "+00:00" if is_utc else None) if at else None


def _moment(day: datetime, parts: dict[str, str | None]) -> datetime | None:
    hour, minute, second, thousandths = (
        int(parts.get(name) or 0) for name in ("hour", "minute", "second", "thousandths")
    )
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    try:
        return day.replace(hour=hour, minute=minute, second=second, microsecond=thousandths * 1000)
    except ValueError:
        return None
