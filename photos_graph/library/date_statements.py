"""What the fields of a file and of its sidecar state about the time at which the photo was taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from photos_graph.library import gps_time
from photos_graph.library.date_text import ReadDate, microseconds, read_date, says_unknown
from photos_graph.library.fields import Fields
from photos_graph.library.zones import parse_offset
from photos_graph.model.library import DatePrecision, Taken, TakenSource

# Fields that say when a photo was taken, and those that say when it was digitized, which may be much later.
SHOT = {
    "Exif.Photo.DateTimeOriginal": "Original",
    "Exif.Image.DateTimeOriginal": "Original",  # of raw files
    "Xmp.exif.DateTimeOriginal": "",
    "Xmp.photoshop.DateCreated": "",
    "Iptc.Application2.DateCreated": "",
}
DIGITIZED = {
    "Exif.Photo.DateTimeDigitized": "Digitized",
    "Xmp.exif.DateTimeDigitized": "",
    "Xmp.xmp.CreateDate": "",
    "Iptc.Application2.DigitizationDate": "",
    "Xmp.acdsee.datetime": "",
    "Xmp.dc.date": "",
}
_CLOCKS = {
    "Iptc.Application2.DateCreated": "Iptc.Application2.TimeCreated",
    "Iptc.Application2.DigitizationDate": "Iptc.Application2.DigitizationTime",
}
CHANGED = "Exif.Image.DateTime"
OFFSET_OF_CHANGE = "Exif.Photo.OffsetTime"
DATES = SHOT | DIGITIZED | {CHANGED: ""}
FIELDS = (
    *DATES,
    *_CLOCKS.values(),
    *(f"Exif.Photo.{part}Time{suffix}" for part in ("SubSec", "Offset") for suffix in ("Original", "Digitized", "")),
    *gps_time.FIELDS,
)

_FIRST_PHOTOGRAPH = datetime(1826, 1, 1)
# Where clocks start that were never set, or whose battery was empty.
ZERO_DAYS = {
    date(1899, 12, 30),
    date(1904, 1, 1),
    date(1969, 12, 31),
    date(1970, 1, 1),
    date(1979, 11, 30),
    date(1979, 12, 31),
    date(1980, 1, 1),
    date(1980, 1, 6),
    date(2000, 1, 1),
}
BESIDE = "sidecar: "
_SHOWN = 60  # characters of a field in a warning


@dataclass(frozen=True, slots=True)
class DateStatement:
    """A date that a field or the name of the file states, with the start of its day, month or year if it is coarse."""

    field: str
    text: str
    date: ReadDate
    source: TakenSource

    @property
    def at(self) -> datetime:
        return self.date.at

    @property
    def is_zero(self) -> bool:
        """Whether the date is that of a clock which was never set."""
        named = self.source is TakenSource.FILE_NAME and self.date.precision is DatePrecision.DAY
        return (named or self.date.precision is DatePrecision.SECOND) and self.at.date() in ZERO_DAYS

    @property
    def is_new_year(self) -> bool:
        """Whether EXIF states the first hour of a year, in which clocks of cameras start that have lost the time."""
        at, clock = self.at, self.source is TakenSource.EXIF and self.date.precision is DatePrecision.SECOND
        return clock and (at.month, at.day, at.hour) == (1, 1, 0)

    @property
    def beside(self) -> bool:
        return self.field.startswith(BESIDE)

    @property
    def is_coarse(self) -> bool:
        return self.date.precision in (DatePrecision.MONTH, DatePrecision.YEAR)

    @property
    def meant(self) -> DatePrecision:
        """The precision that is meant: programs write midnight for a day, and that of New Year for a year."""
        at, precision = self.at, self.date.precision
        if precision is not DatePrecision.SECOND or at != at.replace(hour=0, minute=0, second=0, microsecond=0):
            return precision
        new_year = (at.month, at.day) == (1, 1) and self.source is TakenSource.EXIF
        return DatePrecision.YEAR if new_year else DatePrecision.DAY

    @property
    def oddity(self) -> str:
        """A warning that says what was made of an odd text."""
        read = Taken(self.at, self.source, precision=self.date.precision).text
        return f"{self.field} says {self.text[:_SHOWN]!r}, which is read as {read}."


def believable(at: datetime, now: datetime) -> bool:
    """Returns whether a photo may have been taken then: after photography was invented, and not after tomorrow."""
    return _FIRST_PHOTOGRAPH <= at <= now.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)


class StatedDates:
    """What the fields of a file and of its sidecar state. ``lost`` has a warning for each that is no date, by field."""

    def __init__(self, embedded: Fields, sidecar: Fields, now: datetime) -> None:
        self.embedded = embedded
        self.now = now
        self.lost: dict[str, str] = {}
        self.beside = list(self._read_all(sidecar, BESIDE))
        self.inside = list(self._read_all(embedded, ""))
        utc = gps_time.gps_time(embedded, now.year)
        # Receivers that have never seen a satellite start in 1980.
        self.gps = utc if utc and believable(utc, now) and utc.date() not in ZERO_DAYS else None

    def _read_all(self, fields: Fields, where: str) -> Iterator[DateStatement]:
        for name, suffix in DATES.items():
            text = first_value(fields, name)
            if says_unknown(text):
                continue
            found = self._read(fields, name, suffix)
            if found is None or not believable(found.at, self.now):
                self.lost[where + name] = f"{where}{name} says {text[:_SHOWN]!r}, which is not the date of a photo."
                continue
            source = TakenSource.EXIF if name.startswith("Exif.") else TakenSource.XMP  # which includes IPTC's today
            yield DateStatement(where + name, text, found, source)

    def _read(self, fields: Fields, name: str, suffix: str) -> ReadDate | None:
        text = first_value(fields, name)
        if clock := first_value(fields, _CLOCKS.get(name, "")):
            # exiv2 shows a time without an offset as +00:00, so +00:00 tells nothing.
            text = f"{text}T{clock.removesuffix('+00:00')}"
        found = read_date(text, self.now.year)
        if not found or found.precision is not DatePrecision.SECOND or not name.startswith("Exif."):
            return found
        fraction = first_value(fields, f"Exif.Photo.SubSecTime{suffix}").strip()
        if fraction.isascii() and fraction.isdigit() and not found.at.microsecond:
            found = replace(found, at=found.at.replace(microsecond=microseconds(fraction)))
        if suffix and not found.offset:
            found = replace(found, offset=parse_offset(first_value(fields, f"Exif.Photo.OffsetTime{suffix}")))
        return found


def first_value(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
