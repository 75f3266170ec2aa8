"""Real models on faces that scikit-image ships: found, told apart, whichever way up, and how good."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFilter

from photos_graph.faces import catalogue
from tests.kit import made_corpora
from tests.kit.corpora import MADE
from tests.kit.model_workers import Models

PERSONS, EACH = 12, 4


def saved(picture: Image.Image, path: Path) -> Path:
    picture.save(path, quality=95)
    return path


@pytest.fixture
def astronaut() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


def test_faces_are_found_where_there_are_some(models: Models, tmp_path: Path, astronaut: Image.Image) -> None:
    couple = Image.new("RGB", (1024, 512))
    couple.paste(astronaut, (0, 0))
    couple.paste(astronaut, (512, 0))
    pictures = {"one": astronaut, "two": couple}
    pictures |= {name: Image.fromarray(getattr(skimage.data, name)()) for name in ("coffee", "cat", "rocket")}
    found = models.find([saved(picture, tmp_path / f"{name}.jpg") for name, picture in pictures.items()])
    assert [len(each) for each in found] == [1, 2, 0, 0, 0]
    x, y, width, height = found[0].boxes[0]
    assert x < 0.43 < x + width and y < 0.2 < y + height, "the tip of her nose is in it"


def test_persons_are_told_apart_by_the_threshold_of_the_table(models: Models) -> None:
    """Any two pictures of one person are alike, and no two of different persons."""
    made_corpora.make()
    persons = sorted((MADE / "lfw").iterdir())[:PERSONS]
    pictures = [picture for person in persons for picture in sorted(person.iterdir())[:EACH]]
    found = models.find(pictures)
    assert [len(each) for each in found] == [1] * len(pictures)
    vectors = np.array([each.vectors[0] for each in found])
    owners = [picture.parent.name for picture in pictures]
    threshold = catalogue.embedder("SFace").verify
    pairs = list(combinations(range(len(pictures)), 2))
    wrong = [(a, b) for a, b in pairs if (vectors[a] @ vectors[b] >= threshold) != (owners[a] == owners[b])]
    assert len(wrong) <= len(pairs) // 100


def test_a_picture_that_lies_on_its_side_has_the_same_face(
    models: Models, tmp_path: Path, astronaut: Image.Image
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown by a turn to the right
    astronaut.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    [turned, upright] = models.find([tmp_path / "turned.jpg", saved(astronaut, tmp_path / "upright.jpg")])
    assert np.allclose(turned.boxes, upright.boxes, atol=0.02)
    assert float(turned.vectors[0] @ upright.vectors[0]) > 0.95


def test_quality_falls_with_blur_and_size(models: Models, tmp_path: Path, astronaut: Image.Image) -> None:
    pictures = {
        "whole": astronaut,
        "blurred": astronaut.filter(ImageFilter.GaussianBlur(6)),
        "small": astronaut.resize((160, 160)),
    }
    found = models.find([saved(picture, tmp_path / f"{name}.jpg") for name, picture in pictures.items()])
    whole, *worse = (float(each.qualities[0]) for each in found)
    assert whole > 0.8 and all(quality < whole - 0.1 for quality in worse)


def test_a_box_drawn_by_hand_is_kept_as_it_is(models: Models, tmp_path: Path, astronaut: Image.Image) -> None:
    picture = saved(astronaut, tmp_path / "astronaut.jpg")
    [found] = models.find([picture])
    x, y, width, height = found.boxes[0].tolist()
    drawn = [x - 0.02, y - 0.01, width + 0.04, height + 0.04]
    described = models.describe(picture, [drawn, [0.01, 0.9, 0.05, 0.05]])
    assert np.allclose(described.boxes[0], drawn)
    assert float(described.vectors[0] @ found.vectors[0]) > 0.9, "its landmarks are looked for"
    assert described.scores[1] == 0


def test_a_face_is_found_and_recognised_in_every_direction(
    models: Models, tmp_path: Path, astronaut: Image.Image
) -> None:
    """As in a sideways scan, which states no orientation, and upside down beside an upright face."""
    both = Image.new("RGB", (1024, 512))
    both.paste(astronaut, (0, 0))
    both.paste(astronaut.rotate(180), (512, 0))
    [upright, together] = models.find([saved(astronaut, tmp_path / "0.jpg"), saved(both, tmp_path / "both.jpg")])
    turned = [saved(astronaut.rotate(degrees), tmp_path / f"{degrees}.jpg") for degrees in (90, 180, 270)]
    for found in models.find(turned):
        assert len(found) == 1 and float(found.vectors[0] @ upright.vectors[0]) > 0.9
    assert (together.vectors @ upright.vectors[0] > 0.9).tolist() == [True, True]
