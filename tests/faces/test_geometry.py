"""Boxes, tiles and landmarks: what needs no model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.faces import alignment, catalogue
from photos_graph.faces.detection import OVERLAP, TILE, edges, look_in_steps, tiles
from photos_graph.faces.sightings import Detections, joined, no_detections, same_face

Matrix = alignment.Matrix
sizes = st.integers(1, 9000)


@given(width=sizes, height=sizes, x=st.integers(0, 9000), y=st.integers(0, 9000))
def test_every_small_face_is_whole_in_some_tile(width: int, height: int, x: int, y: int) -> None:
    right, bottom = min(x + OVERLAP, width), min(y + OVERLAP, height)
    x, y = max(0, right - OVERLAP), max(0, bottom - OVERLAP)
    found = list(tiles(width, height))
    assert any(left <= x and right <= left + w and top <= y and bottom <= top + h for left, top, w, h in found)
    for left, top, w, h in found:
        assert left >= 0 and left + w <= width and top >= 0 and top + h <= height and max(w, h) <= TILE


@pytest.mark.parametrize(
    ("longest", "looks"),
    [
        (100, [100]),
        (640, [640]),
        (960, [640]),
        (1920, [640, 1920]),
        (2560, [640, 1280, 2560]),
        (5760, [640, 1920, 5760]),
    ],
)
def test_a_picture_is_looked_at_larger_and_larger(longest: int, looks: list[int]) -> None:
    assert edges(longest) == looks


def test_a_face_that_is_seen_twice_is_one() -> None:
    """In two sizes, and in the overlap of tiles."""
    face = np.array([870.0, 500.0, 60.0, 80.0])
    seen: list[tuple[int, int]] = []

    def look(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Detections:
        seen.append((picture.shape[1], picture.shape[0]))
        rows = np.argwhere(picture[:, :, 0] > 200)
        if not len(rows):
            return no_detections()
        (top, left), (bottom, right) = rows.min(axis=0), rows.max(axis=0)
        box = np.array([[left, top, right - left + 1, bottom - top + 1]], np.float32)
        return Detections(box, np.zeros((1, 5, 2), np.float32), np.array([0.9 + 0.0001 * len(seen)], np.float32))

    picture = np.zeros((1600, 2600, 3), np.uint8)
    x, y, width, height = face.astype(int)
    picture[y : y + height, x : x + width] = 255
    found = look_in_steps(look, picture)
    in_four_directions = 4
    finer = [tile for edge in edges(2600)[1:] for tile in tiles(edge, round(edge * 1600 / 2600))]
    assert len(seen) == in_four_directions + len(finer) == 12
    assert len(found) == 1 and np.allclose(found.boxes[0], face, atol=1)


def test_which_boxes_show_one_face() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 10, 10], [3, 3, 4, 4], [8, 8, 10, 10], [50, 50, 5, 5]], np.float32)
    assert same_face(boxes, boxes[0]).tolist() == [True, True, True, False, False]
    assert len(joined([])) == 0


@given(
    scale=st.floats(0.1, 10), angle=st.floats(-3.1, 3.1), shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500))
)
def test_a_similarity_is_found_again(scale: float, angle: float, shift: tuple[float, float]) -> None:
    points = np.array(catalogue.ARCFACE_TEMPLATE)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    transform = alignment.similarity_transform(points @ turn.T + shift, points)
    back = (points @ turn.T + shift) @ transform[:, :2].T + transform[:, 2]
    assert np.allclose(back, points, atol=1e-6)
    assert np.isclose(alignment.scale_of(transform), 1 / scale)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    points = np.array(catalogue.ARCFACE_TEMPLATE)
    transform = alignment.similarity_transform(points * [-1, 1], points)
    assert np.linalg.det(transform[:, :2]) > 0


def test_landmarks_that_are_not_known_are_left_out() -> None:
    points = np.array(catalogue.ARCFACE_TEMPLATE)
    eyes = points.copy()
    eyes[2:] = np.nan
    assert np.allclose(alignment.similarity_transform(eyes * 2 + 5, points)[:, :2], np.eye(2) / 2)
    box = np.array([10, 20, 100, 120], np.float32)
    guessed = alignment.landmarks_of(box, np.full((5, 2), np.nan, np.float32))
    assert ((guessed > box[:2]) & (guessed < box[:2] + box[2:])).all()


@pytest.mark.parametrize("name", catalogue.EMBEDDERS)
def test_templates_are_inside_the_crop(name: str) -> None:
    row = catalogue.embedder(name)
    template = alignment.template_for(row)
    assert (template > 0).all() and (template < [row.width, row.height]).all()
    assert template[0, 0] < template[1, 0] and template[0, 1] < template[2, 1] < template[3, 1]


@pytest.mark.parametrize("scale", [1.5, 0.7, 0.3, 0.05])
def test_a_crop_shows_what_is_between_its_landmarks(scale: float) -> None:
    """A large picture is made smaller first; what is where must not depend on that."""
    size = int(112 / scale)
    across, down = np.meshgrid(np.linspace(0, 255, size), np.linspace(0, 255, size))
    picture = np.stack([across, down, np.zeros_like(across)], axis=2).astype(np.uint8)
    whole = np.zeros((size + 300, size + 200, 3), np.uint8)
    whole[200 : 200 + size, 100 : 100 + size] = picture
    template = np.array(catalogue.ARCFACE_TEMPLATE)
    transform = alignment.similarity_transform(template / scale + [100, 200], template)
    crop = alignment.crop(whole, transform, 112, 112)
    expected = np.linspace(0, 255, 112)
    assert np.abs(crop[56, 10:-10, 0] - expected[10:-10]).max() < 4
    assert np.abs(crop[10:-10, 56, 1] - expected[10:-10]).max() < 4
