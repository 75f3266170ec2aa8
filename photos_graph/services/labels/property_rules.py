"""The rules for what people say about a photo in place of its file, as pure functions. Values are in the parts in which
the graph holds them: see ``PropertyValue``."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from photos_graph.errors import BadInput
from photos_graph.model.library import DatePrecision, Location, Taken, TakenSource
from photos_graph.model.properties import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, PhotoProperty

Parts = tuple[str | float | None, ...]

# A date that a person states counts as one of XMP, in which it leaves the library, and not as the time of a file.
BY_PERSON = TakenSource.XMP
_MAX_LENGTHS = {PhotoProperty.TITLE: MAX_NAME_LENGTH, PhotoProperty.CAPTION: MAX_TEXT_LENGTH}
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_CONTROLS_IN_LINES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_MAX_PLACE_LENGTH = 1_000  # of its id, which has the names of a city and its region


def text_parts(which: PhotoProperty, text: str) -> Parts:
    """Returns a title or caption. An empty one says that the photo has none. Raises BadInput if it is too long."""
    keep = _CONTROLS_IN_LINES if which is PhotoProperty.CAPTION else _CONTROLS
    plain = unicodedata.normalize("NFC", keep.sub(" ", text.replace("\r\n", "\n"))).strip()
    if len(plain) > (limit := _MAX_LENGTHS[which]):
        raise BadInput(f"A {which.lower()} can have up to {limit:,} characters.")
    return (plain or None,)


def position_parts(
    latitude: float | None, longitude: float | None, altitude: float | None = None, place_id: str | None = None
) -> Parts:
    """Returns a position, a place without one, or that there is neither. Raises BadInput if the position is not on
    Earth or has only one coordinate, or if both are given."""
    if latitude is None and longitude is None and altitude is None:
        if len(place_id or "") > _MAX_PLACE_LENGTH:
            raise BadInput(f"The id of a place has up to {_MAX_PLACE_LENGTH:,} characters.")
        return (None, None, None, place_id or None)
    if place_id is not None:
        raise BadInput("Give either a place or a latitude and a longitude.")
    if latitude is None or longitude is None:
        raise BadInput("Give both the latitude and the longitude, or neither for no position.")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadInput("A latitude is from -90 to 90 degrees, and a longitude from -180 to 180.")
    if altitude is not None and not math.isfinite(altitude):
        raise BadInput("The altitude must be a number of metres.")
    return (float(latitude), float(longitude), None if altitude is None else float(altitude), None)


@dataclass(frozen=True, slots=True)
class DateEdit:
    """What to do with dates: set them to ``at``, or shift those that are there; and set the offset or the precision.
    Raises BadInput if that is not possible."""

    at: datetime | None = None
    shift_seconds: int | None = None
    offset: str | None = None
    precision: DatePrecision | None = None

    def __post_init__(self) -> None:
        if (self.at, self.shift_seconds, self.offset, self.precision) == (None, None, None, None):
            raise BadInput("Give a date, a number of seconds, an offset or a precision.")
        if self.at is not None and self.shift_seconds is not None:
            raise BadInput("Give either a date or a number of seconds to shift by.")
        if self.at is not None:
            check_date(Taken(self.at, BY_PERSON))
        if self.offset is not None:
            check_offset(self.offset)
            if self.precision not in (None, DatePrecision.SECOND):
                raise BadInput("Only a date with a time of day can have an offset from UTC.")

    def edited(self, parts: Parts) -> Parts:
        """Returns the date after the edit of the one before, or the one before if the edit does not fit it: a photo
        without a date cannot be shifted, and one without a time of day has no offset."""
        if self.at is not None:
            return date_parts(Taken(self.at, BY_PERSON, self.offset, self.precision or DatePrecision.SECOND))
        before = taken_of(parts)
        if before is None:
            return parts
        after = replace(before, precision=self.precision or before.precision)
        if before.precision is DatePrecision.SECOND:
            shifted = _shifted(before.at, self.shift_seconds or 0)
            after = replace(after, at=shifted, offset=self.offset or before.offset)
        return parts if after == before else date_parts(replace(after, source=BY_PERSON))


def date_parts(taken: Taken) -> Parts:
    """Returns a date. Of one that is not known to the second, it keeps the start and no offset."""
    at, offset = taken.at.replace(tzinfo=None), taken.offset
    if taken.precision is not DatePrecision.SECOND:
        at, offset = at.replace(hour=0, minute=0, second=0, microsecond=0), None
    if taken.precision in (DatePrecision.MONTH, DatePrecision.YEAR):
        at = at.replace(day=1)
    if taken.precision is DatePrecision.YEAR:
        at = at.replace(month=1)
    return (at.isoformat(), offset, taken.source.value, taken.precision.value)


def taken_of(parts: Sequence[object]) -> Taken | None:
    """Returns the date that the parts hold. Raises ValueError if they hold none and are not empty."""
    at, offset, source, precision = parts
    if at is None:
        return None
    precise = DatePrecision(str(precision or DatePrecision.SECOND))
    offset = None if offset is None else str(offset)
    return Taken(datetime.fromisoformat(str(at)), TakenSource(str(source)), offset, precise)


def location_of(parts: Sequence[object]) -> Location | None:
    """Returns the position that the parts hold."""
    latitude, longitude, altitude = (None if part is None else float(str(part)) for part in parts[:3])
    return None if latitude is None or longitude is None else Location(latitude, longitude, altitude)


def check_parts(which: PhotoProperty, parts: Sequence[object]) -> Parts:
    """Returns the parts of a value that an export holds. Raises BadInput if this service would not have written it."""
    try:
        match which, parts:
            case ((PhotoProperty.TITLE | PhotoProperty.CAPTION), [str() | None as text]):
                return text_parts(which, text or "")
            case PhotoProperty.POSITION, [latitude, longitude, altitude, (str() | None) as place_id]:
                north, east, up = (None if n is None else float(str(n)) for n in (latitude, longitude, altitude))
                return position_parts(north, east, up, place_id)
            case PhotoProperty.DATE, [_, _, _, _]:
                taken = taken_of(parts)
                if taken is None:
                    return (None, None, None, None)
                check_date(taken)
                return date_parts(taken)
    except ValueError as error:
        raise BadInput(f"The {which.lower()} is not valid.") from error
    raise BadInput(f"The {which.lower()} is not valid.")


def is_alike(which: PhotoProperty, one: Parts, other: Parts) -> bool:
    """Returns whether two values mean the same. A sidecar has coordinates with fewer digits, captions on one line, and
    no source of dates."""
    if which is PhotoProperty.POSITION:
        pairs = zip(one[:2], other[:2], strict=True)
        return one[3] == other[3] and all(
            a == b or (a is not None and b is not None and _is_near(a, b)) for a, b in pairs
        )
    if which is PhotoProperty.DATE:
        return (one[0], one[1], one[3]) == (other[0], other[1], other[3])
    return [str(text or "").split() for text in one] == [str(text or "").split() for text in other]


def _is_near(one: float | str, other: float | str) -> bool:
    return math.isclose(float(one), float(other), abs_tol=1e-6)


def check_date(taken: Taken) -> None:
    """Raises BadInput if the date or its offset cannot be that of a photo."""
    if not _FIRST_YEAR <= taken.at.year < _LAST_YEAR or taken.at.tzinfo is not None:
        raise BadInput(f"A date is between {_FIRST_YEAR} and {_LAST_YEAR}, and has no offset.")
    if taken.offset is not None:
        check_offset(taken.offset)


def check_offset(offset: str) -> None:
    """Raises BadInput if this is not an offset from UTC."""
    match = _OFFSET.fullmatch(offset)
    if not match or int(match[2]) * 60 + int(match[3]) > 14 * 60 or int(match[3]) > 59:
        raise BadInput('An offset from UTC is written like "+02:00" and is at most 14 hours.')


def _shifted(at: datetime, seconds: int) -> datetime:
    try:
        after = at + timedelta(seconds=seconds)
    except OverflowError:
        raise BadInput("The dates cannot be shifted so far.") from None
    check_date(Taken(after, BY_PERSON))
    return after
