"""An image-text model in the layout of published ones: what it says, and what may be wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from photos_graph.errors import ModelUnavailable
from photos_graph.learn import image_text
from photos_graph.learn.image_text import (
    CONFIG,
    PREPARATION,
    TEXT,
    TOKENIZER,
    VISION,
    Floats,
    OnnxPictures,
    OnnxTexts,
    Preparation,
    fingerprint,
    preparation,
)
from tests.kit.image_text import BLUE, EDGE, GREEN, RED, image_text_model

SQUARE = {"height": 224, "width": 224}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_text_model(tmp_path_factory.mktemp("model"))


def picture(above: tuple[int, int, int], below: tuple[int, int, int]) -> Floats:
    made = np.zeros((EDGE, EDGE, 3), np.uint8)
    made[: EDGE // 2], made[EDGE // 2 :] = above, below
    return made


def test_a_text_is_nearest_to_the_picture_that_it_describes(model: Path) -> None:
    pictures = np.stack([picture(RED, RED), picture(GREEN, GREEN), picture(BLUE, BLUE), picture(BLUE, RED)])
    seen, read = OnnxPictures(model, 1).vectors(np.repeat(pictures, 5, axis=0)), OnnxTexts(model, 1)
    assert seen.shape == (20, 12) and np.allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-5)
    for place, text in enumerate(("crimson", "emerald", "azure", "POPPIES")):
        alike = (seen @ read.vector(text)).reshape(4, 5)
        assert alike.min(axis=1).argmax() == place and alike[place].min() > 0.99
    assert read.vector("crimson " * 1000).shape == (12,), "long texts are cut off"
    assert OnnxPictures(model, 1).vectors(np.zeros((0, EDGE, EDGE, 3), np.uint8)).shape[0] == 0


@pytest.mark.parametrize(
    ("about", "wanted"),
    [
        ({"size": {"shortest_edge": 224}, "crop_size": SQUARE, "do_center_crop": True}, (224, 224, True)),
        ({"size": 224, "crop_size": 224, "do_center_crop": True}, (224, 224, True)),
        ({"size": {"shortest_edge": 256}, "crop_size": SQUARE, "do_center_crop": True}, (256, 224, True)),
        ({"size": {"height": 240, "width": 240}}, (240, 240, False)),
    ],
)  # fmt: skip
def test_the_sizes_of_published_descriptions_are_read(
    tmp_path: Path, about: dict[str, object], wanted: tuple[int, int, bool]
) -> None:
    colours = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4]}
    (tmp_path / PREPARATION).write_text(json.dumps(about | colours))
    assert preparation(tmp_path) == Preparation(*wanted, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))


def test_the_fingerprint_changes_with_every_file(tmp_path: Path) -> None:
    folder = image_text_model(tmp_path)
    seen = {fingerprint(folder)}
    assert fingerprint(image_text_model(tmp_path / "copy")) in seen
    for name in image_text.FILES:
        path = folder / name
        path.write_bytes(path.read_bytes() + b" ")
        seen.add(fingerprint(folder))
    assert len(seen) == 1 + len(image_text.FILES)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _described(**changes: object) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        (VISION, _cut, VISION),
        (VISION, lambda path: path.write_bytes((path.parent / "text_model.onnx").read_bytes()), VISION),
        (TEXT, _cut, TEXT),
        (TOKENIZER, _cut, TOKENIZER),
        (PREPARATION, _cut, PREPARATION),
        (PREPARATION, _described(size=10_000_000), "10000000"),
        (PREPARATION, _described(image_std=[0, 1, 1]), "deviation"),
        (PREPARATION, _described(image_mean="grey"), PREPARATION),
        (CONFIG, lambda path: path.write_text("[]"), CONFIG),
        (CONFIG, _described(model_type="siglip"), "CLIP"),
        (TOKENIZER, Path.unlink, "lacks tokenizer.json"),
    ],
)
def test_what_is_wrong_with_a_model_is_said(
    tmp_path: Path, name: str, damage: Callable[[Path], None], says: str
) -> None:
    folder = image_text_model(tmp_path)
    damage(folder / name)
    with pytest.raises(ModelUnavailable, match=says) as raised:
        fingerprint(folder)
        OnnxPictures(folder, 1).vectors(np.zeros((1, EDGE, EDGE, 3), np.uint8))
        OnnxTexts(folder, 1).vector("crimson")
    assert str(tmp_path) in raised.value.public_message
