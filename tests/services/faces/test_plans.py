"""What a look at a photo, and a grouping, change of what there was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pyroaring import BitMap

from photos_graph.faces.analysis import Found
from photos_graph.faces.recognition import Recognised
from photos_graph.faces.similarity import Ints
from photos_graph.graph.faces.clusters import Cluster, Joined, PersonMatch
from photos_graph.graph.faces.detections import DETECTED, IMPORTED, MANUAL, KnownFace, SeenFace
from photos_graph.graph.faces.face_table import FaceTable, Strings
from photos_graph.model.faces import Box
from photos_graph.services.faces.clustering_plan import Moves, Positions, difference, matches, moves, passed_over
from photos_graph.services.faces.detection_plan import plan, unseen
from tests.kit.face_tables import Row, face_table

HERE, THERE, ELSEWHERE = (0.1, 0.1, 0.2, 0.2), (0.6, 0.1, 0.2, 0.2), (0.1, 0.7, 0.2, 0.2)


def known(id_: str, box: tuple[float, float, float, float], source: str = DETECTED, said: bool = False) -> KnownFace:
    return KnownFace(id_, Box(*box), source, said)


def found(*boxes: tuple[float, float, float, float]) -> Found:
    count = len(boxes)
    return Found(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.9, np.float32),
        np.full(count, 0.5, np.float32),
        np.eye(max(count, 1), 4, dtype=np.float32)[:count],
    )


def described(*ids: str) -> dict[str, SeenFace]:
    return {id_: SeenFace(0.3, np.ones(4, np.float32)) for id_ in ids}


def test_a_face_that_is_found_again_keeps_its_id_and_takes_the_new_box() -> None:
    made = plan([known("a", HERE)], found(THERE, (0.12, 0.1, 0.2, 0.2)), {})
    assert list(made.updated) == ["a"] and not made.removed
    box = made.updated["a"].box
    assert box is not None and round(box.x, 2) == 0.12
    assert [seen.box and round(seen.box.x, 2) for seen in made.added] == [0.6]


def test_what_is_found_no_more_goes_unless_somebody_said_something_of_it() -> None:
    faces = [known("a", HERE), known("b", THERE, said=True), known("c", ELSEWHERE, MANUAL)]
    assert [face.id for face in unseen(faces, found())] == ["b", "c"]
    made = plan(faces, found(), described("b", "c"))
    assert made.removed == ["a"] and sorted(made.updated) == ["b", "c"]
    assert made.updated["b"].box is None, "its box stays"


def test_a_drawn_face_keeps_its_box_and_is_found_no_second_time() -> None:
    faces = [known("drawn", HERE, MANUAL), known("imported", THERE, IMPORTED)]
    seen = found(HERE, THERE, ELSEWHERE)
    assert [face.id for face in unseen(faces, seen)] == ["drawn", "imported"]
    made = plan(faces, seen, described("drawn", "imported"))
    assert [face.box for face in made.updated.values()] == [None, None]
    assert len(made.added) == 1 and not made.removed


def test_what_people_deleted_is_not_found_again() -> None:
    gone = replace(known("gone", HERE), is_deleted=True)
    assert not gone.stays and not unseen([gone], found())
    made = plan([gone, known("a", THERE)], found(HERE, THERE, ELSEWHERE), {})
    assert list(made.updated) == ["a"] and not made.removed
    assert [seen.box and round(seen.box.y, 2) for seen in made.added] == [0.7]


def test_a_face_that_was_drawn_since_the_look_is_left_alone() -> None:
    made = plan([known("drawn", HERE, MANUAL)], found(HERE), {})
    assert not made.added and not made.updated and not made.removed


def every(faces: FaceTable) -> Positions:
    return np.arange(len(faces))


def grouped(*numbers: int) -> Ints:
    return np.array(numbers, np.int32)


NO_MOVES = Moves((), (), (), BitMap())


def test_a_group_has_the_id_of_the_cluster_that_most_of_it_comes_from() -> None:
    faces = face_table(Row("a", "x"), Row("b", "x"), Row("c", "y", photo=5), Row("d", "y"), Row("e", photo=7))
    now = {"x": Cluster(None, 2), "y": Cluster(None, 2)}
    made = moves(faces, every(faces), grouped(3, 3, 3, 7, 7), now)
    assert made.joined == (Joined("x", None, ("c",)), Joined("y", None, ("e",)))
    assert made.leaving == ("c",) and made.counted == ("x", "y") and made.photos == BitMap([5, 7])


def test_of_two_groups_from_one_cluster_the_larger_keeps_it() -> None:
    faces = face_table(*(Row(id_, "x") for id_ in "abcde"))
    made = moves(faces, every(faces), grouped(1, 1, 2, 2, 2), {"x": Cluster(None, 5)})
    [joined] = made.joined
    assert joined.face_ids == made.leaving == ("a", "b") and joined.cluster_id != "x"
    assert made.counted == tuple(sorted(("x", joined.cluster_id)))


def test_nothing_is_written_where_nothing_changed() -> None:
    faces = face_table(Row("a", "x"), Row("b", "x"), Row("c", None, "anna"), Row("d"))
    assert moves(faces, every(faces), grouped(0, 0, 1, 2), {"x": Cluster(None, 2)}) == NO_MOVES
    assert moves(face_table(), every(face_table()), grouped(), {}) == NO_MOVES


def test_a_cluster_is_counted_by_those_that_are_shown() -> None:
    faces = face_table(Row("a", "x"), Row("b", "x", unseen=True))
    assert moves(faces, every(faces), grouped(0, 0), {"x": Cluster(None, 1)}) == NO_MOVES
    assert moves(faces, every(faces), grouped(0, 0), {"x": Cluster(None, 2)}).counted == ("x",)


def test_faces_alone_named_or_taking_no_part_are_in_no_cluster() -> None:
    faces = face_table(Row("a", "x"), Row("b", "x", "anna"), Row("c", "x"), Row("d", "x", fingerprint=None))
    made = moves(faces, every(faces)[:3], grouped(0, 0, 1), {"x": Cluster(None, 4)})
    assert made.leaving == ("a", "b", "c", "d") and not made.joined and made.counted == ("x",)


def test_a_cluster_knows_whom_it_was_grouped_with_and_is_counted_anew_when_faces_went() -> None:
    faces = face_table(Row("a", "x"), Row("b", "x"), Row("c", None, "anna"))
    made = moves(faces, every(faces), grouped(0, 0, 0), {"x": Cluster(None, 3)})
    assert made.joined == (Joined("x", "anna"),) and made.counted == ("x",) and not made.leaving
    assert moves(faces, every(faces), grouped(0, 0, 0), {"x": Cluster("anna", 2)}) == NO_MOVES


def test_a_cluster_that_is_empty_is_counted() -> None:
    assert moves(face_table(), every(face_table()), grouped(), {"x": Cluster(None, 0)}).counted == ("x",)


def recognised(like: list[list[int]], scores: list[list[float]], applied: list[int]) -> Recognised:
    """As for faces that resemble these persons; a row is filled up."""
    suggested, found = np.full((len(like), 3), -1, np.int32), np.zeros((len(like), 3), np.float32)
    for at, (persons, of_persons) in enumerate(zip(like, scores, strict=True)):
        suggested[at, : len(persons)], found[at, : len(persons)] = persons, of_persons
    return Recognised(grouped(*range(len(like))), suggested, found, grouped(*applied), np.zeros(len(like), np.float32))


def test_likenesses_change_where_persons_order_or_scores_do() -> None:
    anna, bob = ("anna", 0.9, True), ("bob", 0.2, False)
    faces = face_table(
        Row("same", matches=(bob, anna)),
        Row("other", matches=(anna,)),
        Row("named", None, "bob", matches=(anna,)),
        Row("ignored", matches=(anna,), fingerprint=None),
        Row("many", matches=(anna, bob, ("cleo", 0.3, False), ("dan", 0.1, False))),
        persons=("anna", "bob"),
    )
    found = recognised([[0, 1], [1], [], []], [[0.91, 0.19], [0.9], [], []], [0, -1, -1, -1])
    made = matches(faces, np.array([0, 1, 2, 4]), found)
    assert list(made.rows(faces, made.faces)) == [
        ("other", (PersonMatch("bob", 0.9, False),)),
        ("named", ()),
        ("ignored", ()),
        ("many", ()),
    ]


def test_a_person_is_no_longer_applied_where_another_face_of_the_photo_is_more_likely() -> None:
    faces = face_table(Row("a", matches=(("anna", 0.9, True),)), persons=("anna",))
    made = matches(faces, every(faces), recognised([[0]], [[0.9]], [-1]))
    assert list(made.rows(faces, made.faces)) == [("a", (PersonMatch("anna", 0.9, False),))]


def test_strangers_are_passed_over_as_long_as_they_resemble_ignored_ones() -> None:
    faces = face_table(Row("new"), Row("still", passed_over=True), Row("no more", passed_over=True))
    result = replace(recognised([[]] * 3, [[]] * 3, [-1] * 3), passed_over=np.array([0.9, 0.85, 0], np.float32))
    assert passed_over(faces, every(faces), result) == ([("new", 0.9)], ["no more"])


def prints(*texts: str) -> Strings:
    return np.array(texts, np.bytes_)


def test_faces_are_compared_with_those_of_the_file() -> None:
    faces = face_table(Row("same"), Row("changed"), Row("new"), Row("ignored", fingerprint=None))
    made = difference(faces, prints("gone", "ignored", "changed", "same"), prints("print", "print", "before", "print"))
    assert (made.same.tolist(), made.gone, made.new.tolist()) == ([0], ("gone", "ignored", "changed"), [1, 2])
    made = difference(faces, prints(), prints())
    assert (made.same.tolist(), made.gone, made.new.tolist()) == ([], (), [0, 1, 2])
    assert difference(face_table(), prints("gone"), prints("print")).gone == ("gone",)
