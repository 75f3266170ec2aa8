from collections.abc import Sequence
from pathlib import Path

import pytest
from pyroaring import BitMap

from photos_graph.model.faces import Person
from photos_graph.search.index import SearchIndex
from photos_graph.search.person_faces import PersonFaces, RankedFace, RankedFaces
from photos_graph.search.snapshot import load, save


def faces(*photos: int, named: bool = True) -> RankedFaces:
    """Faces in these photos, one in each, which get worse with the number of the photo."""
    return RankedFaces.of([face(photo, named=named) for photo in photos])


def face(photo: int, named: bool = True) -> RankedFace:
    return RankedFace(f"{photo:06d}f{photo}", photo, named)


def ranks(*photos: int) -> list[str]:
    return [face(photo).rank for photo in photos]


def listed(found: RankedFaces) -> list[RankedFace]:
    return [
        RankedFace(rank.decode(), photo, named)
        for rank, photo, named in zip(found.ranks.tolist(), found.photos.tolist(), found.named.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("after", "before", "limit", "from_end", "expected"),
    [
        ("", None, 2, False, [1, 3]),
        ("", None, 2, True, [12345, 7]),
        ("", None, 9, False, [1, 3, 5, 7, 12345]),
        (face(3).rank, None, 2, False, [5, 7]),
        (face(3).rank, face(7).rank, 9, False, [5]),
        ("", face(7).rank, 2, True, [5, 3]),
        (face(7).rank, face(3).rank, 9, False, []),
        (face(12345).rank, None, 9, False, []),
        ("000004é", None, 1, False, [5]),
    ],
)
def test_a_part_of_the_faces_is_between_two_ranks(
    after: str, before: str | None, limit: int, from_end: bool, expected: Sequence[int]
) -> None:
    assert faces(5, 1, 3, 7, 12345).part(after, before, limit, from_end) == ranks(*expected)


def test_the_best_named_face_is_the_first_one_that_is_named() -> None:
    assert RankedFaces.of([face(1, named=False), face(2), face(3)]).best_named() == face(2).rank
    assert faces(1, named=False).best_named() is None
    assert faces().best_named() is None


def test_faces_in_other_photos_are_left_out() -> None:
    found = faces(1, 2, 3)
    assert listed(found.seen_in(BitMap([2, 3, 9]))) == listed(faces(2, 3))
    assert found.seen_in(BitMap(range(5))) is found
    assert not len(found.seen_in(BitMap()))


def test_the_faces_of_touched_photos_are_replaced() -> None:
    before = faces(1, 2, 4, 6)
    now = before.replaced(BitMap([2, 3, 6, 123456]), faces(3, 6, 123456))
    assert listed(now) == listed(faces(1, 3, 4, 6, 123456)), "also if a rank is longer than all others"
    assert listed(before) == listed(faces(1, 2, 4, 6))
    assert listed(before.replaced(BitMap([1, 2, 4, 6]), faces())) == []
    assert listed(faces().replaced(BitMap([7]), faces(7))) == listed(faces(7))


def test_what_was_touched_while_it_was_read_is_not_kept() -> None:
    kept = PersonFaces()
    since = kept.moment("anna")
    kept.touch(["anna"], BitMap([1]))
    kept.put("anna", faces(1), since)
    assert kept.known("anna") is None

    late, early = kept.moment("anna"), kept.moment("anna")
    kept.touch(["bob"], BitMap([1]))
    kept.put("anna", faces(1), early)
    kept.touch(["anna"], BitMap([2]))
    assert (kept.known("anna"), kept.touched("anna")) != (None, None)
    assert kept.touched("anna") == BitMap([2])
    again = kept.moment("anna")
    kept.put("anna", faces(1, 2), again)
    assert not kept.touched("anna")
    kept.put("anna", faces(1), late)
    assert len(kept.known("anna") or ()) == 2, "an older reading does not replace a newer one"

    since = kept.moment("anna")
    kept.touch(None, None)
    kept.put("anna", faces(1), since)
    assert kept.known("anna") is None


def test_at_most_so_many_faces_are_kept() -> None:
    kept = PersonFaces(most=5)
    for person in ("anna", "bob", "carl"):
        kept.put(person, faces(1, 2), kept.moment(person))
    assert [kept.known(person) is not None for person in ("anna", "bob", "carl")] == [False, True, True]
    kept.put("bob", faces(1), kept.moment("bob"))
    kept.forget(["carl"])
    kept.put("dora", faces(1, 2, 3, 4), kept.moment("dora"))
    assert [kept.known(person) is not None for person in ("bob", "dora")] == [True, True]


def test_a_snapshot_keeps_the_faces_and_what_was_touched(tmp_path: Path) -> None:
    index = SearchIndex()
    index.apply_persons([Person("anna", "Anna"), Person("bob", "Bob"), Person("carl", "Carl")])
    kept = index.person_faces
    for person, those in (("anna", faces(1, 2)), ("bob", faces()), ("carl", RankedFaces.of([face(123456, False)]))):
        kept.put(person, those, kept.moment(person))
    kept.touch(["carl"], BitMap([7, 9]))
    assert not kept.is_saved
    save(index, tmp_path / "index")
    assert kept.is_saved
    loaded = load(tmp_path / "index").person_faces
    for person in ("anna", "bob", "carl"):
        was, now = kept.known(person), loaded.known(person)
        assert was is not None
        assert now is not None
        assert (listed(now), loaded.touched(person)) == (listed(was), kept.touched(person))
    assert loaded.is_saved
    index.apply_persons([], ["anna"])
    assert kept.known("anna") is None
