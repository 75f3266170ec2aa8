"""Reads how a photo was exposed: sensitivity, aperture, time and focal length."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from photos_graph.library.fields import MAKER_ISO, Fields, number
from photos_graph.model.library import Exposure

_ISO = (
    "Exif.Photo.ISOSpeedRatings",
    "Exif.Photo.RecommendedExposureIndex",
    "Exif.Photo.StandardOutputSensitivity",
    "Exif.Photo.ISOSpeed",
    "Exif.Image.ISOSpeedRatings",
    "Exif.PanasonicRaw.ISOSpeed",
    "Xmp.exifEX.PhotographicSensitivity",
    "Xmp.exif.ISOSpeedRatings",
    MAKER_ISO,
)
_ISO_OF_TWO_BYTES = 65_535  # means: more than fits here; another field has it
_F_NUMBER = ("Exif.Photo.FNumber", "Exif.Image.FNumber", "Xmp.exif.FNumber")
_F_NUMBER_APEX = ("Exif.Photo.ApertureValue", "Exif.Image.ApertureValue", "Xmp.exif.ApertureValue")
_SECONDS = ("Exif.Photo.ExposureTime", "Exif.Image.ExposureTime", "Xmp.exif.ExposureTime")
_SECONDS_APEX = ("Exif.Photo.ShutterSpeedValue", "Exif.Image.ShutterSpeedValue", "Xmp.exif.ShutterSpeedValue")
_FOCAL_LENGTH = ("Exif.Photo.FocalLength", "Exif.Image.FocalLength", "Xmp.exif.FocalLength")
FIELDS = (*_ISO, *_F_NUMBER, *_F_NUMBER_APEX, *_SECONDS, *_SECONDS_APEX, *_FOCAL_LENGTH)


def read_exposure(fields: Fields) -> Exposure | None:
    """Returns the exposure, or None if nothing of it is stated. Values that no camera has, such as zero, do not
    count."""
    iso = _first(fields, _ISO, lambda value: value != _ISO_OF_TWO_BYTES and 1 <= value <= 50_000_000)
    exposure = Exposure(
        iso=None if iso is None else round(iso),
        aperture=_shown(
            _first(fields, _F_NUMBER, lambda value: 0.1 <= value <= 1000)
            or _power(_first(fields, _F_NUMBER_APEX, lambda value: 0 < value <= 20), Fraction(1, 2))
        ),
        seconds=_shown(
            _first(fields, _SECONDS, lambda value: 0 < value <= 1_000_000)
            or _power(_first(fields, _SECONDS_APEX, lambda value: value and -20 <= value <= 20), Fraction(-1))
        ),
        focal_length=_shown(_first(fields, _FOCAL_LENGTH, lambda value: 0 < value <= 100_000)),
    )
    return exposure if exposure != Exposure() else None


def _first(fields: Fields, names: tuple[str, ...], counts: Callable[[Fraction], object]) -> Fraction | None:
    values = (number(text) for name in names for text in fields.get(name, ())[:1])
    return next((value for value in values if value is not None and counts(value)), None)


def _power(stops: Fraction | None, per_stop: Fraction) -> float | None:
    """Returns what a value of APEX, which counts in powers of two, stands for."""
    return None if stops is None else 2.0 ** float(stops * per_stop)


def _shown(value: Fraction | float | None) -> float | None:
    """Returns the value with five digits that count, which is more than cameras know."""
    return None if value is None else float(f"{float(value):.5g}")
