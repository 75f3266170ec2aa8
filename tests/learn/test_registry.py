"""Files of models: what was saved comes back, and what is not that is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photos_graph.array_files import Damaged
from photos_graph.faces import catalogue
from photos_graph.learn import persons
from photos_graph.learn.persons import NamedFaces, PersonModel
from photos_graph.learn.registry import Registry, packed
from photos_graph.learn.tags import TagModel
from photos_graph.model import ModelKind
from tests.kit.vectors import people, tag_model


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
    assert packed(tags) == packed(model)

    again = registry.load(registry.save(ModelKind.PERSONS, 1, packed(recogniser)))
    assert isinstance(again, PersonModel) and again.scores == recogniser.scores and again.labels == recogniser.labels
    assert np.array_equal(again.known.means, recogniser.known.means)
    assert np.array_equal(again.thresholds, recogniser.thresholds)


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
