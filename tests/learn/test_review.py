"""The review queue: what teaches most comes first, no burst fills it, and each question says why."""

from __future__ import annotations

import numpy as np

from photos_graph.learn import neighbours
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.review import face_outliers, face_questions, tag_questions
from photos_graph.model.faces import UNASSIGNED
from tests.kit.vectors import people, photos

COUNT = 300
none = np.zeros(COUNT, bool)  # labelled


def parts(count: int = COUNT) -> tuple[Neighbours, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A graph, and probabilities, thresholds, disagreement and answers of two labels that are sure of everything."""
    graph = neighbours.build("b", *photos(count))
    sure = np.tile(np.array([0.99, 0.01], np.float32), (count, 1))
    return graph, sure, np.array([0.7, 0.7], np.float32), np.zeros((count, 2), np.float32), np.zeros((count, 2), bool)


def test_the_least_sure_come_first_with_the_reason() -> None:
    graph, probabilities, thresholds, disagreement, answered = parts()
    probabilities[[10, 20, 30], 1] = [0.72, 0.62, 0.69]
    probabilities[[5, 6], 0] = 0.7
    answered[5, 0] = True
    asked, _ = tag_questions(probabilities, thresholds, disagreement, answered, none, graph, 4)
    assert [(each.photo, each.label) for each in asked] == [(20, 1), (30, 1), (6, 0), (10, 1)]
    assert asked[1].reason == "The model is not sure: 69%. The tag is applied from 70%."
    assert asked[3].score == np.float32(0.72)
    never, _ = tag_questions(
        probabilities, np.full(2, NO_THRESHOLD, np.float32), disagreement, answered, none, graph, 1
    )
    assert never[0].reason == "The model is not sure: 62%."


def test_disagreement_and_novelty_are_worth_a_question() -> None:
    graph, probabilities, thresholds, disagreement, answered = parts()
    disagreement[40, 1] = 0.95
    far = graph.vectors.copy()
    far[70] = 0
    far[70, 0] = 1
    ids, _ = photos(COUNT)
    graph = neighbours.build("b", ids, np.where(np.arange(COUNT)[:, None] == 70, -1, 1) * far.astype(np.float32))
    labelled = np.arange(COUNT) < 50
    asked, _ = tag_questions(probabilities, thresholds, disagreement, answered, labelled, graph, 2)
    assert {each.photo: each.reason for each in asked} == {
        40: "The photo and similar photos suggest different answers.",
        70: "This photo differs from those that are labelled so far.",
    }


def test_photos_of_a_kind_that_nobody_labelled_are_asked_about() -> None:
    """They are like each other, and like none that was labelled."""
    graph, probabilities, thresholds, disagreement, answered = parts()
    groups = np.arange(COUNT) % 7
    labelled = (groups != 3) & (np.arange(COUNT) < 50)
    asked, _ = tag_questions(probabilities, thresholds, disagreement, answered, labelled, graph, 5)
    assert [groups[each.photo] for each in asked] == [3] * 5
    assert {each.reason for each in asked} == {"This photo differs from those that are labelled so far."}


def test_one_of_a_burst_is_enough() -> None:
    ids, vectors = photos(COUNT)
    vectors[100:150] = vectors[100]  # more frames than a photo has neighbours
    graph = neighbours.build("b", ids, vectors)
    _, probabilities, thresholds, disagreement, answered = parts()
    probabilities[100:150, 0] = 0.7
    probabilities[[3, 4], 1] = 0.65
    asked = [each.photo for each in tag_questions(probabilities, thresholds, disagreement, answered, none, graph, 3)[0]]
    assert sum(100 <= photo < 150 for photo in asked) == 1 and {3, 4} < set(asked)


def test_a_face_under_the_wrong_name_is_asked_about_first() -> None:
    vectors, owners = people(8, 160, 0.5, seed=3, dimensions=128)
    names = owners.copy()
    wrong = np.flatnonzero(owners == 2)[:2].tolist() + np.flatnonzero(owners == 5)[:1].tolist()
    names[wrong] = 6
    asked = face_outliers(vectors, names, 20)
    first = [each.face for each in asked if each.person == 6][:3]
    assert sorted(first) == sorted(wrong) and asked[0].face in wrong
    assert {each.person for each in asked[:8]} == set(range(8)), "one of each person, then the next"
    assert "less similar to the other" in asked[0].reason
    assert face_outliers(vectors[:2], np.zeros(2, np.int32), 5) == []


def test_faces_that_might_be_somebody_are_asked_about() -> None:
    scores = np.array(
        [[0.5, 0], [0.99, 0], [0.02, 0.01], [0.45, 0], [0.6, 0.1], [0.97, 0.96], [0.7, 0], [0.5, 0]], np.float32
    )
    like = np.array([[7, 9], [7, 9], [9, 7], [7, 9], [9, 7], [7, 9], [9, 7], [UNASSIGNED, UNASSIGNED]], np.int32)
    asked = face_questions(like, scores, 10)
    assert [(each.face, each.person) for each in asked] == [(0, 7), (4, 9), (5, 7), (6, 9), (3, 7)]
    assert asked[0].reason == "The model is not sure: 50%. The person is assigned from 50%."
    assert asked[2].reason == "It resembles two persons."
    assert face_questions(np.zeros((3, 0), np.int32), np.zeros((3, 0), np.float32), 10) == []


def test_every_label_has_questions_of_its_own() -> None:
    graph, probabilities, thresholds, disagreement, answered = parts()
    probabilities[:, 0] = 0.5
    probabilities[100, 1] = 0.4
    answered[:50, 0] = True
    asked, of_labels = tag_questions(
        probabilities.astype(np.float16), thresholds, disagreement, answered, none, graph, 5, 7
    )
    assert [len(each) for each in of_labels] == [7, 1], "what is nearly certain is not asked"
    assert {each.label for each in asked} == {0}
    assert min(each.photo for each in of_labels[0]) >= 50
    assert (of_labels[1][0].photo, of_labels[1][0].reason) == (
        100,
        "The model is not sure: 40%. The tag is applied from 70%.",
    )
    _, of_labels = tag_questions(probabilities, thresholds, disagreement, np.ones_like(answered), none, graph, 5, 7)
    assert of_labels == [[], []]
