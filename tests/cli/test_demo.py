"""The demonstration library, as a scan will see it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageOps

from photos_graph.demo import make_demo
from photos_graph.errors import BadInput
from photos_graph.library.metadata import read_metadata
from photos_graph.model.library import Metadata, TakenSource

pillow_heif.register_heif_opener()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "Pictures"
    make_demo(folder)
    return folder


def pictures(library: Path) -> list[Path]:
    return sorted(path for path in library.rglob("*") if path.suffix in (".jpg", ".png", ".webp", ".heic"))


def read(path: Path) -> Metadata:
    sidecar = path.with_name(path.name + ".xmp")
    metadata, warnings = read_metadata(
        path.read_bytes(), path.name, path.stat().st_mtime_ns, sidecar.read_bytes() if sidecar.exists() else None
    )
    assert warnings == ()
    return metadata


def test_returns_how_many_pictures_it_made(tmp_path: Path) -> None:
    count = make_demo(tmp_path / "Pictures")
    assert count == len(pictures(tmp_path / "Pictures")) >= 24


def test_leaves_nothing_beside_the_library(tmp_path: Path) -> None:
    make_demo(tmp_path / "Pictures")
    assert [path.name for path in tmp_path.iterdir()] == ["Pictures"]


def test_is_the_same_every_time(library: Path, tmp_path: Path) -> None:
    make_demo(tmp_path / "again")

    def contents(folder: Path) -> dict[str, tuple[str, int]]:
        return {
            str(path.relative_to(folder)): (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
            )
            for path in pictures(folder)
        }

    assert contents(tmp_path / "again") == contents(library)


def test_leaves_a_library_that_is_there_alone(library: Path) -> None:
    before = {path: path.stat().st_ino for path in pictures(library)}
    assert make_demo(library) == len(before)
    assert {path: path.stat().st_ino for path in pictures(library)} == before


def test_fills_an_empty_folder(tmp_path: Path) -> None:
    assert make_demo(tmp_path) == len(pictures(tmp_path))


def test_refuses_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(b"mine")
    with pytest.raises(BadInput, match="not a demonstration library"):
        make_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jpg"]


def test_says_why_a_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be created"):
        make_demo(tmp_path / "file" / "Pictures")


def test_every_picture_opens(library: Path) -> None:
    for path in pictures(library):
        with Image.open(path) as picture:
            picture.load()


def test_a_turned_picture_shows_upright(library: Path) -> None:
    with Image.open(library / "China/2018 Beijing/IMG_2103.jpg") as turned:
        assert turned.getexif()[0x0112] == 6
        assert turned.width > turned.height
        upright = ImageOps.exif_transpose(turned).convert("L")
    # The sky is above the trees.
    width, height = upright.size
    sky, trees = upright.crop((0, 0, width, 20)), upright.crop((0, height - 20, width, height))
    assert sum(sky.tobytes()) > 1.5 * sum(trees.tobytes())


@pytest.mark.parametrize("name", ["IMG_2101.jpg", "IMG_2140.heic"])
def test_dates_have_their_offset(library: Path, name: str) -> None:
    taken = read(library / "China/2018 Beijing" / name).taken
    assert taken is not None
    assert (taken.at.year, taken.offset, taken.source) == (2018, "+08:00", TakenSource.EXIF)


@pytest.mark.parametrize(
    ("path", "latitude", "longitude"),
    [
        ("Italy/2019 Abruzzo/DSCF1011.webp", 42.0861, 14.0866),
        ("Italy/2019 Abruzzo/DSCF1001.jpg", 42.3506, 13.3995),
        ("USA/2015 Cape Canaveral/IMG_0311.jpg", 28.5618, -80.5772),
    ],
)
def test_positions_are_where_the_folder_says(library: Path, path: str, latitude: float, longitude: float) -> None:
    location = read(library / path).location
    assert location is not None
    assert location.latitude == pytest.approx(latitude, abs=1e-5)
    assert location.longitude == pytest.approx(longitude, abs=1e-5)
    assert location.altitude is not None


def test_cameras_ratings_and_keywords_are_written(library: Path) -> None:
    metadata = read(library / "Italy/2019 Abruzzo/DSCF1004.jpg")
    assert metadata.camera is not None
    assert metadata.camera.model == "X-T3"
    assert metadata.rating == 5
    assert "Places/Italy/Abruzzo" in metadata.keywords


def test_a_png_has_keywords_too(library: Path) -> None:
    assert "Sky/Galaxies" in read(library / "USA/2015 Cape Canaveral/Deep field.png").keywords


def test_a_sidecar_gives_a_rating(library: Path) -> None:
    assert read(library / "Italy/2020 Rome/DSCF2015.jpg").rating == 3


def test_a_date_in_a_name_stands_in_for_exif(library: Path) -> None:
    taken = read(library / "Family/2021 Christmas/IMG_20211226_101500.jpg").taken
    assert taken is not None
    assert (taken.at, taken.source) == (datetime(2021, 12, 26, 10, 15), TakenSource.FILE_NAME)


def test_makers_and_licences_are_named(library: Path) -> None:
    with Image.open(library / "China/2018 Beijing/IMG_2101.jpg") as picture:
        assert (picture.getexif()[0x013B], picture.getexif()[0x8298]) == ("danielbuechele (flickr)", "CC BY 2.0")


def test_one_photo_lies_in_two_folders(library: Path) -> None:
    contents = [path.read_bytes() for path in pictures(library)]
    assert len(contents) - len(set(contents)) == 2
