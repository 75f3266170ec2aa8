"""The recogniser of persons: who it is, or nobody that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from photos_graph.faces import catalogue
from photos_graph.faces.matching import FaceConstraints
from photos_graph.learn import persons
from photos_graph.learn.gate import judge_persons
from photos_graph.learn.persons import NamedFaces
from photos_graph.model.faces import UNASSIGNED
from photos_graph.model.learning import ModelState, Trust
from tests.kit.vectors import people

SFACE = catalogue.embedder("SFace")
PEOPLE, KNOWN, COUNT = 40, 30, 1200  # those from KNOWN on are strangers


@pytest.fixture(scope="module")
def every() -> NamedFaces:
    """All faces with their names, each in a photo of its own."""
    vectors, owners = people(PEOPLE, COUNT, 0.55, seed=21, dimensions=128)
    ids = [f"{at:04}" for at in range(COUNT)]
    labels = [f"person {at}" for at in range(PEOPLE)]
    return NamedFaces(ids, labels, ids, vectors, np.ones(COUNT, np.float32), owners)


@pytest.fixture(scope="module")
def named(every: NamedFaces) -> NamedFaces:
    """The first three hundred, of those who are known."""
    return part(every, np.flatnonzero((every.persons < KNOWN) & (np.arange(COUNT) < 300)))


def part(faces: NamedFaces, rows: np.typing.NDArray[np.intp]) -> NamedFaces:
    return replace(
        faces,
        ids=[faces.ids[row] for row in rows],
        photos=[faces.photos[row] for row in rows],
        vectors=faces.vectors[rows],
        qualities=faces.qualities[rows],
        persons=faces.persons[rows],
    )


def test_it_knows_who_it_was_told_of_and_takes_nobody_else_for_them(every: NamedFaces, named: NamedFaces) -> None:
    model = persons.train(named, SFACE)
    probes = np.arange(300, COUNT)
    decided = model.decide(every.vectors[probes], FaceConstraints(np.arange(len(probes), dtype=np.int32)), SFACE)
    known = every.persons[probes] < KNOWN
    assert (decided[known] == every.persons[probes][known]).mean() > 0.98
    assert (decided[~known] != UNASSIGNED).mean() < 0.02
    assert model.scores.recall > 0.95 and model.scores.precision > 0.95 and model.scores.held_out > 30


def test_one_person_is_once_in_a_photo(every: NamedFaces, named: NamedFaces) -> None:
    model = persons.train(named, SFACE)
    two = np.flatnonzero(every.persons == 3)[-2:]
    together = model.decide(every.vectors[two], FaceConstraints(np.zeros(2, np.int32)), SFACE)
    assert sorted(together.tolist()) == [UNASSIGNED, 3]
    refused = FaceConstraints(np.arange(2, dtype=np.int32), not_persons={0: {3}})
    assert model.decide(every.vectors[two], refused, SFACE).tolist() == [UNASSIGNED, 3]


def test_a_persons_threshold_rises_above_who_is_said_to_be_somebody_else(every: NamedFaces, named: NamedFaces) -> None:
    before = persons.train(named, SFACE)
    like = np.flatnonzero(every.persons == 5)[-1]
    denied = replace(
        named,
        ids=[*named.ids, "denied"],
        photos=[*named.photos, "denied"],
        vectors=np.concatenate([named.vectors, every.vectors[like, None]]),
        qualities=np.append(named.qualities, np.float32(1)),
        persons=np.append(named.persons, np.int32(UNASSIGNED)),
        not_persons={len(named.ids): {5}},
    )
    after = persons.train(denied, SFACE)
    assert after.snapshot != before.snapshot
    raised = np.flatnonzero(~np.isclose(after.thresholds, before.thresholds))
    assert after.known.persons[raised].tolist() == [5]
    alone = FaceConstraints(np.zeros(1, np.int32))
    assert before.decide(every.vectors[like, None], alone, SFACE).tolist() == [5]
    assert after.decide(every.vectors[like, None], alone, SFACE).tolist() == [UNASSIGNED]


def test_it_is_measured_on_faces_that_it_did_not_learn_from(named: NamedFaces) -> None:
    held_out = persons.held_out_faces(named)
    assert 0.1 < len(held_out) / len(named.ids) < 0.3
    for person in range(KNOWN):
        of_person = named.persons == person
        assert of_person.sum() - np.isin(np.flatnonzero(of_person), held_out).sum() >= min(2, of_person.sum())
    model = persons.train(named, SFACE)
    spoilt = replace(named, vectors=named.vectors.copy())
    spoilt.vectors[held_out] = 0
    assert np.array_equal(persons.train(spoilt, SFACE).known.means, model.known.means)
    assert [each.examples + each.held_out for each in model.per_label[:KNOWN]] == [
        int((named.persons == person).sum()) for person in range(KNOWN)
    ]


def test_a_poisoned_set_is_rejected(named: NamedFaces) -> None:
    good = persons.train(named, SFACE)
    assert judge_persons(good, None, named, SFACE).state is ModelState.ACTIVE
    assert judge_persons(good, good, named, SFACE).state is ModelState.ACTIVE
    chance = np.random.default_rng(0)
    wrong = chance.choice(len(named.ids), int(0.3 * len(named.ids)), replace=False)
    permuted = named.persons.copy()
    permuted[wrong] = chance.permutation(permuted[wrong])
    poisoned = replace(named, persons=permuted)
    verdict = judge_persons(persons.train(poisoned, SFACE), good, poisoned, SFACE)
    assert verdict.state is ModelState.REJECTED, verdict


def test_one_that_knows_less_than_the_rule_without_a_model_is_rejected(named: NamedFaces) -> None:
    model = persons.train(named, SFACE)
    timid = replace(model, thresholds=model.thresholds + np.float32(0.5))
    for active in (None, timid):
        verdict = judge_persons(timid, active, named, SFACE)
        assert verdict.state is ModelState.REJECTED and "worse than no model" in verdict.reason
    means, thresholds = persons.by_rule(named, SFACE)
    assert (np.linalg.norm(means.means, axis=1) < 0.99).all(), "as recognition without a model has them"
    assert persons.scored(means, thresholds, named, persons.held_out_faces(named))[0].f1 > 0.8


def test_one_person_with_three_faces_takes_no_strangers_and_one_held_out_face_proves_nothing(every: NamedFaces) -> None:
    mine = np.flatnonzero(every.persons == 2)
    photos = np.array(every.photos)
    for three in (mine[start : start + 3] for start in range(0, len(mine) - 2, 3)):
        model = persons.train(part(every, three), SFACE)
        others = np.flatnonzero(every.persons != 2)
        rules = FaceConstraints(np.arange(len(others), dtype=np.int32))
        assert (model.decide(every.vectors[others], rules, SFACE) == UNASSIGNED).all(), photos[three]
        verdict = judge_persons(model, None, part(every, three), SFACE)
        assert verdict.state is ModelState.ACTIVE and "F1" not in verdict.reason
        assert all(each.trust is Trust.PROVISIONAL for each in model.per_label)


def test_one_person_alone_and_nobody(named: NamedFaces) -> None:
    one = part(named, np.flatnonzero(named.persons == 2)[:2])
    model = persons.train(one, SFACE)
    assert model.known.persons.tolist() == [2] and model.scores.held_out == 0
    means, rule = persons.by_rule(one, SFACE)
    assert model.thresholds[0] == pytest.approx(rule[0] / np.linalg.norm(means.means[0]), abs=1e-4)
    with pytest.raises(ValueError, match="no face"):
        persons.train(replace(one, persons=np.full(2, UNASSIGNED, np.int32)), SFACE)
