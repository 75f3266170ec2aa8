"""Reads the JSON file that Google Takeout writes beside a photo, and weighs it against what the photo says itself.

Decision 0017 gives the reasons for which of them counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from photos_graph.library.date_statements import believable
from photos_graph.library.fields import Fields, cleaned
from photos_graph.library.zones import as_delta, offset_at
from photos_graph.model.library import DatePrecision, Location, Taken, TakenSource

MAX_BYTES = 1024 * 1024
_MAX_TEXT, _MAX_NAME, _MAX_PERSONS = 8_192, 255, 100
_EPOCH = datetime(1970, 1, 1)
_DAY = timedelta(days=1)
_SAME_PLACE = 0.001  # degrees
_SPANS = {DatePrecision.DAY: 1, DatePrecision.MONTH: 31, DatePrecision.YEAR: 366}  # days


@dataclass(frozen=True, slots=True)
class TakeoutStatement:
    """What Google Photos knows of a photo. ``utc`` is naive. ``position`` is where its owner put it, or else
    ``camera_position``, that of the camera."""

    utc: datetime | None = None
    position: Location | None = None
    camera_position: Location | None = None
    caption: str | None = None
    persons: tuple[str, ...] = ()
    favourite: bool | None = None

    def fields(self) -> Fields:
        """Returns what it says in words, by the names of the XMP fields that mean the same."""
        captions = {"Xmp.dc.description": (self.caption,)} if self.caption else {}
        return captions | ({"Xmp.iptcExt.PersonInImage": self.persons} if self.persons else {})


NOTHING = TakeoutStatement()


def read_takeout(data: bytes) -> tuple[TakeoutStatement, str | None]:
    """Returns what the file says, and the reason if it cannot be read. JSON of another program says nothing. Never
    raises."""
    if len(data) > MAX_BYTES:
        return NOTHING, f"The JSON file beside it is larger than {MAX_BYTES:,} bytes."
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return NOTHING, "The JSON file beside it is not valid JSON."
    if not isinstance(told, dict) or not told.keys() & {"photoTakenTime", "geoData", "geoDataExif", "favorited"}:
        return NOTHING, None
    camera_position = _position(told.get("geoDataExif"))
    favourite = told.get("favorited")
    return (
        TakeoutStatement(
            utc=_utc(told.get("photoTakenTime")),
            position=_position(told.get("geoData")) or camera_position,
            camera_position=camera_position,
            caption=_text(told.get("description"), _MAX_TEXT),
            persons=_persons(told.get("people")),
            favourite=favourite if isinstance(favourite, bool) else None,
        ),
        None,
    )


def _utc(told: Any) -> datetime | None:
    stamp = told.get("timestamp") if isinstance(told, Mapping) else None
    try:
        seconds = int(stamp) if isinstance(stamp, str | int) else 0
        return _EPOCH + timedelta(seconds=seconds) if seconds else None
    except (ValueError, OverflowError):
        return None


def _position(told: Any) -> Location | None:
    if not isinstance(told, Mapping):
        return None
    latitude, longitude, altitude = (_number(told.get(name)) for name in ("latitude", "longitude", "altitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if abs(latitude) < 1e-4 and abs(longitude) < 1e-4:
        return None  # no position is written as 0, 0
    return Location(latitude, longitude, altitude or None)


def _number(told: Any) -> float | None:
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if is_number and math.isfinite(told) and abs(told) < 1e6 else None


def _text(told: Any, longest: int) -> str | None:
    return cleaned(told[:longest]) or None if isinstance(told, str) else None


def _persons(told: Any) -> tuple[str, ...]:
    people = told[:_MAX_PERSONS] if isinstance(told, list) else []
    names = (_text(each.get("name"), _MAX_NAME) for each in people if isinstance(each, Mapping))
    return tuple(dict.fromkeys(name for name in names if name))


def weighed_position(own: Location | None, told: TakeoutStatement) -> Location | None:
    """Returns the position that counts: the file's ``own``, unless the owner of the account moved the photo."""
    if own is None or told.position is None or told.camera_position is None:
        return own or told.position
    return own if _near(told.position, told.camera_position) else told.position


def _near(one: Location, other: Location) -> bool:
    turn = abs(one.longitude - other.longitude) % 360
    return abs(one.latitude - other.latitude) < _SAME_PLACE and min(turn, 360 - turn) < _SAME_PLACE


def weighed_time(own: Taken | None, told: TakeoutStatement, position: Location | None, now: datetime) -> Taken | None:
    """Returns the time that counts: the file's ``own``, unless it is a guess, or the account's differs by more than a
    day, which no time zone explains, so that somebody has corrected it."""
    if told.utc is None or not believable(told.utc, now):
        return own
    if own is None or own.source is TakenSource.FILE_TIME or _is_coarse_name(own):
        return _local(told.utc, position)
    span = timedelta(days=_SPANS.get(own.precision, 0))
    return own if own.at - _DAY <= told.utc <= own.at + span + _DAY else _local(told.utc, position)


def _is_coarse_name(own: Taken) -> bool:
    return own.source is TakenSource.FILE_NAME and own.precision is not DatePrecision.SECOND


def _local(utc: datetime, position: Location | None) -> Taken:
    """Returns the time as the clocks at the position showed it, or in UTC."""
    offset = (offset_at(position, utc) if position else None) or "+00:00"
    return Taken(utc + as_delta(offset), TakenSource.XMP, offset)
