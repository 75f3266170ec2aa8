"""How the structure of HEIF and AVIF files turns their pictures."""

from __future__ import annotations

import PIL.ImageOps
import pytest

from photos_graph.images.decoding import decode
from photos_graph.images.heif_orientation import heif_orientation
from photos_graph.images.opened import DecodeLimits
from photos_graph.library.picture_hash import picture_hash
from tests.kit.formats import heif
from tests.kit.pictures import distance, scene
from tests.kit.shown import shown

LIMITS = DecodeLimits(10**9)


@pytest.mark.parametrize("kind", ["heic", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_the_one_by_which_the_picture_is_shown(kind: str, orientation: int) -> None:
    picture = scene(120, 80)
    decoded = decode(heif(picture, kind, orientation), 1600, LIMITS)
    picture.getexif()[0x0112] = orientation
    assert decoded.orientation == orientation
    assert distance(shown(decoded), PIL.ImageOps.exif_transpose(picture)) < 2


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_turn_is_not_part_of_the_picture(kind: str) -> None:
    files = [heif(scene(120, 80), kind, orientation) for orientation in range(1, 9)]
    assert len({picture_hash(data, "whole") for data in files}) == 1


def test_a_file_that_ends_too_early_is_upright() -> None:
    data = heif(scene(120, 80), "heic", 6)
    assert heif_orientation(data) == 6
    assert {heif_orientation(data[:size]) for size in range(0, 200)} == {1}
