"""The command that gets and checks the weights."""

from __future__ import annotations

from pathlib import Path

from photos_graph.faces.catalogue import YUNET
from photos_graph.faces.weights import FaceWeights
from tests.kit.commands import run


def test_models_are_listed_fetched_from_a_folder_and_verified(weights_home: Path, tmp_path: Path) -> None:
    data = ("--data-dir", tmp_path / "data")
    (tmp_path / "data/models").mkdir(parents=True)
    listed = run("models", *data)
    assert listed.returncode == 0 and "ArcFace" in listed.stdout and "EfficientNetLite0" in listed.stdout
    assert run("models", "--verify", *data).returncode == 1

    given = {"PHOTOS_FACES__WEIGHTS": str(weights_home / ".deepface/weights")}
    fetched = run("models", "--fetch", "--verify", *data, **given)
    assert fetched.returncode == 0, fetched.stderr
    assert YUNET.name in fetched.stderr

    path = FaceWeights(tmp_path / "data/models").path(YUNET)
    path.write_bytes(path.read_bytes()[:-1])
    damaged = run("models", "--verify", *data)
    assert damaged.returncode == 1 and "models --fetch" in damaged.stderr
    assert "damaged" in run("models", *data).stdout


def test_a_model_that_there_is_not_is_called_wrongly(tmp_path: Path) -> None:
    ended = run("models", "--fetch", "NoFace", "--data-dir", tmp_path)
    assert ended.returncode == 2 and "SFace" in ended.stderr
