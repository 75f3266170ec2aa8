"""All faces of a library at once, under what people said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from photos_graph.faces import catalogue
from photos_graph.faces import recognition as room
from photos_graph.faces.recognition import FaceLibrary, Recognised, recognise
from photos_graph.faces.similarity import Similarities, build
from photos_graph.model.faces import UNASSIGNED
from tests.kit.vectors import Floats, Ints, people

SFACE = catalogue.embedder("SFace")


@pytest.fixture(scope="module")
def faces() -> tuple[Floats, Ints]:
    return people(12, 240, 0.55, seed=5, dimensions=128)


def kept(vectors: Floats) -> Similarities:
    return build("SFace", SFACE.floor, [str(at) for at in range(len(vectors))], vectors)


def library(count: int, **other: object) -> FaceLibrary:
    nobody = np.full(count, UNASSIGNED, np.int32)
    given = {
        "photos": np.arange(count, dtype=np.int32),
        "persons": nobody,
        "groups": nobody.copy(),
        "qualities": np.full(count, 0.7, np.float32),
    }
    return FaceLibrary(**{**given, **other})  # type: ignore[arg-type]


def run(vectors: Floats, given: FaceLibrary, *, full: bool = True) -> Recognised:
    return recognise(kept(vectors), given, SFACE, SFACE.cut, full=full)


def same(one: Ints, other: Ints) -> bool:
    """Whether they are the same groups, whatever their numbers."""
    return len(np.unique(np.stack([one, other]), axis=1).T) == len(np.unique(one)) == len(np.unique(other))


def test_people_are_groups_in_a_full_run_and_when_all_faces_are_new(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    for full in (True, False):
        found = run(vectors, library(len(vectors)), full=full)
        assert same(found.groups, owners)
        assert (found.suggested == UNASSIGNED).all() and (found.applied == UNASSIGNED).all()


def test_new_faces_join_the_clusters_and_persons_that_there_are(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    old = np.arange(len(vectors)) < 200
    persons = np.where(old & (owners < 3), owners, UNASSIGNED).astype(np.int32)
    groups = np.where(old & (owners >= 3), owners - 3, UNASSIGNED).astype(np.int32)
    found = run(vectors, library(len(vectors), persons=persons, groups=groups), full=False)
    assert same(found.groups, owners)
    assert found.applied[~old & (owners < 3)].tolist() == owners[~old & (owners < 3)].tolist()
    assert (found.applied[owners >= 3] == UNASSIGNED).all()


def test_a_cluster_stays_with_the_person_that_it_was_grouped_with(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    of_zero = np.flatnonzero(owners == 0)
    persons = np.full(len(vectors), UNASSIGNED, np.int32)
    persons[of_zero[:3]] = 0
    groups = np.full(len(vectors), UNASSIGNED, np.int32)
    groups[of_zero[3:8]] = 0
    refused, beside = of_zero[3], of_zero[4]
    photos = np.arange(len(vectors), dtype=np.int32)
    photos[beside] = photos[of_zero[0]]  # where the person is already, by a face that was named
    given = library(
        len(vectors), photos=photos, persons=persons, groups=groups, owners={0: 0}, not_persons={int(refused): {0}}
    )
    found = run(vectors, given, full=False)
    person = found.groups[of_zero[0]]
    assert (found.groups[of_zero[5:8]] == person).all()
    assert found.groups[refused] != person
    assert found.groups[beside] == person, "it was grouped with the person although both are in one photo"
    assert 0 not in found.suggested[refused] and 0 in found.suggested[beside]
    assert found.applied[beside] == UNASSIGNED


def test_three_persons_at_most_best_first_and_those_that_are_named_are_like_nobody(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    persons = np.where(np.arange(len(vectors)) < 120, owners, UNASSIGNED).astype(np.int32)
    found = run(vectors, library(len(vectors), persons=persons))
    assert found.suggested.shape == (len(vectors), 3)
    assert (found.suggested[:120] == UNASSIGNED).all()
    assert (found.suggested[120:, 0] == owners[120:]).all()
    assert (np.diff(found.scores, axis=1) <= 0).all()
    assert ((found.scores >= room.MIN_SCORE) == (found.suggested != UNASSIGNED)).all()


def test_of_equal_scores_the_first_person_comes_first() -> None:
    scores = np.random.default_rng(0).integers(0, 4, (50, 9)).astype(np.float32)
    before = scores.copy()
    assert np.array_equal(room._highest(scores, 3), np.argsort(-scores, axis=1, kind="stable")[:, :3])
    assert np.array_equal(scores, before)
    assert room._highest(scores[:, :2], 3).shape == (50, 2)


def test_persons_have_thresholds_of_their_own(faces: tuple[Floats, Ints]) -> None:
    vectors, owners = faces
    persons = np.where(np.arange(len(vectors)) < 120, owners, UNASSIGNED).astype(np.int32)
    found = run(vectors, library(len(vectors), persons=persons, thresholds={4: 1.0}))
    rest = np.arange(len(vectors)) >= 120
    assert (found.applied[rest & (owners == 4)] == UNASSIGNED).all()
    assert (found.suggested[rest & (owners == 4), 0] == 4).all()
    assert (found.applied[rest & (owners != 4)] == owners[rest & (owners != 4)]).all()


def test_blocks_do_not_take_photos_apart(faces: tuple[Floats, Ints], monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, owners = faces
    persons = np.where(np.arange(len(vectors)) < 60, owners, UNASSIGNED).astype(np.int32)
    photos = np.where(persons != UNASSIGNED, 1000 + np.arange(len(vectors)), np.arange(len(vectors)) % 40).astype(
        np.int32
    )
    given = library(len(vectors), persons=persons, photos=photos)
    whole = run(vectors, given)
    monkeypatch.setattr(room, "LEAST_FACES", 7)
    monkeypatch.setattr(room, "SCORES", 1)
    small = run(vectors, given)
    assert np.array_equal(whole.applied, small.applied) and np.array_equal(whole.suggested, small.suggested)
    applied = small.applied != UNASSIGNED
    places = list(zip(photos[applied].tolist(), small.applied[applied].tolist(), strict=True))
    assert len(places) == len(set(places)) > 0, "a person is once in a photo"


@pytest.mark.parametrize("full", [True, False])
def test_what_resembles_ignored_strangers_is_passed_over(faces: tuple[Floats, Ints], full: bool) -> None:
    vectors, owners = faces
    stranger, named = np.flatnonzero(owners == 1), np.flatnonzero(owners == 0)
    ignored, noticed = np.zeros(len(vectors), bool), np.zeros(len(vectors), bool)
    ignored[stranger[:3]] = True
    noticed[stranger[3]] = True
    persons = np.full(len(vectors), UNASSIGNED, np.int32)
    persons[named[:3]] = 0
    given = library(len(vectors), ignored=ignored, noticed=noticed, persons=persons)
    found = run(vectors, given, full=full)
    assert (found.passed_over[stranger[4:]] >= SFACE.applied).all()
    assert (found.groups[stranger[4:]] == UNASSIGNED).all() and (found.groups[ignored] == UNASSIGNED).all()
    assert found.passed_over[stranger[:4]].tolist() == [0, 0, 0, 0] and found.groups[stranger[3]] != UNASSIGNED
    assert (found.passed_over[owners != 1] == 0).all() and (found.applied[named[3:]] == 0).all()
    others = np.flatnonzero(owners > 1)
    assert same(found.groups[others], owners[others])
    blurred = replace(given, qualities=np.where(ignored, 0.1, 0.7).astype(np.float32))
    assert not run(vectors, blurred, full=full).passed_over.any(), "what hardly shows anything is like everything"
