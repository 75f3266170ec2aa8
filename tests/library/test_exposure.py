"""How a photo was exposed, whichever field says it."""

from __future__ import annotations

import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.model.library import Exposure
from tests.kit.metadata import jpeg_with

PHOTO, IMAGE, XMP = "Exif.Photo.", "Exif.Image.", "Xmp.exif."


def exposure(fields: dict[str, str | list[str] | bytes]) -> Exposure | None:
    return read_metadata(jpeg_with(fields), "1.jpg", 0)[0].exposure


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                PHOTO + "ISOSpeedRatings": "400",
                PHOTO + "FNumber": "28/10",
                PHOTO + "ExposureTime": "10/2500",
                PHOTO + "FocalLength": "5000/100",
            },
            Exposure(400, 2.8, 0.004, 50),
        ),
        ({PHOTO + "ISOSpeedRatings": "65535", PHOTO + "RecommendedExposureIndex": "102400"}, Exposure(iso=102400)),
        ({PHOTO + "ApertureValue": "4/1", PHOTO + "ShutterSpeedValue": "5/1"}, Exposure(aperture=4, seconds=0.03125)),
        ({PHOTO + "FNumber": "0/1", PHOTO + "ApertureValue": "3/1"}, Exposure(aperture=2.8284)),
        ({PHOTO + "ExposureTime": "1/3"}, Exposure(seconds=0.33333)),
        ({PHOTO + "ExposureTime": "30/1"}, Exposure(seconds=30)),
        ({XMP + "FNumber": "56/10", XMP + "FocalLength": "24/1"}, Exposure(aperture=5.6, focal_length=24)),
        ({PHOTO + "FNumber": "0/0", PHOTO + "FocalLength": "0/1", PHOTO + "ISOSpeedRatings": "0"}, None),
        ({IMAGE + "Make": "Canon"}, None),
    ],
)
def test_the_exposure(fields: dict[str, str | list[str] | bytes], expected: Exposure | None) -> None:
    assert exposure(fields) == expected
