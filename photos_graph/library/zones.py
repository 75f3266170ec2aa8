"""Offsets from UTC: of time zones by position, offline, and as text such as "+02:00"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from photos_graph.model.library import Location

_OFFSET = re.compile(r"\s*(?:(Z|UTC|GMT)|([+-])(?:(\d\d)(?::?(\d\d))?|(\d):(\d\d)))\s*", re.ASCII | re.IGNORECASE)
_MINUTE = timedelta(minutes=1)
_WEST, _EAST = -12 * 60, 14 * 60  # minutes; no place on Earth is beyond
_QUARTERS = {345, 525, 765, 825}  # offsets in use that are no multiple of half an hour: Nepal, Eucla, Chatham


def parse_offset(text: str) -> str | None:
    """Converts "+02:00", "+2:00", "+0200" or "+02" to "+02:00", and "Z" to "+00:00". Returns None for an offset that no
    place on Earth has."""
    match = _OFFSET.fullmatch(text)
    if not match:
        return None
    if match[1]:
        return "+00:00"
    hours, minutes = int(match[3] or match[5]), int(match[4] or match[6] or 0)
    return f"{match[2]}{hours:02}:{minutes:02}" if hours <= 14 and minutes < 60 else None


def as_delta(offset: str) -> timedelta:
    sign = -1 if offset[0] == "-" else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))


def offset_at(location: Location, utc: datetime) -> str | None:
    """Returns the offset of the clocks at the position at that moment (naive, UTC), or None if there was no such clock,
    as before there were time zones."""
    zone = _zone(location)
    return _text(_minutes(zone, utc)) if zone else None


def offset_between(clock: datetime, utc: datetime, location: Location | None) -> str | None:
    """Returns the offset of a camera's clock from the UTC of its GPS receiver, in quarters of an hour.

    The difference must be an offset of the clocks at the position, in summer or in winter, because a receiver that
    has lost its satellites repeats an old time. Without a position, it must be within two minutes of one in use.
    """
    minutes = (clock - utc) / _MINUTE
    nearest = round(minutes / 15) * 15
    zone = _zone(location) if location else None
    if zone:
        half_year = timedelta(days=182)
        return _text(nearest) if nearest in {_minutes(zone, utc + n * half_year) for n in (-1, 0, 1)} else None
    possible = _WEST <= nearest <= _EAST and (nearest % 30 == 0 or nearest in _QUARTERS)
    return _text(nearest) if possible and abs(minutes - nearest) <= 2 else None


def _zone(location: Location) -> ZoneInfo | None:
    import tzfpy

    try:
        return ZoneInfo(tzfpy.get_tz(location.longitude, location.latitude))
    except (ZoneInfoNotFoundError, ValueError):  # the boundaries may be newer than the rules
        return None


def _minutes(zone: ZoneInfo, utc: datetime) -> float | None:
    try:
        offset = utc.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    except OverflowError:  # before the year 1, or after 9999
        return None
    return None if offset is None else offset / _MINUTE


def _text(minutes: float | None) -> str | None:
    if minutes is None or minutes % 1:  # local mean time, which counts seconds
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(int(minutes)) // 60:02}:{abs(int(minutes)) % 60:02}"
