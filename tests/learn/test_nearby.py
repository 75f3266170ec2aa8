"""What answers say of the photos that look like the answered ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photos_graph.array_files import Damaged
from photos_graph.learn import nearby, neighbours

TURNS = {"a": 0, "b": 10, "c": 50, "d": 170}  # degrees; a and b are alike, c is like b, and d like nobody


def kept(path: Path) -> Path:
    angles = np.radians(list(TURNS.values()))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    neighbours.save(neighbours.build("test", list(TURNS), vectors), path)
    return path


def test_only_photos_that_are_much_alike_are_neighbours(tmp_path: Path) -> None:
    path = kept(tmp_path / "neighbours.safetensors")
    assert nearby.nearest(path, ["b", "unknown", "a", "d"]) == [["a", "c"], [], ["b"], []]
    path.write_bytes(b"no arrays")
    with pytest.raises(Damaged):
        nearby.nearest(path, ["a"])


def test_rejected_neighbours_take_a_tag_and_confirmed_ones_only_suggest_it() -> None:
    def moved(score: float, yes: int, no: int) -> float:
        return nearby.moved(score, 0.5, yes, no)

    assert [moved(0.9, 0, 1), moved(0.9, 1, 1), moved(0.9, 2, 0), moved(0.9, 0, 0)] == [0.25, 0.9, 0.9, 0.9]
    assert [moved(0.3, 0, 1), moved(0.3, 1, 1), moved(0.3, 2, 1)] == [0.3, 0.3, 0.4]
    assert moved(0.4999, 12, 0) < 0.5
