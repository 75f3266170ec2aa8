"""The backbone, with its real weights in its real worker: it knows what pictures show, and describes them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from photos_graph.errors import BadInput, ModelUnavailable
from photos_graph.faces.embedding import normalised
from photos_graph.learn import catalogue, content, neighbours
from photos_graph.learn.catalogue import LITE0
from photos_graph.learn.classes import names
from photos_graph.learn.torch_file import read_tensors
from photos_graph.learn.weights import BackboneWeights
from photos_graph.services.learning.features_call import PictureFeatures
from photos_graph.weights import WeightState
from tests.kit.corpora import CORPORA
from tests.kit.model_workers import BackboneWorker

PICTURES = Path(skimage.__file__).parent / "data"
CAT, COFFEE = PICTURES / "chelsea.png", PICTURES / "coffee.png"
EGYPTIAN_CAT, ESPRESSO = 285, 967  # of ImageNet's classes
EACH = 8  # pictures of mountains and of the sea
LAND = {"mountain", "valley", "volcano", "promontory", "cliff", "lakeshore"}
WATER = {"beach", "promontory", "sandbar", "lakeshore", "cliff", "breakwater"}


@pytest.fixture(scope="module")
def lite0(backbone_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackboneWorker]:
    running = BackboneWorker(backbone_home, tmp_path_factory.mktemp("lite0"))
    yield running
    running.close()


def described(home: Path, data_dir: Path, backbone: str) -> PictureFeatures:
    """Returns what a process of its own finds in two pictures, by the weights of ``home``."""
    worker = BackboneWorker(home, data_dir, backbone)
    try:
        return worker.describe([CAT, COFFEE])
    finally:
        worker.close()


def test_it_knows_what_pictures_show(lite0: BackboneWorker) -> None:
    found = lite0.classify([CAT, COFFEE])
    assert found.vectors.argmax(axis=1).tolist() == [EGYPTIAN_CAT, ESPRESSO]
    assert np.allclose(found.vectors.sum(axis=1), 1, atol=1e-4) and found.vectors.max(axis=1).min() > 0.5


def test_fifty_tensors_do_not_lie_in_order(backbone_home: Path) -> None:
    """So that the test above would notice a reader who takes no heed of strides."""
    tensors = read_tensors(BackboneWeights(backbone_home).path(LITE0))
    raw = BackboneWeights(backbone_home).path(LITE0).read_bytes()
    weights = [value for value in tensors.values() if value.ndim > 1]
    assert sum(value.astype("<f4").tobytes() not in raw for value in weights) == 50


@pytest.mark.corpora
def test_pictures_are_called_what_they_show(lite0: BackboneWorker, backbone_home: Path) -> None:
    scenes = CORPORA / "scenes"
    mountains, seas = (sorted((scenes / kind).iterdir())[:EACH] for kind in ("mountain", "sea"))
    best = lite0.classify([CAT, COFFEE, *mountains, *seas]).vectors.argmax(axis=1)
    cat, coffee, *places = [names(BackboneWeights(backbone_home))[at] for at in best]
    assert (cat, coffee) == ("Egyptian Mau", "espresso")
    assert sum(place in LAND for place in places[:EACH]) > EACH / 2
    assert sum(place in WATER for place in places[EACH:]) > EACH / 2


def test_stored_features_say_what_it_sees(lite0: BackboneWorker, backbone_home: Path) -> None:
    seen = lite0.classify([CAT, COFFEE]).vectors
    graph = neighbours.build("EfficientNetLite0", ["cat", "coffee"], lite0.describe([CAT, COFFEE]).vectors)
    found = content.class_layer(backbone_home, "EfficientNetLite0").probabilities(graph.vectors)
    assert found.argmax(axis=1).tolist() == [EGYPTIAN_CAT, ESPRESSO]
    assert np.corrcoef(found.ravel(), seen.ravel())[0, 1] > 0.95


def test_features_are_layers_of_length_one_and_blind_to_mirrors(lite0: BackboneWorker, tmp_path: Path) -> None:
    mirrored, broken = tmp_path / "mirrored.png", tmp_path / "broken.png"
    with Image.open(CAT) as cat:
        cat.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(mirrored)
    broken.write_bytes(CAT.read_bytes()[:1000])
    many = [CAT, broken, COFFEE, *[CAT] * 20, mirrored]  # more than a batch
    found = lite0.describe(many)

    assert list(found.failed) == [1] and found.seen == tuple(place for place in range(24) if place != 1)
    assert found.vectors.shape == (23, 1280 + 320 + 112)
    for part in np.split(found.vectors, [1280, 1600], axis=1):
        assert np.allclose(np.linalg.norm(part, axis=1), 1, atol=1e-5)
    alike = normalised(found.vectors) @ normalised(found.vectors[0])
    assert np.allclose(alike[2:], 1, atol=1e-3) and alike[1] < 0.8


def test_any_model_of_keras_applications_will_do(tmp_path: Path) -> None:
    """With weights of chance, put where an owner would."""
    owner, home = tmp_path / "usb", tmp_path / "models"
    owner.mkdir()
    make = "import keras, sys; keras.applications.MobileNetV3Small(weights=None, include_top=False, pooling='avg')"
    file = owner / "MobileNetV3Small.weights.h5"
    subprocess.run([sys.executable, "-c", f"{make}.save_weights(sys.argv[1])", file], check=True, capture_output=True)
    row = catalogue.backbone("MobileNetV3Small")
    BackboneWeights(home, owner).fetch([row], lambda what, done, total: None)
    found = described(home, tmp_path / "data", "MobileNetV3Small")
    assert found.vectors.shape == (2, 576) and np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)

    BackboneWeights(home).path(row.weights[0]).write_bytes(b"something else")
    assert BackboneWeights(home).state_of(row) is WeightState.DAMAGED
    with pytest.raises(ModelUnavailable, match="damaged"):
        described(home, tmp_path / "other", "MobileNetV3Small")


def test_without_weights_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="models --fetch"):
        described(tmp_path / "models", tmp_path / "data", "EfficientNetLite0")
    with pytest.raises(BadInput, match="EfficientNetLite0"):
        catalogue.backbone("efficientnet")
