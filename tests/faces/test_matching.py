"""Known persons against new faces: who it is, how surely, and when it is nobody."""

from __future__ import annotations

import numpy as np
import pytest

from photos_graph.faces import catalogue
from photos_graph.faces.matching import FaceConstraints, decide, known, match, probability
from photos_graph.model.faces import UNASSIGNED
from tests.kit.vectors import Floats, Ints, people

SFACE = catalogue.embedder("SFace")


@pytest.fixture(scope="module")
def faces() -> tuple[Floats, Ints]:
    return people(20, 400, 0.55, seed=21, dimensions=128)


def apart(count: int) -> FaceConstraints:
    return FaceConstraints(np.arange(count, dtype=np.int32))


def test_faces_find_their_person_and_strangers_nobody(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    named = (owners < 10) & (np.arange(400) < 200)
    among = known(vectors[named], np.ones(named.sum(), np.float32), owners[named] + 100)
    probes = np.arange(200, 400)
    rules = apart(200)
    decided = decide(match(vectors[probes], among, SFACE, rules), rules, 0.5)
    wanted = np.where(owners[probes] < 10, owners[probes] + 100, UNASSIGNED)
    assert np.array_equal(decided, wanted)


def test_a_score_is_as_likely_as_not_where_the_table_says() -> None:
    even = SFACE.even or SFACE.cut
    scores = probability(np.array([even, even + 0.1, even - 0.1], np.float32), SFACE)
    assert np.isclose(scores[0], 0.5) and scores[1] > 0.95 and scores[2] < 0.05


def test_good_pictures_count_more() -> None:
    good, bad = np.eye(2, 8, dtype=np.float32)
    pair = np.stack([good, bad])
    same = known(pair, np.array([0.9, 0.9], np.float32), np.array([1, 1], np.int32))
    weighed = known(pair, np.array([0.9, 0.0], np.float32), np.array([1, 1], np.int32))
    assert np.isclose(same.means[0] @ good, same.means[0] @ bad)
    assert weighed.means[0] @ good > 5 * (weighed.means[0] @ bad) > 0


def test_rules_take_persons_out_and_one_who_is_in_the_photo_is_less_likely(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    of_zero = np.flatnonzero(owners == 0)
    among = known(vectors[of_zero[:5]], np.ones(5, np.float32), np.zeros(5, np.int32))
    probes = vectors[of_zero[5:8]]
    rules = FaceConstraints(np.array([7, 8, 9], np.int32), not_persons={0: {0, 99}}, taken={8: {0}})
    matches = match(probes, among, SFACE, rules)
    alone = match(probes, among, SFACE, FaceConstraints(np.arange(3, dtype=np.int32)))
    assert matches.scores[0, 0] == 0 and matches.scores[2, 0] == alone.scores[2, 0] > 0.5
    odds, odds_alone = [float(each / (1 - each)) for each in (matches.scores[1, 0], alone.scores[1, 0])]
    assert np.isclose(odds, odds_alone / 10, rtol=0.05)
    assert decide(matches, rules, 0.5).tolist() == [UNASSIGNED, UNASSIGNED, 0]
    assert matches.best(2, 3) == [(0, float(matches.scores[2, 0]))]


def test_one_person_is_once_in_a_photo_and_the_surest_face_has_it(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    of_zero = np.flatnonzero(owners == 0)
    among = known(vectors[of_zero[:5]], np.ones(5, np.float32), np.zeros(5, np.int32))
    rules = FaceConstraints(np.array([1, 1, 2], np.int32))
    matches = match(vectors[of_zero[5:8]], among, SFACE, rules)
    decided = decide(matches, rules, 0.5)
    surest = int(matches.scores[:2, 0].argmax())
    assert decided[surest] == 0 and decided[1 - surest] == UNASSIGNED and decided[2] == 0


def test_nobody_known_is_nobody_found() -> None:
    nobody = known(np.zeros((0, 8), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
    rules = apart(2)
    assert decide(match(np.eye(2, 8, dtype=np.float32), nobody, SFACE, rules), rules, 0.5).tolist() == [UNASSIGNED] * 2
