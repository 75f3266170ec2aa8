"""The small pictures that cameras write into a JPEG: which are used, and that they look like the picture."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.previews import HEAD_BYTES, Preview, preview
from tests.kit.pictures import distance, encoded, scene
from tests.kit.previews import with_large_thumbnail, with_thumbnail

LIMITS = DecodeLimits(100_000_000)
PICTURE = scene(1200, 800)


def small(width: int, height: int, of: Image.Image = PICTURE) -> bytes:
    return encoded(of.resize((width, height)), "JPEG", quality=95)


def found(data: bytes, edge: int, folder: Path) -> Preview | None:
    path = folder / "1.jpg"
    path.write_bytes(data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return preview(descriptor, edge)
    finally:
        os.close(descriptor)


def shown(of: Preview | None, edge: int) -> Image.Image:
    assert of is not None
    decoded = decode(of.data, edge, LIMITS)
    assert not decoded.warnings
    return Image.fromarray(decoded.image.numpy())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("given_to", [with_thumbnail, with_large_thumbnail])
def test_the_preview_looks_like_the_picture(tmp_path: Path, order: str, given_to: Callable[..., bytes]) -> None:
    data = given_to(encoded(PICTURE, "JPEG"), small(160, 107), order=order)
    picture = shown(found(data, 160, tmp_path), 160)
    assert picture.size == (160, 107) and distance(picture, PICTURE) < 3


def test_the_smallest_that_has_enough_pixels_is_used(tmp_path: Path) -> None:
    data = with_large_thumbnail(with_thumbnail(encoded(PICTURE, "JPEG"), small(160, 107)), small(640, 427))
    edges = {edge: made.edge for edge in (100, 160, 320, 640, 960) if (made := found(data, edge, tmp_path))}
    assert edges == {100: 160, 160: 160, 320: 640, 640: 640, 960: 640}
    assert found(data, 1920, tmp_path) is None, "fewer than half of the pixels are too few"
    alone = with_thumbnail(encoded(PICTURE, "JPEG"), small(160, 107))
    assert [found(alone, edge, tmp_path) is None for edge in (320, 321)] == [False, True]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_as_its_picture(tmp_path: Path, orientation: int) -> None:
    data = with_thumbnail(encoded(PICTURE, "JPEG"), small(160, 107), orientation)
    upright = decode(data, 160, LIMITS).image
    picture = shown(found(data, 160, tmp_path), 160)
    assert picture.size == (upright.width, upright.height)
    assert distance(picture, Image.fromarray(upright.numpy())) < 3


def test_it_has_the_colours_of_its_picture(tmp_path: Path) -> None:
    odd = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = with_thumbnail(encoded(PICTURE, "JPEG"), small(160, 107))
    assert odd not in (found(plain, 160, tmp_path) or Preview(b"", 0)).data
    data = with_thumbnail(encoded(PICTURE, "JPEG", icc_profile=odd), small(160, 107))
    made = found(data, 160, tmp_path)
    assert made is not None and odd in made.data


@pytest.mark.parametrize(
    "thumbnail",
    [
        small(160, 120),  # which cameras write with black bars
        small(107, 160),
        small(160, 107)[:40],
        encoded(PICTURE.convert("L").resize((160, 107)), "JPEG"),
        encoded(PICTURE.resize((160, 107)), "PNG"),
        b"",
    ],
    ids=["another shape", "turned", "cut off", "grey", "another format", "nothing"],
)
@pytest.mark.parametrize("given_to", [with_thumbnail, with_large_thumbnail])
def test_one_that_does_not_fit_is_passed_over(tmp_path: Path, thumbnail: bytes, given_to: Callable[..., bytes]) -> None:
    assert found(given_to(encoded(PICTURE, "JPEG"), thumbnail), 160, tmp_path) is None


def test_other_pictures_behind_a_picture_are_no_previews(tmp_path: Path) -> None:
    for kind in (0x020001, 0x020002, 0x030000, 0):  # a panorama, the second of a stereo pair, a gain map
        data = with_large_thumbnail(encoded(PICTURE, "JPEG"), small(600, 400), kind)
        assert found(data, 320, tmp_path) is None


def test_a_picture_larger_than_its_own_is_no_preview(tmp_path: Path) -> None:
    data = with_thumbnail(encoded(PICTURE.resize((120, 80)), "JPEG"), small(240, 160))
    assert found(data, 160, tmp_path) is None


def test_other_files_have_none(tmp_path: Path) -> None:
    plain = encoded(PICTURE, "JPEG")
    for data in (plain, b"", b"\xff\xd8", encoded(PICTURE, "PNG"), bytes(HEAD_BYTES)):
        assert found(data, 160, tmp_path) is None


def test_a_file_that_has_changed_has_none(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    path.write_bytes(with_thumbnail(encoded(PICTURE, "JPEG"), small(160, 107)))
    with path.open("rb") as file:
        status = path.stat()
        assert preview(file.fileno(), 160, (status.st_size, status.st_mtime_ns)) is not None
        assert preview(file.fileno(), 160, (status.st_size, status.st_mtime_ns - 1)) is None


DAMAGED = with_large_thumbnail(
    with_thumbnail(encoded(PICTURE.resize((300, 200)), "JPEG"), small(30, 20)), small(60, 40)
)


@given(st.lists(st.tuples(st.integers(0, 2200), st.integers(0, 255)), max_size=8), st.integers(0, len(DAMAGED)))
def test_damage_never_raises(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], end: int
) -> None:
    data = bytearray(DAMAGED)
    for at, value in changes:
        data[at % len(data)] = value
    folder = tmp_path_factory.getbasetemp()
    found(bytes(data), 60, folder)
    found(bytes(data[:end]), 60, folder)
