"""Files of models: what was saved comes back, and what is not that is refused."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

from photos_graph.array_files import Damaged, pack, unpack
from photos_graph.faces import catalogue
from photos_graph.learn import dataset, neighbours, persons, propagation
from photos_graph.learn.dataset import TrainingSet
from photos_graph.learn.named_faces_file import read_named_faces, write_named_faces
from photos_graph.learn.persons import NamedFaces, PersonModel
from photos_graph.learn.registry import VERSION, Registry, packed, unpacked
from photos_graph.learn.tags import TagModel
from photos_graph.model.learning import ModelKind, Trust
from tests.kit.vectors import people, tag_model

EARLIER = (
    "label",
    "examples",
    "held_out",
    "threshold",
    "precision",
    "precision_at_least",
    "recall",
    "average_precision",
)


def person_model() -> PersonModel:
    vectors, owners = people(5, 60, 0.5, seed=1, dimensions=128)
    ids = [str(at) for at in range(60)]
    faces = NamedFaces(ids, list("abcde"), ids, vectors, np.ones(60, np.float32), owners)
    return persons.train(faces, catalogue.embedder("SFace"))


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models")
    model, recogniser = tag_model(), person_model()
    tags = registry.load(registry.save(ModelKind.TAGS, 3, packed(model)))
    assert isinstance(tags, TagModel) and tags.scores == model.scores and tags.per_label == model.per_label
    assert tags.labels == model.labels and tags.predictor.seed_ids == ("a", "b")
    assert np.array_equal(tags.predictor.kernel, model.predictor.kernel)
    assert packed(tags) == packed(model) and np.array_equal(tags.predictor.crossed, model.predictor.crossed)

    again = registry.load(registry.save(ModelKind.PERSONS, 1, packed(recogniser)))
    assert isinstance(again, PersonModel) and again.scores == recogniser.scores and again.labels == recogniser.labels
    assert np.array_equal(again.known.means, recogniser.known.means)
    assert np.array_equal(again.thresholds, recogniser.thresholds)


def test_a_model_that_scored_no_photo_by_models_that_did_not_see_it_is_read() -> None:
    about, arrays = unpack(packed(tag_model()), VERSION)
    about["per_label"] = [{name: each[name] for name in EARLIER} for each in about["per_label"]]
    for name in ("crossed", "alike", "belief_scores", "belief_odds"):
        del arrays[name]
    del about["everything"], about["way"]
    model = unpacked(pack(VERSION, about, arrays))
    assert isinstance(model, TagModel) and model.per_label[0].trust is Trust.PROVISIONAL
    graph = neighbours.build("b", ["a", "b", "c"], np.eye(3, 8, dtype=np.float32))
    found = model.predictor.probabilities(graph)
    assert found.shape == (3, 3) and np.isfinite(found).all() and model.predictor.everything == 0
    assert model.predictor.way == propagation.EARLIER


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "missing", "another"])
def test_a_damaged_file_is_refused(damage: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    names = [registry.save(ModelKind.TAGS, version, packed(tag_model(version))) for version in (1, 2)]
    path = tmp_path / names[1]
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        changed = content[:500] + bytes([content[500] ^ 1]) + content[501:]
        others = (tmp_path / names[0]).read_bytes()
        path.write_bytes({"cut": content[:-1], "changed": changed, "empty": b"", "another": others}[damage])
    with pytest.raises(Damaged):
        registry.load(names[1])
    assert registry.load(names[0]).snapshot == tag_model(1).snapshot


def test_a_file_that_says_it_is_whole_may_be_no_model(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    name = registry.save(ModelKind.TAGS, 1, b"something else")
    with pytest.raises(Damaged):
        registry.load(name)
    with pytest.raises(Damaged):
        registry.load("../" + name)


def test_files_of_other_models_are_forgotten(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models")
    registry.forget_all_but(ModelKind.TAGS, [])
    names = [registry.save(ModelKind.TAGS, at, packed(tag_model(at)), b"set %d" % at) for at in (1, 2, 3)]
    assert registry.snapshot_of(names[1]).read_bytes() == b"set 2"
    (tmp_path / "models" / f".{names[0]}.new").write_bytes(b"half")
    other = registry.save(ModelKind.PERSONS, 1, b"another's")
    registry.forget_all_but(ModelKind.TAGS, names[1:])
    kept = [*names[1:], other]
    kept += [registry.snapshot_of(name).name for name in kept]
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == sorted(kept)


def as_npz(content: bytes) -> bytes:
    """The same file as the release before wrote it."""
    about, arrays = unpack(content, VERSION)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
    return file.getvalue()


def test_a_model_of_the_release_before_is_read_and_stays(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for kind, model in ((ModelKind.TAGS, tag_model()), (ModelKind.PERSONS, person_model())):
        content = as_npz(packed(model))
        name = f"{kind.value.lower()}-1-{hashlib.sha256(content).hexdigest()}.npz"
        (tmp_path / name).write_bytes(content)
        registry.snapshot_of(name).write_bytes(b"what it was trained on")
        assert packed(registry.load(name)) == packed(model)
        new = registry.save(kind, 2, packed(model))
        registry.forget_all_but(kind, [name, new])
        assert (tmp_path / name).exists() and registry.snapshot_of(name).exists()
        registry.forget_all_but(kind, [new])
        assert not (tmp_path / name).exists() and not registry.snapshot_of(name).exists()


def test_a_training_set_of_the_release_before_is_read(tmp_path: Path) -> None:
    tags, faces = tmp_path / "tags.snapshot", tmp_path / "persons.snapshot"
    learnt = TrainingSet(
        ids=("a", "b"),
        labels=("x",),
        names=("X",),
        above=np.zeros((1, 1), bool),
        truth=np.ones((2, 1), np.int8),
        groups=np.arange(2, dtype=np.int32),
        left_out=(),
        snapshot="s",
    )
    tags.write_bytes(as_npz(dataset.packed(learnt)))
    assert dataset.load(tags).snapshot == "s" and dataset.load(tags).sheets == {}
    vectors, owners = people(2, 8, 0.5, seed=1, dimensions=128)
    ids = [str(at) for at in range(8)]
    named = NamedFaces(ids, ["a", "b"], ids, vectors, np.ones(8, np.float32), owners, {3: {0, 1}})
    write_named_faces(named, {"a": "Ann", "b": "Bob"}, faces)
    faces.write_bytes(as_npz(faces.read_bytes()))
    again, names = read_named_faces(faces)
    assert names == {"a": "Ann", "b": "Bob"} and again.not_persons == {3: {0, 1}}
    assert np.array_equal(again.vectors, vectors)
