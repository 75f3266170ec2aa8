"""Which photos are compared, and which of a group is the best."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import PIL.Image
import pytest
import pyvips

from photos_graph.graph.learning.compared import ComparedPhoto
from photos_graph.images.derivatives import placeholder
from photos_graph.model.similar import BestReason
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import PhotoRow
from photos_graph.services.learning.similar_rules import (
    Merits,
    ShotTimes,
    best_of,
    looks_alike,
    moments,
    small_picture_of,
    stacked_bursts,
)
from tests.kit.pictures import leaves, scene

NOON = datetime(2019, 8, 14, 12)


def index(*shots: tuple[float | None, str | None]) -> SearchIndex:
    """An index of photos by the second at which they were taken, and by camera; the last two are a burst."""
    found = SearchIndex()
    found.apply_photos(
        PhotoRow(
            number=number,
            id=f"{number:032x}",
            name=f"{number}.jpg",
            folders=("f",),
            taken=None if second is None else NOON + timedelta(seconds=second),
            camera=camera,
            stack=("s", "BURST") if number >= len(shots) - 2 else None,
        )
        for number, (second, camera) in enumerate(shots)
    )
    return found


def test_shots_of_one_camera_within_a_moment_are_compared() -> None:
    search = index((0, "a"), (100, "a"), (2, "b"), (4, "a"), (None, "a"), (5, None), (104, "a"))
    assert moments(ShotTimes.of(search), search.sets.visible).tolist() == [[0, 3], [1, 6]]
    assert stacked_bursts(search).tolist() == [[5, 6]]


@pytest.mark.parametrize("edges", [(1, 1), (1, 3000), (3000, 1), (2, 3), (3000, 400), (400, 3000), (640, 480)])
def test_a_picture_of_any_shape_has_a_small_one(edges: tuple[int, int]) -> None:
    """A panorama has fewer rows than a small picture."""
    ramp = pyvips.Image.xyz(*edges) * [200 / edges[0], 200 / edges[1]]
    small = small_picture_of(placeholder(ramp.bandjoin(0).cast("uchar").copy(interpretation="srgb")))
    assert small is not None and small.shape == (7, 7, 3) and 0 <= small.min() <= small.max() <= 255
    if max(edges) > 600 and min(edges) > 1:  # the colour that grows along the long edge does so
        along = small[:, :, 0].mean(axis=0) if edges[0] > edges[1] else small[:, :, 1].mean(axis=1)
        assert (np.diff(along) > 0).all() and along[6] > along[0] + 100


def test_what_one_camera_took_at_two_times_is_no_copy() -> None:
    times = ShotTimes.of(index((0, "a"), (0, "a"), (9, "a"), (9, "b"), (None, "a"), (9, None)))
    pairs = np.array([[0, 1], [0, 2], [2, 3], [0, 4], [2, 5], [0, 99]])
    assert times.may_be_copies(pairs).tolist() == [True, False, True, True, True, True]


@pytest.mark.parametrize(
    ("merits", "best"),
    [
        ({1: Merits(100), 2: Merits(400), 3: Merits(50)}, (2, BestReason.PIXELS)),
        ({1: Merits(100, 5.0), 2: Merits(102, 9.0), 3: Merits(50, 20.0)}, (2, BestReason.SHARPNESS)),
        ({1: Merits(100, 9.0, 0.3), 2: Merits(100, 9.2, 0.6)}, (2, BestReason.FACES)),
        ({4: Merits(100), 2: Merits(100)}, (2, BestReason.FIRST)),
    ],
)
def test_the_best_photo_has_most_pixels_then_is_sharpest_then_has_the_best_faces(
    merits: dict[int, Merits], best: tuple[int, BestReason]
) -> None:
    assert best_of(merits) == best


def test_hashes_tell_other_pictures_from_edits() -> None:
    def photo(picture: object) -> ComparedPhoto:
        image = pyvips.Image.new_from_array(np.asarray(picture)).copy(interpretation="srgb")
        return ComparedPhoto(0, "", 1, 1, placeholder(image))

    edited = scene().crop((12, 12, 588, 388)).point(lambda level: min(255, level * 1.3))
    assert looks_alike(photo(scene()), photo(edited))
    assert not looks_alike(photo(scene()), photo(scene().transpose(PIL.Image.Transpose.ROTATE_180)))
    assert looks_alike(photo(scene()), ComparedPhoto(0, "", 1, 1, None)), "nobody knows"
    assert looks_alike(photo(leaves(1)), photo(leaves(2))), "the hashes of even pictures tell nothing"
