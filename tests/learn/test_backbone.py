"""The backbone, with its real weights in its real worker: it knows what pictures show, and describes them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from photos_graph.errors import BadInput, ModelUnavailable
from photos_graph.faces.embedding import normalised
from photos_graph.learn import catalogue, content, head, neighbours
from photos_graph.learn.backbone import Floats, Pixels
from photos_graph.learn.catalogue import LITE0
from photos_graph.learn.classes import names
from photos_graph.learn.lite0 import Lite0, build
from photos_graph.learn.torch_file import read_tensors
from photos_graph.learn.weights import BackboneWeights
from photos_graph.services.learning.features_call import PictureFeatures
from photos_graph.weights import WeightState
from tests.kit.corpora import CORPORA
from tests.kit.head_examples import COUNTS, examples
from tests.kit.model_workers import BackboneWorker

REPOSITORY = Path(__file__).parents[2]
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


@dataclass(frozen=True)
class InKeras:
    """What one process with TensorFlow made: the outputs of EfficientNet-Lite0 for ``pictures``, and a folder with
    weights of chance of MobileNetV3Small. ``heads`` are a kernel and biases for each of ``head_examples``."""

    pictures: Pixels
    outputs: list[Floats]
    owner: Path
    heads: list[Floats]


@pytest.fixture(scope="module")
def in_keras(backbone_home: Path, tmp_path_factory: pytest.TempPathFactory) -> InKeras:
    folder = tmp_path_factory.mktemp("keras")
    owner, given, results = folder / "usb", folder / "pictures.npy", folder / "outputs.npz"
    owner.mkdir()
    shown = [Image.open(PICTURES / f"{name}.png") for name in ("chelsea", "coffee", "astronaut", "motorcycle_left")]
    np.save(given, np.stack([np.asarray(each.convert("RGB").resize((224, 224))) for each in shown]))
    weights = BackboneWeights(backbone_home).path(LITE0)
    file, heads = owner / "MobileNetV3Small.weights.h5", folder / "heads.npz"
    command = [sys.executable, "-m", "tests.kit.processes.keras_reference", weights, given, results, file, heads]
    subprocess.run(command, check=True, capture_output=True, cwd=REPOSITORY)
    with np.load(results) as found, np.load(heads) as trained:
        return InKeras(np.load(given), [found[n] for n in found.files], owner, [trained[n] for n in trained.files])


def test_it_sees_what_keras_sees(in_keras: InKeras, backbone_home: Path) -> None:
    """So features that an earlier version stored can be compared with new ones."""
    weights = BackboneWeights(backbone_home).path(LITE0)
    network = Lite0(weights, 224, threads=1)
    found = network.outputs(in_keras.pictures)
    assert [each.shape[1] for each in found] == [*network.layers, network.class_count]
    for ours, theirs in zip(found, in_keras.outputs, strict=True):
        assert np.abs(ours - theirs).max() < 1e-4 * np.abs(theirs).max()
        assert (normalised(ours) * normalised(theirs)).sum(axis=1).min() > 1 - 1e-6

    alone = Lite0(weights, 224, threads=2).outputs(in_keras.pictures[2:3])
    assert all(np.array_equal(each, all_[2:3]) for each, all_ in zip(alone, found, strict=True))


def test_a_head_is_trained_as_keras_trains_it(in_keras: InKeras) -> None:
    """So what was fitted to heads of Keras, and what was measured with them, stays true."""
    ours = [part for count in COUNTS for part in head.fit(*examples(count), seed=count)]
    for mine, theirs in zip(ours, in_keras.heads, strict=True):
        assert np.abs(theirs).max() > 0.01 and np.abs(mine - theirs).max() < 1e-3 * np.abs(theirs).max()
    again = [part for count in COUNTS for part in head.fit(*examples(count), seed=count)]
    assert all(np.array_equal(*pair) for pair in zip(ours, again, strict=True))


def test_weights_of_another_network_are_named(backbone_home: Path) -> None:
    tensors = read_tensors(BackboneWeights(backbone_home).path(LITE0))
    with pytest.raises(ModelUnavailable, match=r"_blocks\.7\._bn1\.weight"):
        build({name: each for name, each in tensors.items() if name != "_blocks.7._bn1.weight"}, 224)
    with pytest.raises(ModelUnavailable, match=r"_fc\.bias has the shape \(10,\) in place of \(1000,\)"):
        build(tensors | {"_fc.bias": tensors["_fc.bias"][:10]}, 224)


def test_any_model_of_keras_applications_will_do(in_keras: InKeras, tmp_path: Path) -> None:
    """With weights of chance, put where an owner would."""
    home = tmp_path / "models"
    row = catalogue.backbone("MobileNetV3Small")
    BackboneWeights(home, in_keras.owner).fetch([row], lambda what, done, total: None)
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
