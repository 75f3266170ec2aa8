"""What pictures say of a pair is kept, and what times say is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from photos_graph.learn.relations import Ints
from photos_graph.services.learning import similar_file
from photos_graph.services.learning.similar_file import Comparisons, PairEvidence
from photos_graph.services.learning.similar_rules import ShotTimes

SECOND = 1_000_000


def shots(*seconds: int) -> ShotTimes:
    """Returns the times of photos of one camera, numbered from 0 on."""
    return ShotTimes(np.ones(len(seconds), np.int32), np.array(seconds, np.int64) * SECOND)


def pairs(*given: tuple[int, int]) -> Ints:
    return np.array(given, np.int64).reshape(-1, 2)


def test_pairs_are_compared_again_when_their_times_allow_something_else(tmp_path: Path) -> None:
    known = Comparisons("graph")
    pair, far, same, near = pairs((0, 1)), shots(0, 500), shots(0, 0), shots(0, 5)
    assert len(known.unknown(pair, far)) == 0, "one camera took them at different times, so nothing is compared"
    assert len(known.unknown(pair, near)) == len(known.unknown(pair, same)) == 1

    known.add({(0, 1): PairEvidence.SOUGHT_MOMENT})
    assert len(known.unknown(pair, near)) == 0 and len(known.unknown(pair, same)) == 1, "they may be copies now"
    known.add({(0, 2): PairEvidence.SOUGHT_COPIES, (0, 1): PairEvidence.SOUGHT_COPIES | PairEvidence.COPIES})
    assert known.pairs.tolist() == [[0, 1], [0, 2]] and len(known.unknown(pair, same)) == 0
    assert known.copies(same).tolist() == [[0, 1]] and len(known.copies(near)) == 0

    similar_file.save(known, tmp_path / "similar.safetensors")
    again = similar_file.load(tmp_path / "similar.safetensors")
    assert np.array_equal(again.pairs, known.pairs) and np.array_equal(again.seen, known.seen)


def test_shots_of_a_moment_are_shown_as_long_as_their_times_say_so() -> None:
    known = Comparisons("graph")
    known.add({(0, 1): PairEvidence.SOUGHT_MOMENT | PairEvidence.ONE_MOMENT, (1, 2): PairEvidence.SOUGHT_COPIES})
    assert known.moments(shots(0, 5, 9)).tolist() == [[0, 1]] and len(known.moments(shots(0, 500, 9))) == 0
    known.add({(0, 1): PairEvidence.SOUGHT_COPIES | PairEvidence.COPIES})
    assert len(known.moments(shots(0, 0, 9))) == 0 and known.copies(shots(0, 0, 9)).tolist() == [[0, 1]]


def test_pictures_that_may_be_turned_are_compared_once_whenever_they_come(tmp_path: Path) -> None:
    chance, times = np.random.default_rng(3), shots(0, 0, 0, 500)
    small = chance.integers(0, 256, (4, 7, 7, 3), np.uint8)
    small[2], small[3] = small[0].swapaxes(0, 1), small[1][::-1]
    known, path = Comparisons("graph"), tmp_path / "similar.safetensors"
    known.look_for_turned(np.array([0, 3]), small[[0, 3]])
    assert len(known.turned(times)) == 0
    known.look_for_turned(np.array([1, 2]), small[[1, 2]])
    similar_file.save(known, path)
    known = similar_file.load(path)
    assert known.turned(times).tolist() == [[0, 2]], "one camera took 1 and 3 at two times"
    known.add({(0, 2): PairEvidence.SOUGHT_COPIES})
    assert known.turned(shots(0, 0, 0, 0)).tolist() == [[0, 2], [1, 3]], "it was not looked for turned ones"
    known.add({(0, 2): PairEvidence.SOUGHT_TURNED, (1, 3): PairEvidence.COPIES})
    assert len(known.turned(shots(0, 0, 0, 0))) == 0
