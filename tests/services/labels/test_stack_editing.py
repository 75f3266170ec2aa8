"""Stacks that people make and take apart."""

from __future__ import annotations

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph import postings
from photos_graph.model.search import PhotoOrder, Ref, TimelineUnit
from photos_graph.model.stacks import StackKind, Stacks
from photos_graph.search.filters import FolderFilter, PhotoFilter
from tests.kit.library import in_step
from tests.kit.planted import photo_id, plant

pytestmark = pytest.mark.anyio


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


@pytest.fixture
async def planted(services: Services) -> Services:
    """Pictures/a with photos 0 to 2 and a/b with 3 and 4."""
    await plant(services.graph, {"a": "a", "a/b": "b"}, {"a": range(3), "b": [3, 4]})
    await services.index.catch_up()
    return services


def listed(services: Services, stacks: Stacks = Stacks.COLLAPSED, filter: PhotoFilter | None = None) -> set[str]:
    return set(services.browse.photos(filter, PhotoOrder.NAME_ASC, stacks=stacks).ids)


def stack(services: Services, number: int) -> list[str]:
    found = services.index.search.stack_of(number)
    return list(found.photo_ids) if found else []


@pytest.mark.both_engines
async def test_a_stack_is_one_entry_with_its_cover(planted: Services) -> None:
    result = await planted.stack_editing.stack(ids(0, 1, 3), photo_id(1), by="anna")
    assert (result.matched, result.changed) == (3, 3)
    assert listed(planted) == set(ids(1, 2, 4))
    assert listed(planted, Stacks.EXPANDED) == set(ids(0, 1, 2, 3, 4))
    assert planted.browse.photo_count() == 3
    assert planted.folders.photo_count("a") == 3
    assert stack(planted, 0) == ids(1, 0, 3)
    found = planted.index.search.stack_of(3)
    assert found is not None and found.kind is StackKind.MANUAL
    assert await planted.browse.stacks_by_id([found.id, "none"]) == [found, None]
    assert await in_step(planted)


async def test_a_filter_that_only_a_covered_photo_fits_shows_that_photo(planted: Services) -> None:
    await planted.stack_editing.stack(ids(0, 1, 3, 4))
    below = PhotoFilter(folder=FolderFilter(id="b"))
    assert listed(planted, filter=below) == set(ids(3))
    assert planted.folders.photo_count("b") == 1


async def test_facets_and_the_timeline_count_a_stack_once(planted: Services) -> None:
    await planted.tagging.tag_photos(ids(0, 1, 2), [Ref(name="Sea")])
    await planted.graph.write("MATCH (p:Photo) SET p.takenAt = localdatetime('2019-08-05T12:34:56')")
    await planted.stack_editing.stack(ids(0, 1))
    assert [each.bucket.count for each in planted.browse.timeline(None, TimelineUnit.YEAR)] == [1]
    page = planted.browse.photos(None, PhotoOrder.NAME_ASC)
    [(tag, count)] = planted.browse.facets.tags(page.found, 10)
    assert count == planted.tags.photo_count(tag.id) == 2


async def test_the_first_photo_is_the_cover_if_none_is_named(planted: Services) -> None:
    await planted.stack_editing.stack(ids(2, 0))
    assert stack(planted, 0) == ids(2, 0)


async def test_the_stacks_of_the_photos_come_along(planted: Services) -> None:
    await planted.stack_editing.stack(ids(0, 1))
    await planted.stack_editing.stack(ids(1, 2))
    assert stack(planted, 0) == ids(1, 0, 2)


async def test_the_cover_of_a_stack_can_be_chosen_anew(planted: Services) -> None:
    await planted.stack_editing.stack(ids(0, 1, 2))
    before = planted.index.search.stack_of(0)
    result = await planted.stack_editing.stack(ids(2))
    after = planted.index.search.stack_of(0)
    assert before is not None and after is not None
    assert (after.id, after.photo_ids) == (before.id, tuple(ids(2, 0, 1)))
    assert (await planted.stack_editing.stack(ids(2))).changed == 0
    assert result.change_id is not None
    await planted.changes.undo(result.change_id)
    assert planted.index.search.stack_of(0) == before


async def test_photos_leave_a_stack_and_a_stack_of_one_ends(planted: Services) -> None:
    await planted.stack_editing.stack(ids(0, 1, 2))
    result = await planted.stack_editing.unstack(ids(0, 4))
    assert (result.matched, result.changed) == (2, 1)
    assert stack(planted, 0) == []
    assert stack(planted, 1) == ids(1, 2)
    await planted.stack_editing.unstack(ids(2))
    assert stack(planted, 1) == []
    assert listed(planted) == set(ids(0, 1, 2, 3, 4))
    assert await in_step(planted)


@pytest.mark.both_engines
async def test_stacking_and_unstacking_can_be_undone(planted: Services) -> None:
    made = await planted.stack_editing.stack(ids(0, 1), by="anna")
    ended = await planted.stack_editing.unstack(ids(1), by="ben")
    assert made.change_id is not None and ended.change_id is not None
    with pytest.raises(Conflict, match="the stack on 2"):
        await planted.changes.undo(made.change_id)
    again = await planted.changes.undo(ended.change_id)
    assert stack(planted, 1) == ids(0, 1)
    assert again.change_id is not None
    await planted.changes.undo(again.change_id)
    assert stack(planted, 1) == []
    assert await in_step(planted)


async def test_what_makes_no_stack_is_refused(planted: Services) -> None:
    with pytest.raises(BadInput, match="at least two"):
        await planted.stack_editing.stack(ids(0))
    with pytest.raises(BadInput, match="at least two"):
        await planted.stack_editing.stack([])
    with pytest.raises(BadInput, match="cover"):
        await planted.stack_editing.stack(ids(0, 1), photo_id(2))
    with pytest.raises(NotFound):
        await planted.stack_editing.stack([*ids(0), "f" * 32])
    assert listed(planted) == set(ids(0, 1, 2, 3, 4))


async def test_a_covered_photo_is_shown_while_its_cover_has_no_file(planted: Services) -> None:
    await planted.stack_editing.stack(ids(0, 1))
    await planted.graph.write("MATCH (p:Photo {number: 0})<-[:OF]-(f:File) SET f.state = 'MISSING'")
    search = planted.index.search
    search.apply_photos(await postings.photo_rows(planted.graph, [0]))
    assert listed(planted) == set(ids(1, 2, 3, 4))
    assert stack(planted, 1) == []
