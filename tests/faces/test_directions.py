"""Faces that do not stand upright in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from photos_graph.faces.detection import BOX_LANDMARKS
from photos_graph.faces.directions import direction_of, in_all_directions, main_direction, turned, turned_back
from photos_graph.faces.sightings import Detections, Pixels, joined, no_detections

WIDTH, HEIGHT = 60, 40
BOX = np.array([10, 5, 16, 20], np.float32)


def upright(score: float = 0.9) -> Detections:
    landmarks = BOX[:2] + BOX_LANDMARKS * BOX[2:]
    return Detections(BOX[None], landmarks[None].astype(np.float32), np.array([score], np.float32))


def picture() -> Pixels:
    """A picture whose only bright part is the box."""
    made = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    made[5:25, 10:26] = 255
    return made


@pytest.mark.parametrize("quarters", range(4))
def test_what_is_seen_in_a_turned_picture_is_turned_back(quarters: int) -> None:
    seen = turned(picture(), quarters)
    rows, columns = np.nonzero(seen[:, :, 0])
    box = [columns.min(), rows.min(), columns.max() + 1 - columns.min(), rows.max() + 1 - rows.min()]
    found = Detections(np.array([box], np.float32), np.zeros((1, 5, 2), np.float32), np.ones(1, np.float32))
    back = turned_back(found, quarters, WIDTH, HEIGHT)
    assert back.boxes[0].tolist() == BOX.tolist()


@pytest.mark.parametrize("quarters", range(4))
def test_landmarks_tell_how_a_face_is_turned(quarters: int) -> None:
    """A detector that sees upright faces alone finds one in the picture that stands upright after that many turns."""
    shape = turned(picture(), 4 - quarters).shape

    def find(seen: Pixels) -> Detections:
        return upright() if np.array_equal(seen, picture()) else no_detections()

    found = in_all_directions(find, turned(picture(), 4 - quarters))
    assert len(found) == 1 and direction_of(found.landmarks[0]) == main_direction(found) == quarters
    again = turned_back(upright(), quarters, shape[1], shape[0])
    assert np.allclose(again.landmarks, found.landmarks)


def test_most_faces_decide_how_the_picture_is_turned() -> None:
    sideways = turned_back(upright(0.8), 1, HEIGHT, WIDTH)
    assert main_direction(joined([upright(0.9), sideways])) == 0
    assert main_direction(joined([upright(0.9), sideways, sideways])) == 1
    assert main_direction(no_detections()) == 0


def test_uncertain_faces_count_only_upright() -> None:
    assert len(in_all_directions(lambda seen: upright(0.8), picture())) == 1
    assert len(in_all_directions(lambda seen: upright(0.86), picture())) == 4
