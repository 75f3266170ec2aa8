import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.model.library import Location
from tests.kit.cases import case
from tests.kit.metadata import jpeg_with, sidecar


def position(**attributes: str) -> Location | None:
    return read_metadata(jpeg_with(), "a.jpg", 0, sidecar(**attributes))[0].location


@pytest.mark.parametrize(
    ("latitude", "latitude_ref", "longitude", "longitude_ref", "expected"),
    [
        ("28.4186", "N", "81.5812", "W", Location(28.4186, -81.5812)),
        ("33.8568", "South", "151.2153", "East", Location(-33.8568, 151.2153)),
        ("-33.8568", "S", "151.2153", "E", Location(-33.8568, 151.2153)),
        ("42/1 21/1 0/1", "N", "13/1 24/1 0/1", "W", Location(42.35, -13.4)),
        ("42 21 0", "n", "13 24 0", "w", Location(42.35, -13.4)),
        ("42.35", "N", "-13.4", "", Location(42.35, -13.4)),
    ],
)
def test_the_hemisphere_may_stand_in_another_field(
    latitude: str, latitude_ref: str, longitude: str, longitude_ref: str, expected: Location
) -> None:
    found = position(
        exif_GPSLatitude=latitude,
        exif_GPSLatitudeRef=latitude_ref,
        exif_GPSLongitude=longitude,
        exif_GPSLongitudeRef=longitude_ref,
    )
    assert found == expected


@pytest.mark.corpora
def test_a_sidecar_with_hemispheres_in_fields_of_their_own() -> None:
    beside = case("gps_orlando.jpg.xmp")
    assert read_metadata(jpeg_with(), "gps_orlando.jpg", 0, beside)[0].location == Location(28.4186, -81.5812)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("42,21.0N", "13,24.0W"),
        ("42.35", "-13.4"),
        ("+42.35", "-13.4"),
        ("+42,21,0", "-13,24,0"),
        ("42 deg 21' 0.00&quot; N", "13 deg 24' 0.00&quot; W"),
        ("N 42.35", "W 13.4"),
        ("42\N{DEGREE SIGN}21\N{PRIME}0\N{DOUBLE PRIME}N", "13\N{DEGREE SIGN}24\N{PRIME}0\N{DOUBLE PRIME}W"),
    ],
)
def test_forms_of_a_position(latitude: str, longitude: str) -> None:
    assert position(exif_GPSLatitude=latitude, exif_GPSLongitude=longitude) == Location(42.35, -13.4)


@pytest.mark.parametrize(
    "changed",
    [
        {"exif_GPSLongitudeRef": "X"},
        {"exif_GPSLongitudeRef": "N"},
        {"exif_GPSLatitudeRef": "N"},  # and none for the longitude, so that its sign would be a guess
        {"exif_GPSLatitude": "42.35S", "exif_GPSLatitudeRef": "N"},
        {"exif_GPSLatitude": "-42.35", "exif_GPSLatitudeRef": "N", "exif_GPSLongitudeRef": "E"},
        {},
        {"exif_GPSLatitude": "42,21,0", "exif_GPSLongitude": "13,24,0"},
        {"exif_GPSLatitude": "42.35 N 13.4"},
        {"exif_GPSLatitude": "N"},
    ],
    ids=str,
)
def test_a_position_whose_hemisphere_is_a_guess_is_none(changed: dict[str, str]) -> None:
    assert position(**({"exif_GPSLatitude": "42.35", "exif_GPSLongitude": "13.4"} | changed)) is None


def test_where_exif_lacks_the_hemisphere_xmp_may_state_it() -> None:
    fields = {
        "Exif.GPSInfo.GPSLatitude": "28/1 25/1 7/1",
        "Exif.GPSInfo.GPSLongitude": "81/1 34/1 52/1",
        "Xmp.exif.GPSLatitude": "28,25.1N",
        "Xmp.exif.GPSLongitude": "81,34.8W",
    }
    found = read_metadata(jpeg_with(fields), "a.jpg", 0)[0].location
    assert found is not None
    assert (round(found.latitude, 4), round(found.longitude, 4)) == (28.4183, -81.58)
