"""What a look at a photo, and a grouping, change of what there was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from photos_graph.faces.analysis import Found
from photos_graph.faces.recognition import Recognised
from photos_graph.graph.faces.clusters import Cluster, Joined, PersonMatch, VectorFace
from photos_graph.graph.faces.detections import DETECTED, IMPORTED, MANUAL, KnownFace, SeenFace
from photos_graph.model.faces import Box
from photos_graph.services.faces.clustering_plan import matches, moves, passed_over
from photos_graph.services.faces.detection_plan import plan, unseen

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


def test_strangers_are_passed_over_as_long_as_they_resemble_ignored_ones() -> None:
    faces = [face("new"), replace(face("still"), passed_over=True), replace(face("no more"), passed_over=True)]
    result = replace(recognised([[-1]] * 3, [[0]] * 3, [-1] * 3), passed_over=np.array([0.9, 0.85, 0], np.float32))
    assert passed_over(faces, faces, result) == ([("new", 0.9)], ["no more"])


def test_a_face_that_was_drawn_since_the_look_is_left_alone() -> None:
    made = plan([known("drawn", HERE, MANUAL)], found(HERE), {})
    assert not made.added and not made.updated and not made.removed


def face(id_: str, cluster: str | None = None, person: str | None = None, *found: PersonMatch) -> VectorFace:
    return VectorFace(id_, 0, "print", 0.5, person, (), cluster, found)


def grouped(*numbers: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(numbers, np.int32)


def test_a_group_has_the_id_of_the_cluster_that_most_of_it_comes_from() -> None:
    faces = [face("a", "x"), face("b", "x"), face("c", "y"), face("d", "y"), face("e")]
    now = {"x": Cluster(None, 2), "y": Cluster(None, 2)}
    made = moves(faces, faces, grouped(7, 7, 7, 3, 3), now)
    assert made.joined == (Joined("x", None, ("c",)), Joined("y", None, ("e",)))
    assert made.leaving == ("c",) and made.counted == ("x", "y")


def test_nothing_is_written_where_nothing_changed() -> None:
    faces = [face("a", "x"), face("b", "x"), face("c", None, "anna"), face("d")]
    assert moves(faces, faces, grouped(0, 0, 1, 2), {"x": Cluster(None, 2)}) == moves([], [], grouped(), {})


def test_a_cluster_is_counted_by_those_that_are_shown() -> None:
    faces = [face("a", "x"), replace(face("b", "x"), unseen=True)]
    assert moves(faces, faces, grouped(0, 0), {"x": Cluster(None, 1)}) == moves([], [], grouped(), {})
    assert moves(faces, faces, grouped(0, 0), {"x": Cluster(None, 2)}).counted == ("x",)


def test_faces_alone_named_or_taking_no_part_are_in_no_cluster() -> None:
    faces = [face("a", "x"), face("b", "x", "anna"), face("c", "x")]
    ignored = replace(face("d", "x"), fingerprint=None)
    made = moves([*faces, ignored], faces, grouped(0, 0, 1), {"x": Cluster(None, 4)})
    assert made.leaving == ("a", "b", "c", "d") and not made.joined and made.counted == ("x",)


def test_a_cluster_knows_whom_it_was_grouped_with_and_is_counted_anew_when_faces_went() -> None:
    faces = [face("a", "x"), face("b", "x"), face("c", None, "anna")]
    made = moves(faces, faces, grouped(0, 0, 0), {"x": Cluster(None, 3)})
    assert made.joined == (Joined("x", "anna"),) and made.counted == ("x",) and not made.leaving


def recognised(like: list[list[int]], scores: list[list[float]], applied: list[int]) -> Recognised:
    return Recognised(
        grouped(*range(len(like))),
        np.array(like, np.int32),
        np.array(scores, np.float32),
        grouped(*applied),
        np.zeros(len(like), np.float32),
    )


def test_likenesses_change_where_persons_order_or_scores_do() -> None:
    anna, bob = PersonMatch("anna", 0.9, True), PersonMatch("bob", 0.2, False)
    faces = [face("same", None, None, anna, bob), face("other", None, None, anna), face("named", None, "bob", anna)]
    found = recognised([[0, 1], [1, -1], [-1, -1]], [[0.91, 0.19], [0.9, 0], [0, 0]], [0, -1, -1])
    assert matches(faces, faces, found, ["anna", "bob"]) == [
        ("other", (PersonMatch("bob", 0.9, False),)),
        ("named", ()),
    ]
    gone = replace(face("ignored", None, None, anna), fingerprint=None)
    assert matches([gone], [], recognised([], [], []), []) == [("ignored", ())]
