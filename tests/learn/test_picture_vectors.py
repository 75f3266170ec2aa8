"""The file of vectors, and which photos a text finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photos_graph.errors import ModelUnavailable
from photos_graph.learn import picture_vectors
from photos_graph.learn.picture_vectors import Collected, Floats, PictureVectors, deviations, opened

COUNT, DIMENSIONS = 5_000, 64


def unit(vectors: Floats) -> Floats:
    scaled: Floats = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


@pytest.fixture(scope="module")
def vectors() -> Floats:
    """Of photos of which every tenth lies near to the first axis, as if it showed what that stands for."""
    chance = np.random.default_rng(1)
    made = chance.normal(size=(COUNT, DIMENSIONS)) + 1
    made[::10] += 12 * np.eye(DIMENSIONS)[0]
    return unit(made)


NUMBERS = np.arange(0, 2 * COUNT, 2, dtype=np.uint32)
IDS = np.random.default_rng(2).integers(0, 256, (COUNT, 16), np.uint8)
TIMES = np.arange(COUNT, dtype=np.int64)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, vectors: Floats) -> PictureVectors:
    folder = tmp_path_factory.mktemp("vectors")
    collected = Collected(folder / "new", COUNT)
    collected.put(range(COUNT), list(vectors))
    collected.write(folder / "file.safetensors", "a model", NUMBERS, IDS, TIMES)
    found = opened(folder / "file.safetensors", "a model")
    assert found is not None and opened(folder / "file.safetensors", "another") is None
    return found


def test_photos_that_stand_out_are_found(file: PictureVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = np.eye(DIMENSIONS, dtype=np.float32)[0]
    found = file.find(wanted)
    assert {*NUMBERS[::10].tolist()} <= {*found.numbers.tolist()} and len(found.numbers) < 1.02 * COUNT / 10
    assert (np.diff(found.numbers.astype(np.int64)) > 0).all() and (found.scores >= picture_vectors.CUT).all()
    rows = np.searchsorted(NUMBERS, found.numbers)
    assert [int(each) for each in found.prefixes] == [
        int.from_bytes(IDS[row, :8].tobytes(), "big", signed=True) for row in rows
    ]
    monkeypatch.setattr(picture_vectors, "SAMPLE", 500)
    assert 0.9 < len(file.find(wanted).numbers) / len(found.numbers) < 1.1


def test_a_text_for_which_nothing_stands_out_finds_next_to_nothing(file: PictureVectors) -> None:
    wanted = unit(np.random.default_rng(4).normal(size=DIMENSIONS))
    assert len(file.find(wanted).numbers) < COUNT / 100


def test_similarities_are_those_of_the_vectors(file: PictureVectors, vectors: Floats) -> None:
    wanted = unit(np.random.default_rng(5).normal(size=DIMENSIONS))
    assert np.abs(file.alike(wanted) - vectors @ wanted).max() < 5e-3
    with pytest.raises(ModelUnavailable, match="do not belong together"):
        file.find(wanted[:5])


def test_what_is_usual_does_not_depend_on_what_stands_out() -> None:
    usual = np.random.default_rng(6).normal(size=1000).astype(np.float32)
    shown = np.concatenate([usual, np.full(200, 9, np.float32)])
    assert deviations(shown)[-1] == pytest.approx(9, rel=0.35)
    assert not len(deviations(np.zeros(0, np.float32))) and not deviations(np.ones(9, np.float32)).any()


def test_vectors_are_taken_over_from_the_file_unless_they_were_made_again(
    file: PictureVectors, vectors: Floats, tmp_path: Path
) -> None:
    kept = np.arange(COUNT) % 3 > 0
    times = TIMES[kept].copy()
    times[5] += 1
    rows = file.rows_of(NUMBERS[kept], IDS[kept], times)
    assert np.flatnonzero(rows < 0).tolist() == [5]
    others = IDS[kept].copy()
    others[7] = 0
    assert np.flatnonzero(file.rows_of(NUMBERS[kept], others, TIMES[kept]) < 0).tolist() == [7]
    assert (file.rows_of(np.array([3], np.uint32), IDS[:1], TIMES[:1]) == -1).all()

    collected = Collected(tmp_path / "new", int(kept.sum()))
    collected.take_over(file, rows)
    collected.put([5], [np.ones(3, np.float32)])
    collected.write(tmp_path / "file.safetensors", "a model", NUMBERS[kept], IDS[kept], times)
    found = opened(tmp_path / "file.safetensors", "a model")
    assert found is not None
    # The vector of another length was left out, and with it its photo.
    assert found.numbers.tolist() == np.delete(NUMBERS[kept], 5).tolist()
    wanted = np.eye(DIMENSIONS, dtype=np.float32)[0]
    assert np.allclose(found.alike(wanted), np.delete(file.alike(wanted)[kept], 5))
