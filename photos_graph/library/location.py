"""Finds out where a photo was taken: the position that EXIF or XMP states."""

from __future__ import annotations

import re
from fractions import Fraction

from photos_graph.library.fields import Fields, number
from photos_graph.model.library import Location

_EXIF, _XMP = "Exif.GPSInfo", "Xmp.exif"
_PARTS = ("Latitude", "LatitudeRef", "Longitude", "LongitudeRef", "Altitude", "AltitudeRef")
FIELDS = tuple(f"{group}.GPS{part}" for group in (_EXIF, _XMP) for part in _PARTS)

# XMP prescribes "42,21.0N". Programs also write 42 deg 21' 0.00" N, N 42.35, 42/1 21/1 0/1, and -42.35.
_UNITS = re.compile(r"deg(?:rees)?|[,;\N{DEGREE SIGN}'\"\N{PRIME}\N{DOUBLE PRIME}\s]+", re.IGNORECASE)
_HEMISPHERES = "NSEWnsew"


def location(fields: Fields) -> Location | None:
    """Returns the position that EXIF states, or else that of XMP. A position whose hemisphere would be a guess is
    none."""
    for group in (_EXIF, _XMP):
        latitude = _angle(fields, group, "Latitude", "NS", 90)
        longitude = _angle(fields, group, "Longitude", "EW", 180)
        if latitude is None or longitude is None:
            continue
        # Receivers without a fix report a position in the Gulf of Guinea.
        if abs(latitude) < 1e-4 and abs(longitude) < 1e-4:
            return None
        return Location(latitude, longitude, _altitude(fields, group))
    return None


def _angle(fields: Fields, group: str, name: str, signs: str, limit: int) -> float | None:
    written, beside = _text(fields, f"{group}.GPS{name}"), _text(fields, f"{group}.GPS{name}Ref")
    ends = [end for end in (written[:1], written[-1:]) if end and end in _HEMISPHERES]
    text = written.strip(f"{_HEMISPHERES} ")
    stated, minus = {end[0].upper() for end in (*ends, beside) if end}, text.startswith("-")
    parts = [number(part) for part in _UNITS.split(text.lstrip("+-")) if part]
    if not stated:
        signed = text.startswith(("+", "-")) or (len(parts) == 1 and _is_signed(fields, group))
        if group == _EXIF or not signed:
            return None
        stated = {signs[minus]}
    if stated == {signs[1]}:
        minus = True
    if stated != {signs[minus]} or not 1 <= len(parts) <= 3:
        return None
    return _degrees(parts, negative=minus, limit=limit)


def _is_signed(fields: Fields, group: str) -> bool:
    """Returns whether one of the two has a sign, which tells that of the other, unless a field of its own states a
    hemisphere."""
    names = [f"{group}.GPS{name}" for name in ("Latitude", "Longitude")]
    return any(_text(fields, name).startswith(("+", "-")) for name in names) and not any(
        f"{name}Ref" in fields for name in names
    )


def _text(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip()


def _degrees(parts: list[Fraction | None], *, negative: bool, limit: int) -> float | None:
    value = Fraction(0)
    for index, part in enumerate(parts):
        if part is None or part < 0 or (index and part >= 60 + (index == 1 and part == 60)):
            return None
        value += part / 60**index
    return float(-value if negative else value) if value <= limit else None


def _altitude(fields: Fields, group: str) -> float | None:
    value = number(_text(fields, f"{group}.GPSAltitude"))
    below = _text(fields, f"{group}.GPSAltitudeRef") == "1"
    if value is None or not -12_000 <= value <= 100_000:
        return None
    return float(-abs(value) if below else value)
