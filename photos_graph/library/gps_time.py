"""Reads the time of a GPS receiver, which is UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from photos_graph.library.date_text import read_date
from photos_graph.library.fields import Fields, number
from photos_graph.library.zones import as_delta
from photos_graph.model.library import DatePrecision

_DAY, _TIME, _XMP = "Exif.GPSInfo.GPSDateStamp", "Exif.GPSInfo.GPSTimeStamp", "Xmp.exif.GPSTimeStamp"
FIELDS = (_DAY, _TIME, _XMP)


def gps_time(fields: Fields, this_year: int) -> datetime | None:
    """Returns the moment (naive, UTC), or None if EXIF and XMP do not state both day and time."""
    return _exif(fields, this_year) or _xmp(fields, this_year)


def _exif(fields: Fields, this_year: int) -> datetime | None:
    day = read_date(_first(fields, _DAY), this_year)
    parts = [number(part) for part in _first(fields, _TIME).split()]
    if not day or day.precision not in (DatePrecision.DAY, DatePrecision.SECOND) or len(parts) != 3:
        return None
    hours, minutes, seconds = parts
    if hours is None or minutes is None or seconds is None:
        return None
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    midnight = day.at.replace(hour=0, minute=0, second=0, microsecond=0)
    return later(midnight, timedelta(seconds=float(hours * 3600 + minutes * 60 + seconds)))


def _xmp(fields: Fields, this_year: int) -> datetime | None:
    found = read_date(_first(fields, _XMP), this_year)
    if not found or found.precision is not DatePrecision.SECOND:
        return None
    return later(found.at, -as_delta(found.offset or "+00:00"))


def later(at: datetime, delta: timedelta) -> datetime | None:
    """Returns the sum, or None if it is before the year 1 or after 9999."""
    try:
        return at + delta
    except OverflowError:
        return None


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
