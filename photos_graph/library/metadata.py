"""Reads what an original says about itself in EXIF, IPTC and XMP, embedded or in a sidecar. For each field, the sidecar
wins."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from fractions import Fraction

from photos_graph.library import taken
from photos_graph.library.fields import MAKER_LENS, PREFIX, Fields, number, read_fields, read_sidecar_fields
from photos_graph.model.library import Camera, Location, Metadata

_RATING = ("Xmp.xmp.Rating", "Exif.Image.Rating")
_RATING_PERCENT = ("Xmp.MicrosoftPhoto.Rating", "Exif.Image.RatingPercent")
_MAKE = ("Exif.Image.Make", "Exif.PanasonicRaw.Make", "Xmp.tiff.Make")
_MODEL = ("Exif.Image.Model", "Exif.PanasonicRaw.Model", "Xmp.tiff.Model")
_LENS = ("Exif.Photo.LensModel", "Xmp.exifEX.LensModel", "Xmp.aux.Lens", MAKER_LENS)
_ORIENTATION = "Exif.Image.Orientation"
_EXIF_GPS = tuple(
    f"Exif.GPSInfo.GPS{part}"
    for part in ("Latitude", "LatitudeRef", "Longitude", "LongitudeRef", "Altitude", "AltitudeRef")
)
_XMP_GPS = tuple(f"Xmp.exif.GPS{part}" for part in ("Latitude", "Longitude", "Altitude", "AltitudeRef"))
_PATHS = {  # keywords with their ancestors, and the separator between them
    "Xmp.lr.hierarchicalSubject": "|",
    "Xmp.digiKam.TagsList": "/",
    "Xmp.MicrosoftPhoto.LastKeywordXMP": "/",
    "Xmp.mediapro.CatalogSets": "|",
}
_WORDS = {"Xmp.dc.subject": None, "Iptc.Application2.Keywords": None, "Exif.Image.XPKeywords": ";"}
PREDICTED_TAGS = f"Xmp.{PREFIX}.PredictedTags"  # paths of keywords that only a model gave
_FIELDS = (
    *taken.FIELDS,
    *_RATING,
    *_RATING_PERCENT,
    *_MAKE,
    *_MODEL,
    *_LENS,
    _ORIENTATION,
    *_EXIF_GPS,
    *_XMP_GPS,
    *_PATHS,
    *_WORDS,
    PREDICTED_TAGS,
)
_MAX_KEYWORDS, _MAX_LENGTH = 500, 255
_XMP_ANGLE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])", re.ASCII | re.IGNORECASE)


def read_metadata(
    data: memoryview | bytes, file_name: str, mtime_ns: int, sidecar: bytes | None = None, now: datetime | None = None
) -> tuple[Metadata, tuple[str, ...]]:
    """Returns the metadata of the original in ``data``, and a warning for each part that could not be read.

    Never raises: of a broken or hostile file, it returns what can be read. Native code parses the data, so call this
    where a crash is survived. ``orientation`` is always the embedded one, because decoders know no other. ``now`` (with
    a time zone) is the latest time that is plausible.
    """
    embedded, warnings = read_fields(data, _FIELDS)
    beside, more = read_sidecar_fields(sidecar, _FIELDS) if sidecar is not None else ({}, [])
    metadata = Metadata(
        taken=taken.taken(embedded, beside, file_name, mtime_ns, now or datetime.now(UTC)),
        location=_location(beside) or _location(embedded),
        camera=_camera({**embedded, **beside}),
        rating=_either(_rating(beside), _rating(embedded)) or None,  # in XMP, 0 means "not rated"
        orientation=_orientation(embedded),
        keywords=_keywords(beside) or _keywords(embedded),
    )
    return metadata, (*warnings, *more)


def _either(first: int | None, second: int | None) -> int | None:
    return second if first is None else first


def _text(fields: Fields, *names: str) -> str | None:
    """Returns the first value of the first of the fields that has one, with runs of blanks reduced to one, since
    cameras pad names."""
    return next((" ".join(values[0].split())[:_MAX_LENGTH] for name in names if (values := fields.get(name))), None)


def _number(fields: Fields, *names: str) -> Fraction | None:
    return number(_text(fields, *names) or "")


def _orientation(fields: Fields) -> int:
    value = _number(fields, _ORIENTATION)
    return int(value) if value is not None and value in range(1, 9) else 1


def _rating(fields: Fields) -> int | None:
    stars = _number(fields, *_RATING)
    if stars is not None and -1 <= stars <= 5:
        return round(stars)
    percent = _number(fields, *_RATING_PERCENT)
    if percent is None or not 0 <= percent <= 100:
        return None
    # Windows writes 1, 25, 50, 75 and 99 for one to five stars.
    return 0 if percent == 0 else 1 + round(percent / 25) if percent > 12 else 1


def _camera(fields: Fields) -> Camera | None:
    make, model, lens = _text(fields, *_MAKE), _text(fields, *_MODEL), _lens(fields)
    return Camera(make, model, lens) if make or model or lens else None


def _lens(fields: Fields) -> str | None:
    lens = _text(fields, *_LENS)
    # Lenses without electronics are "----", "0.0 mm f/0.0" or "Unknown (0)".
    return (
        lens if lens and any(c.isalpha() for c in lens) and not re.match(r"unknown|0\.0 ?mm|n/a", lens, re.I) else None
    )


def _location(fields: Fields) -> Location | None:
    latitude = _exif_angle(fields, "Latitude", "NS", 90)
    longitude = _exif_angle(fields, "Longitude", "EW", 180)
    altitude = _altitude(fields, "Exif.GPSInfo")
    if latitude is None or longitude is None:
        latitude, longitude = _xmp_angle(fields, "Latitude", "NS", 90), _xmp_angle(fields, "Longitude", "EW", 180)
        altitude = _altitude(fields, "Xmp.exif")
    if latitude is None or longitude is None:
        return None
    # Receivers without a fix report a position in the Gulf of Guinea.
    if abs(latitude) < 1e-4 and abs(longitude) < 1e-4:
        return None
    return Location(latitude, longitude, altitude)


def _exif_angle(fields: Fields, name: str, signs: str, limit: int) -> float | None:
    parts = [number(part) for part in (_text(fields, f"Exif.GPSInfo.GPS{name}") or "").split()]
    sign = (_text(fields, f"Exif.GPSInfo.GPS{name}Ref") or "")[:1].upper()
    # Without its sign, a position is ambiguous, and a guess would put photos on the wrong continent.
    if not 1 <= len(parts) <= 3 or not sign or sign not in signs:
        return None
    return _degrees(parts, negative=sign == signs[1], limit=limit)


def _xmp_angle(fields: Fields, name: str, signs: str, limit: int) -> float | None:
    text = _text(fields, f"Xmp.exif.GPS{name}") or ""
    if not (match := _XMP_ANGLE.fullmatch(text)):
        value = number(text)  # some programs write plain degrees
        return None if value is None else _degrees([abs(value)], negative=value < 0, limit=limit)
    *numbers, sign = match.groups()
    if sign.upper() not in signs:
        return None
    parts = [number(part) for part in numbers if part]
    return _degrees(parts, negative=sign.upper() == signs[1], limit=limit)


def _degrees(parts: list[Fraction | None], *, negative: bool, limit: int) -> float | None:
    value = Fraction(0)
    for index, part in enumerate(parts):
        if part is None or part < 0 or (index and part >= 60 + (index == 1 and part == 60)):
            return None
        value += part / 60**index
    return float(-value if negative else value) if value <= limit else None


def _altitude(fields: Fields, group: str) -> float | None:
    value = _number(fields, f"{group}.GPSAltitude")
    below = _text(fields, f"{group}.GPSAltitudeRef") == "1"
    if value is None or not -12_000 <= value <= 100_000:
        return None
    return float(-abs(value) if below else value)


def _keywords(fields: Fields) -> tuple[str, ...]:
    """Returns paths first, then plain words that are not part of a path, each once, without those that only a model
    gave."""
    found: dict[str, None] = {}
    for name, separator in _PATHS.items():
        for value in fields.get(name, ()):
            if path := _path(value.split(separator), keep_slashes=separator == "/"):
                found[path] = None
    parts = {part for path in found for part in path.split("/")}
    for name, between in _WORDS.items():
        for value in fields.get(name, ()):
            for word in value.split(between) if between else [value]:
                if (path := _path(word.split("/"), keep_slashes=True)) and path not in parts:
                    found[path] = None
    predicted = {_path(value.split("/"), keep_slashes=True) for value in fields.get(PREDICTED_TAGS, ())}
    return tuple([path for path in found if path not in predicted][:_MAX_KEYWORDS])


def _path(levels: list[str], *, keep_slashes: bool) -> str:
    names = (unicodedata.normalize("NFC", level).strip()[:_MAX_LENGTH] for level in levels)
    return "/".join(name if keep_slashes else name.replace("/", "-") for name in names if name)
