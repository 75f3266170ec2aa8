"""Which pictures are edits of others, and how they lie on them."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import PIL.Image
import PIL.ImageEnhance
import pytest
from numpy.typing import NDArray

from photos_graph.images.likeness import EDGE, SAME_MOMENT, edited_view, likeness_of_shots
from photos_graph.model.faces import Box
from photos_graph.model.succession import WHOLE, View
from tests.kit.pictures import encoded, leaves

Turn = PIL.Image.Transpose
TURNS = {
    2: Turn.FLIP_LEFT_RIGHT,
    3: Turn.ROTATE_180,
    4: Turn.FLIP_TOP_BOTTOM,
    5: Turn.TRANSPOSE,
    6: Turn.ROTATE_270,
    7: Turn.TRANSVERSE,
    8: Turn.ROTATE_90,
}


def grey(picture: PIL.Image.Image) -> NDArray[np.float32]:
    """What remains of the picture in a JPEG."""
    saved = PIL.Image.open(io.BytesIO(encoded(picture, "JPEG", quality=80))).convert("L")
    saved.thumbnail((EDGE, EDGE))
    return np.asarray(saved, np.float32)


def view(old: PIL.Image.Image, new: PIL.Image.Image) -> View | None:
    return edited_view(grey(old), grey(new))


@pytest.mark.parametrize("orientation", TURNS)
def test_a_picture_that_was_turned_and_made_smaller_is_known(orientation: int) -> None:
    turned = leaves().transpose(TURNS[orientation])
    assert view(leaves(), turned) == View(orientation)
    assert view(leaves(), turned.resize((turned.width // 3, turned.height // 3))) == View(orientation)


@pytest.mark.parametrize(
    "retouched",
    [
        lambda picture: PIL.ImageEnhance.Contrast(picture).enhance(1.4),
        lambda picture: PIL.ImageEnhance.Brightness(picture).enhance(0.6),
        lambda picture: PIL.ImageEnhance.Color(picture).enhance(0),
        lambda picture: spotted(picture, 16),
    ],
)
def test_a_retouched_picture_is_known(retouched: Callable[[PIL.Image.Image], PIL.Image.Image]) -> None:
    assert view(leaves(), retouched(leaves())) == View()


@pytest.mark.parametrize(
    "edit", [lambda picture: picture.transpose(Turn.ROTATE_90), lambda picture: spotted(picture, 16)]
)
def test_an_edit_of_a_picture_that_is_mostly_empty_is_known(
    edit: Callable[[PIL.Image.Image], PIL.Image.Image],
) -> None:
    """Most of its windows say nothing, and are as unlike as noise."""
    sky = PIL.Image.new("RGB", (480, 320), (90, 120, 200))
    sky.paste(leaves().crop((0, 0, 480, 110)), (0, 210))
    assert view(sky, edit(sky.copy())) is not None


def spotted(picture: PIL.Image.Image, edge: int) -> PIL.Image.Image:
    picture.paste((120, 120, 120), (200, 150, 200 + edge, 150 + edge))
    return picture


def test_a_cut_is_known_by_the_part_that_is_left() -> None:
    found = view(leaves(), leaves().crop((24, 0, 480, 304)))
    assert found is not None and found.orientation == 1
    part = found.part
    assert (part.x, part.y, part.width, part.height) == pytest.approx((0.05, 0, 0.95, 0.95), abs=0.004)
    assert found.part != WHOLE and isinstance(part, Box)


def test_a_turn_without_loss_may_move_the_picture_and_leave_a_strip() -> None:
    """As jpegtran does where the size is no multiple of the blocks of JPEG."""
    turned = leaves().transpose(Turn.ROTATE_270)
    moved = leaves(2).transpose(Turn.ROTATE_270)
    moved.paste(turned.crop((6, 0, 320, 480)), (0, 0))
    found = view(leaves(), moved)
    assert found is not None and found.orientation == 6
    assert (found.part.x, found.part.width) == pytest.approx((6 / 320, 1), abs=0.002)


@pytest.mark.parametrize(("x", "y"), [(5, 0), (0, 4), (10, 10), (-14, 8)])
def test_a_frame_that_moved_is_no_edit(x: int, y: int) -> None:
    wide = leaves(3, 540, 360)
    assert view(wide.crop((20, 20, 520, 340)), wide.crop((20 + x, 20 + y, 520 + x, 340 + y))) is None


def test_a_frame_in_which_something_moved_is_no_edit() -> None:
    moved = leaves()
    moved.paste(leaves().crop((150, 80, 250, 240)), (165, 80))
    assert view(leaves(), moved) is None


def test_other_and_empty_pictures_are_no_edits() -> None:
    assert view(leaves(), leaves(2)) is None
    empty = PIL.Image.new("RGB", (480, 320), (90, 120, 200))
    assert view(empty, empty) is None
    assert view(leaves(), empty) is None
    assert edited_view(np.zeros((1, 400), np.float32), np.zeros((3, 2), np.float32)) is None


def test_shots_of_one_moment_are_alike_although_the_camera_and_something_before_it_moved() -> None:
    wide = leaves(3, 520, 360)
    moved = spotted(wide.crop((25, 14, 505, 334)), 90)
    assert likeness_of_shots(grey(wide.crop((0, 0, 480, 320))), grey(moved)) >= SAME_MOMENT
    assert likeness_of_shots(grey(leaves(1)), grey(leaves(2))) < SAME_MOMENT / 2
    assert likeness_of_shots(grey(leaves(1)), grey(leaves(1).transpose(Turn.ROTATE_90))) == 0
