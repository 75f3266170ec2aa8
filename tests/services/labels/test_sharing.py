"""The labels of one photo of a stack are labels of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import TagSource
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.model.stacks import Stacks
from photos_graph.search.filters import PhotoFilter, TermFilter
from tests.kit.dng import dng
from tests.kit.formats import exiftool
from tests.kit.library import in_step, scanned
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import put, scene
from tests.kit.planted import photo_id, plant
from tests.kit.tags import assertions_by_path

pytestmark = pytest.mark.anyio


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


def refs(*names: str) -> list[Ref]:
    return [Ref(name=name) for name in names]


@pytest.fixture
async def planted(services: Services) -> Services:
    """Pictures/a with photos 0 to 4."""
    await plant(services.graph, {"a": "a"}, {"a": range(5)})
    await services.index.catch_up()
    return services


async def said(services: Services, *numbers: int) -> list[dict[str, str]]:
    return [await assertions_by_path(services.graph, number) for number in numbers]


async def values(services: Services, *numbers: int) -> list[tuple[int | None, bool]]:
    found = await services.browse.photos_by_id(ids(*numbers))
    return [(photo.rating, photo.favourite) for photo in found if photo is not None]


async def test_what_is_said_of_a_photo_is_said_of_its_stack(planted: Services) -> None:
    await planted.stack_editing.stack(ids(0, 1))
    tagged = await planted.tagging.tag_photos(ids(0), refs("Sea"))
    await planted.ratings.rate(ids(1), 4)
    await planted.ratings.favourite(ids(0), True)
    assert (tagged.matched, tagged.changed) == (2, 2)
    assert await said(planted, 0, 1, 2) == [{"Sea": "MANUAL"}, {"Sea": "MANUAL"}, {}]
    assert await values(planted, 0, 1, 2) == [(4, True), (4, True), (None, False)]
    await planted.stack_editing.unstack(ids(0, 1))
    assert await said(planted, 0, 1) == [{"Sea": "MANUAL"}] * 2, "what was said of the stack stays"
    assert await values(planted, 0, 1) == [(4, True), (4, True)]
    assert tagged.change_id is not None
    await planted.changes.undo(tagged.change_id)
    assert await said(planted, 0, 1) == [{}, {}]
    assert await in_step(planted)


async def test_what_was_said_before_is_shared_while_the_stack_lasts(planted: Services) -> None:
    await planted.tagging.tag_photos(ids(0), refs("Sea"), by="anna")
    await planted.tagging.tag_folder("a", refs("Italy"))
    await planted.tagging.untag_photos(ids(1), refs("Italy"))
    await planted.ratings.rate(ids(1), 5)
    made = await planted.stack_editing.stack(ids(0, 1, 2))
    assert await said(planted, 0, 1, 2) == [{"Sea": "MANUAL", "Italy": "EXCLUDES"}] * 3
    assert await values(planted, 0, 1, 2) == [(5, False)] * 3
    found = planted.browse.photos(
        PhotoFilter(tags=TermFilter(all=(Ref(name="Sea"),))), PhotoOrder.NAME_ASC, stacks=Stacks.EXPANDED
    )
    assert set(found.ids) == set(ids(0, 1, 2))
    [tags, *_] = await planted.tags.photo_tags(ids(2))
    assert [tag.source for tag in tags] == [TagSource.MANUAL]
    assert await in_step(planted)
    assert made.change_id is not None
    await planted.changes.undo(made.change_id)
    assert await said(planted, 0, 1, 2) == [{"Sea": "MANUAL"}, {"Italy": "EXCLUDES"}, {}]
    assert await values(planted, 0, 1, 2) == [(None, False), (5, False), (None, False)]
    assert await in_step(planted)


async def test_a_shared_tag_is_removed_from_the_whole_stack(planted: Services) -> None:
    await planted.tagging.tag_photos(ids(0), refs("Sea"))
    await planted.stack_editing.stack(ids(0, 1))
    removed = await planted.tagging.untag_photos(ids(1), refs("Sea"))
    assert await said(planted, 0, 1) == [{}, {}]
    assert removed.change_id is not None
    await planted.changes.undo(removed.change_id)
    assert await said(planted, 0, 1) == [{"Sea": "MANUAL"}] * 2


async def test_the_undo_of_an_earlier_tag_takes_the_copies_away(planted: Services) -> None:
    tagged = await planted.tagging.tag_photos(ids(0), refs("Sea"))
    await planted.stack_editing.stack(ids(0, 1))
    assert tagged.change_id is not None
    await planted.changes.undo(tagged.change_id)
    assert await said(planted, 0, 1) == [{}, {}]


async def test_persons_rated_differently_keep_what_they_said(planted: Services) -> None:
    await planted.ratings.rate(ids(0), 2)
    await planted.ratings.rate(ids(1), 5)
    await planted.stack_editing.stack(ids(0, 1, 2))
    assert await values(planted, 0, 1, 2) == [(2, False), (5, False), (5, False)], "the last word is the third's"


async def test_a_person_in_one_photo_is_in_the_stack(planted: Services) -> None:
    await planted.graph.write(
        "MATCH (p:Photo {number: 0}) CREATE (p)-[:HAS_FACE]->(:Face {id: 'f'})-[:IS {at: 1, by: ''}]->"
        "(:Person {id: 'x', name: 'Anna', key: 'anna', isMe: false, hidden: false})"
    )
    await planted.writer.commit(_touch)
    await planted.stack_editing.stack(ids(1, 0))
    shown = PhotoFilter(persons=TermFilter(all=(Ref(name="Anna"),)))
    assert planted.browse.photos(shown, PhotoOrder.NAME_ASC).ids == ids(1)
    assert planted.persons.photo_count("x") == 1
    of_cover, of_other, of_none = await planted.persons.persons_of(ids(1, 0, 2))
    assert [person.name for person, _ in of_cover] == [person.name for person, _ in of_other] == ["Anna"]
    assert of_none == []
    await planted.stack_editing.unstack(ids(1))
    assert planted.browse.photos(shown, PhotoOrder.NAME_ASC).ids == ids(0)


async def test_what_the_file_of_one_says_is_said_of_all(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "1.dng", dng(scene(64, 48)))
    put(folder / "1.jpg", jpeg_with({"Iptc.Application2.Keywords": ["Sea"], "Xmp.xmp.Rating": "3"}))
    await services.roots.add(str(folder))
    await scanned(services)
    [raw] = [n for n in services.index.search.sets.visible if n not in _collapsed(services)]
    [jpeg] = _collapsed(services)
    assert await said(services, jpeg, raw) == [{"Sea": "IMPORTED"}] * 2
    assert await _ratings(services) == [3, 3]
    exiftool([folder / "1.jpg"], "-IPTC:Keywords=Sky", "-XMP-xmp:Rating=")
    await scanned(services)
    assert await said(services, *services.index.search.sets.visible) == [{"Sky": "IMPORTED"}] * 2
    assert await _ratings(services) == [None, None]
    assert await in_step(services)


def _collapsed(services: Services) -> list[int]:
    return list(services.index.search.collapsed(services.index.search.sets.visible))


async def _ratings(services: Services) -> list[int | None]:
    rows = await services.graph.read("MATCH (p:Photo) RETURN p.number AS number, p.rating AS rating ORDER BY number")
    shown = services.index.search.sets.visible
    return [row["rating"] for row in rows if row["number"] in shown]


async def _touch(tx: LabelTransaction) -> None:
    tx.touch(labelled=[0], persons=["x"])
