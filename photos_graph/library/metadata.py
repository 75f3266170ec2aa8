"""Reads what an original says about itself in EXIF, IPTC and XMP, embedded or in a sidecar. For each field, the sidecar
wins."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import TypeVar

from photos_graph.library import description, exposure, keywords, location, taken
from photos_graph.library.date_statements import DATES
from photos_graph.library.fields import MAKER_BURST, MAKER_LENS, Fields, number, read_fields, read_sidecar_fields
from photos_graph.library.parts import PREFIX
from photos_graph.library.takeout import NOTHING, read_takeout, weighed_position, weighed_time
from photos_graph.model.library import Camera, Metadata

_RATING = ("Xmp.xmp.Rating", "Exif.Image.Rating", "Xmp.acdsee.rating")
_RATING_PERCENT = ("Xmp.MicrosoftPhoto.Rating", "Exif.Image.RatingPercent")
_MAKE = ("Exif.Image.Make", "Exif.PanasonicRaw.Make", "Xmp.tiff.Make")
_MODEL = ("Exif.Image.Model", "Exif.PanasonicRaw.Model", "Xmp.tiff.Model")
_LENS = ("Exif.Photo.LensModel", "Xmp.exifEX.LensModel", "Xmp.aux.Lens", MAKER_LENS)
_ORIENTATION = "Exif.Image.Orientation"
FAVOURITE = f"Xmp.{PREFIX}.Favourite"
_FIELDS = (
    *taken.FIELDS,
    *_RATING,
    *_RATING_PERCENT,
    *_MAKE,
    *_MODEL,
    *_LENS,
    _ORIENTATION,
    *location.FIELDS,
    *description.FIELDS,
    *exposure.FIELDS,
    *keywords.FIELDS,
    FAVOURITE,
    MAKER_BURST,
)
_MAX_LENGTH = 255
T = TypeVar("T")


def read_metadata(
    data: memoryview | bytes,
    file_name: str,
    mtime_ns: int,
    sidecar: bytes | None = None,
    now: datetime | None = None,
    takeout: bytes | None = None,
) -> tuple[Metadata, tuple[str, ...]]:
    """Returns the metadata of the original in ``data``, and a warning for each part that could not be read. ``takeout``
    is the JSON file of Google Takeout.

    Never raises: of a broken or hostile file, it returns what can be read. Native code parses the data, so call this
    where a crash is survived. ``orientation`` is always the embedded one, because decoders know no other. ``now`` (with
    a time zone) is the latest time that is plausible.
    """
    embedded, warnings = read_fields(data, _FIELDS, description.LINES)
    embedded = keywords.with_tree(embedded, data)
    beside, more = read_sidecar_fields(sidecar, _FIELDS, description.LINES) if sidecar is not None else ({}, [])
    beside = keywords.with_tree(beside, sidecar or b"")
    told, unread = read_takeout(takeout) if takeout is not None else (NOTHING, None)
    now = now or datetime.now(UTC)
    position = location.location(beside) or weighed_position(location.location(embedded), told)
    when, doubts = taken.taken(embedded, beside, file_name, mtime_ns, now, position)
    if not beside.keys() & DATES.keys():
        when = weighed_time(when, told, position, now)
    metadata = Metadata(
        taken=when,
        location=position,
        camera=_camera({**embedded, **beside}),
        rating=_either(_rating(beside), _rating(embedded)) or None,  # in XMP, 0 means "not rated"
        orientation=_orientation(embedded),
        exposure=exposure.read_exposure({**beside, **embedded}),
        description=description.read_description(embedded, {**told.fields(), **beside}),
        keywords=keywords.keywords(beside) or keywords.keywords(embedded),
        favourite=_either(_favourite(beside), told.favourite),
        burst=_text(embedded, MAKER_BURST),
    )
    return metadata, (*warnings, *more, *doubts, *([unread] if unread else ()))


def _favourite(sidecar: Fields) -> bool | None:
    """Returns what a sidecar of ours says. It does not name what is no favourite."""
    return True if _text(sidecar, FAVOURITE) == "True" else None


def _either(first: T | None, second: T | None) -> T | None:
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
