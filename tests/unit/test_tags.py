"""Who wins: every state of a photo and two folders, for a tag and the one above it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from photos_graph.model.labels import Carried, FolderMarks, PhotoTag, TagSource
from photos_graph.tags import inherited, photo_tags

MANUAL, IMPORTED, FOLDER, PREDICTED = TagSource.MANUAL, TagSource.IMPORTED, TagSource.FOLDER, TagSource.PREDICTED
ABOVE = {"abruzzo": "italy"}
TAGS = ("abruzzo", "italy")
ON_FOLDER = ("nothing", "recursive", "alone", "excluded")
ON_PHOTO = (None, MANUAL, IMPORTED, PREDICTED, "excluded")


def up(tag_id: str) -> Iterator[str]:
    yield tag_id
    if tag_id in ABOVE:
        yield from up(ABOVE[tag_id])


def marks(folder_id: str, said: dict[str, str]) -> FolderMarks:
    carried = tuple(Carried(tag, how == "recursive") for tag, how in said.items() if how in ("recursive", "alone"))
    return FolderMarks(folder_id, carried, tuple(tag for tag, how in said.items() if how == "excluded"))


def on_tag(tag: str, said: dict[str, str], what: str) -> bool:
    """Whether it is said of the tag or of one above it."""
    return any(said[above] == what for above in up(tag))


def by_folder(tag: str, own: dict[str, str], above: dict[str, str]) -> str | None:
    """Which folder the tag comes from, as the design says it."""
    if own[tag] in ("recursive", "alone"):
        return "own"
    return "above" if above[tag] == "recursive" and not on_tag(tag, own, "excluded") else None


def states(kinds: tuple[object, ...]) -> list[dict[str, Any]]:
    return [dict(zip(TAGS, said, strict=True)) for said in product(kinds, repeat=len(TAGS))]


@pytest.mark.parametrize("photo", states(ON_PHOTO), ids=str)
def test_the_first_of_person_file_folder_and_model_wins_unless_the_photo_excludes_it(photo: dict[str, Any]) -> None:
    own_tags = [PhotoTag(tag, how) for tag, how in photo.items() if isinstance(how, TagSource)]
    excluded = {tag for tag, how in photo.items() if how == "excluded"}
    for own, above in product(states(ON_FOLDER), repeat=2):
        expected: dict[str, tuple[TagSource, str | None]] = {}
        for tag in TAGS:
            folder = by_folder(tag, own, above)
            if any(photo[each] == "excluded" for each in up(tag)):
                continue
            if photo[tag] in (MANUAL, IMPORTED):
                expected[tag] = (photo[tag], None)
            elif folder is not None:
                expected[tag] = (FOLDER, folder)
            elif photo[tag] is PREDICTED:
                expected[tag] = (PREDICTED, None)
        way = [marks("own", own), marks("above", above)]
        found = photo_tags(own_tags, excluded, [way], up)
        assert {tag.tag_id: (tag.source, tag.folder_id) for tag in found} == expected, (own, above)
        assert len(found) == len(expected)


def test_an_exclusion_does_not_reach_what_its_own_folder_carries() -> None:
    way = [FolderMarks("d", (Carried("abruzzo", True),), ("italy",))]
    assert [carried.tag_id for carried, _ in inherited(way, up)] == ["abruzzo"]


def test_an_exclusion_on_the_way_blocks_all_from_further_up() -> None:
    way = [
        FolderMarks("1"),
        FolderMarks("2", (Carried("abruzzo", True),), ("abruzzo",)),
        FolderMarks("3", (Carried("abruzzo", True), Carried("italy", True))),
    ]
    assert [(carried.tag_id, folder) for carried, folder in inherited(way, up)] == [("abruzzo", "2"), ("italy", "3")]


def test_the_nearest_folder_of_the_first_file_speaks() -> None:
    carrying = {id_: FolderMarks(id_, (Carried("abruzzo", True, at_ms),)) for id_, at_ms in (("a", 1000), ("b", 2000))}
    (tag,) = photo_tags([], frozenset(), [[FolderMarks("x")], [carrying["b"], carrying["a"]], [carrying["a"]]], up)
    assert (tag.folder_id, tag.at) == ("b", datetime.fromtimestamp(2, UTC))


def test_one_copy_in_an_excluding_folder_does_not_silence_another() -> None:
    top = FolderMarks("top", (Carried("abruzzo", True),))
    barred = [FolderMarks("x", (), ("italy",)), top]
    assert photo_tags([], frozenset(), [barred], up) == []
    (tag,) = photo_tags([], frozenset(), [barred, [FolderMarks("y"), top]], up)
    assert (tag.tag_id, tag.source, tag.folder_id) == ("abruzzo", FOLDER, "top")


def test_a_photo_has_each_tag_once() -> None:
    own = [PhotoTag("abruzzo", PREDICTED, score=0.9), PhotoTag("abruzzo", IMPORTED), PhotoTag("abruzzo", MANUAL)]
    (tag,) = photo_tags(own, frozenset(), [[FolderMarks("d", (Carried("abruzzo", True),))]], up)
    assert tag.source is MANUAL


def test_without_files_or_tags_there_is_nothing() -> None:
    assert photo_tags([], frozenset(), [], up) == []
    assert photo_tags([], {"italy"}, [[FolderMarks("d")]], up) == []
