"""Finds out when a photo was taken: the local time, its offset from UTC if anything tells, and the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from photos_graph.library.fields import Fields, number
from photos_graph.model.library import Taken, TakenSource

FIELDS = (
    "Exif.Photo.DateTimeOriginal",
    "Exif.Photo.SubSecTimeOriginal",
    "Exif.Photo.OffsetTimeOriginal",
    "Exif.Image.DateTimeOriginal",
    "Exif.Photo.DateTimeDigitized",
    "Exif.Photo.SubSecTimeDigitized",
    "Exif.Photo.OffsetTimeDigitized",
    "Exif.Image.DateTime",
    "Exif.Photo.SubSecTime",
    "Exif.Photo.OffsetTime",
    "Exif.GPSInfo.GPSDateStamp",
    "Exif.GPSInfo.GPSTimeStamp",
    "Xmp.exif.DateTimeOriginal",
    "Xmp.photoshop.DateCreated",
    "Xmp.exif.DateTimeDigitized",
    "Xmp.xmp.CreateDate",
    "Iptc.Application2.DateCreated",
    "Iptc.Application2.TimeCreated",
)

_FIRST_PHOTOGRAPH = datetime(1826, 1, 1)
_DAY = timedelta(days=1)
_STAMP = re.compile(
    r"\s*(\d{4})[:\-/.](\d\d?)[:\-/.](\d\d?)"
    r"(?:[T\s]\s*(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?\s*",
    re.ASCII,
)
_OFFSET = re.compile(r"\s*(?:(Z)|([+-])(\d\d):?(\d\d))\s*", re.ASCII)


def taken(embedded: Fields, sidecar: Fields, file_name: str, mtime_ns: int, now: datetime) -> Taken | None:
    """Returns the first plausible time of the sidecar, EXIF, GPS, XMP, IPTC, the file name, EXIF's time of change, and
    the file's own time, in this order.

    ``now`` has a time zone. Times before the first photograph, or more than a day after now, are not plausible. If a
    time has no offset, the offset is taken from another source with the same local time, from GPS, or from EXIF's time
    of change, which is the only offset that some cameras write.
    """
    candidates = [found for found in _candidates(embedded, sidecar, file_name) if _believable(found.at, now)]
    if not candidates:
        return from_file_time(mtime_ns, now)
    best = candidates[0]
    if best.offset is None:
        offset = next((other.offset for other in candidates if other.offset and _same(best.at, other)), None)
        best = Taken(best.at, best.source, offset or _offset_by_gps(best.at, embedded) or _offset_of_change(embedded))
    return best


def _candidates(embedded: Fields, sidecar: Fields, file_name: str) -> Iterator[Taken]:
    from photos_graph.library.file_names import taken_from_name

    found = (
        _xmp(sidecar, "Xmp.exif.DateTimeOriginal"),
        _xmp(sidecar, "Xmp.photoshop.DateCreated"),
        _exif(embedded, "Exif.Photo.DateTimeOriginal", "Original"),
        _exif(embedded, "Exif.Image.DateTimeOriginal", "Original"),  # of raw files
        _exif(embedded, "Exif.Photo.DateTimeDigitized", "Digitized"),
        _gps(embedded),
        _xmp(embedded, "Xmp.exif.DateTimeOriginal"),
        _xmp(embedded, "Xmp.photoshop.DateCreated"),
        _xmp(embedded, "Xmp.exif.DateTimeDigitized"),
        # A sidecar's CreateDate comes late, because some programs write the time when the sidecar was created.
        _xmp(sidecar, "Xmp.xmp.CreateDate"),
        _xmp(embedded, "Xmp.xmp.CreateDate"),
        _iptc(embedded),
        taken_from_name(file_name),
        _exif(embedded, "Exif.Image.DateTime", ""),
    )
    return (each for each in found if each)


def from_file_time(mtime_ns: int, now: datetime) -> Taken | None:
    """Returns the file's time in UTC, because nothing says where the file was written."""
    try:
        at = datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    return Taken(at, TakenSource.FILE_TIME, "+00:00") if at.year > 1970 and _believable(at, now) else None


def _believable(at: datetime, now: datetime) -> bool:
    return _FIRST_PHOTOGRAPH <= at <= now.astimezone(UTC).replace(tzinfo=None) + _DAY


def _same(at: datetime, other: Taken) -> bool:
    return abs(at - other.at) < timedelta(seconds=1)


def _exif(fields: Fields, name: str, suffix: str) -> Taken | None:
    found = _parsed(_first(fields, name), TakenSource.EXIF)
    if not found:
        return None
    at, fraction = found.at, _first(fields, f"Exif.Photo.SubSecTime{suffix}").strip()
    if fraction.isascii() and fraction.isdigit() and not at.microsecond:
        at = at.replace(microsecond=_microseconds(fraction))
    return Taken(at, found.source, found.offset or parse_offset(_first(fields, f"Exif.Photo.OffsetTime{suffix}")))


def _xmp(fields: Fields, name: str) -> Taken | None:
    return _parsed(_first(fields, name), TakenSource.XMP)


def _iptc(fields: Fields) -> Taken | None:
    """Returns IPTC's date, with XMP as the source, because XMP includes IPTC's fields today."""
    day = _parsed(_first(fields, "Iptc.Application2.DateCreated"), TakenSource.XMP)
    if not day:
        return None
    clock = _first(fields, "Iptc.Application2.TimeCreated")
    # exiv2 shows a time without an offset as +00:00, so +00:00 tells nothing.
    return _parsed(f"{day.at:%Y-%m-%d}T{clock.removesuffix('+00:00')}", TakenSource.XMP) or day


def _gps(fields: Fields) -> Taken | None:
    utc = _gps_utc(fields)
    if utc is None:
        return None
    names = ("Exif.Photo.OffsetTimeOriginal", "Exif.Photo.OffsetTimeDigitized", "Exif.Photo.OffsetTime")
    offset = next(filter(None, (parse_offset(_first(fields, name)) for name in names)), "+00:00")
    at = _later(utc, _delta(offset))
    return Taken(at, TakenSource.GPS, offset) if at else None


def _gps_utc(fields: Fields) -> datetime | None:
    day = _parsed(_first(fields, "Exif.GPSInfo.GPSDateStamp"), TakenSource.GPS)
    parts = _first(fields, "Exif.GPSInfo.GPSTimeStamp").split()
    if not day or len(parts) != 3:
        return None
    hours, minutes, seconds = map(number, parts)
    if hours is None or minutes is None or seconds is None:
        return None
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    clock = timedelta(seconds=float(hours * 3600 + minutes * 60 + seconds))
    return _later(datetime.combine(day.at, time()), clock)


def _offset_by_gps(at: datetime, fields: Fields) -> str | None:
    """Returns the difference between the camera's clock and GPS, if it is within two minutes of a multiple of half an
    hour and possible as a time zone."""
    utc = _gps_utc(fields)
    if utc is None:
        return None
    minutes = (at - utc).total_seconds() / 60
    nearest = round(minutes / 30) * 30
    if abs(minutes - nearest) > 2 or not -12 * 60 <= nearest <= 14 * 60:
        return None
    return f"{'-' if nearest < 0 else '+'}{abs(nearest) // 60:02}:{abs(nearest) % 60:02}"


def _offset_of_change(fields: Fields) -> str | None:
    return parse_offset(_first(fields, "Exif.Photo.OffsetTime"))


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _parsed(text: str, source: TakenSource) -> Taken | None:
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    except ValueError:
        return None
    if fraction:
        at = at.replace(microsecond=_microseconds(fraction))
    return Taken(at, source, parse_offset(offset or ""))


def _microseconds(fraction: str) -> int:
    return int(fraction[:6].ljust(6, "0"))


def parse_offset(text: str) -> str | None:
    """Converts "+02:00", "+0200" or "Z" to "+02:00". Returns None for an offset that no place on earth has."""
    match = _OFFSET.fullmatch(text)
    if not match:
        return None
    if match[1]:
        return "+00:00"
    hours, minutes = int(match[3]), int(match[4])
    return f"{match[2]}{hours:02}:{minutes:02}" if hours <= 14 and minutes < 60 else None


def _later(at: datetime, delta: timedelta) -> datetime | None:
    try:
        return at + delta
    except OverflowError:  # before the year 1, or after 9999
        return None


def _delta(offset: str) -> timedelta:
    sign = -1 if offset[0] == "-" else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
