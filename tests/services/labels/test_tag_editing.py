"""Tags as people make, rename, move, merge and delete them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.settings import Settings
from tests.kit.library import in_step
from tests.kit.tagging import ids, planted, quiet, refs
from tests.kit.tags import assertions_by_path, carried_by_path, grown, tree_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with quiet(settings) as services:
        yield services


async def test_a_tag_is_made_renamed_and_moved(services: Services) -> None:
    places = await services.tag_editing.create(" Places ", by="anna")
    abruzzo = await services.tag_editing.create("abruzzo", places.id)
    assert (places.name, abruzzo.parent_id) == ("Places", places.id)
    assert (await services.tag_editing.rename(abruzzo.id, "Abruzzo")).name == "Abruzzo"
    assert (await services.tag_editing.move(abruzzo.id, None)).parent_id is None
    assert (await services.tag_editing.move(abruzzo.id, None)).parent_id is None
    assert (await services.tag_editing.move(places.id, abruzzo.id)).parent_id == abruzzo.id
    assert (await tree_of(services.graph)).path(places.id) == "Abruzzo/Places"


async def test_a_name_that_is_taken_is_a_conflict_and_nothing_is_merged(services: Services) -> None:
    made = await grown(services.graph, "Places/Abruzzo", "Abruzzo", "Rome", "Places")
    with pytest.raises(Conflict, match="Abruzzo"):
        await services.tag_editing.create("ABRUZZO")
    with pytest.raises(Conflict):
        await services.tag_editing.rename(made["Rome"], "abruzzo")
    with pytest.raises(Conflict):
        await services.tag_editing.move(made["Places/Abruzzo"], None)
    tree = await tree_of(services.graph)
    assert {tree.path(id_) for id_ in made.values()} == set(made)


async def test_a_tag_cannot_move_into_itself(services: Services) -> None:
    made = await grown(services.graph, "a/b/c", "a")
    for parent in (made["a"], made["a/b/c"]):
        with pytest.raises(BadInput):
            await services.tag_editing.move(made["a"], parent)


async def test_tags_that_are_not_known_are_not_found(services: Services) -> None:
    made = await grown(services.graph, "a")
    calls = [
        services.tag_editing.create("b", "nowhere"),
        services.tag_editing.rename("nowhere", "b"),
        services.tag_editing.move("nowhere", None),
        services.tag_editing.move(made["a"], "nowhere"),
        services.tag_editing.merge(["nowhere"], made["a"]),
        services.tag_editing.merge([made["a"]], "nowhere"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            await call
    assert (await services.tag_editing.delete("nowhere")).change_id is None
    with pytest.raises(BadInput):
        await services.tag_editing.create("a\nb")


async def test_a_deleted_tag_takes_what_was_said_of_it_along(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(1, 2), refs("a/b", "c"))
    made = await grown(graph, "a", "a/b")
    with pytest.raises(Conflict, match="b"):
        await services.tag_editing.delete(made["a"])
    assert (await services.tag_editing.delete(made["a/b"])).change_id is not None
    assert (await services.tag_editing.delete(made["a"])).change_id is not None
    assert await assertions_by_path(graph, 1) == {"c": "MANUAL"}


async def test_merged_tags_hand_over_what_was_said_of_them_and_what_lies_in_them(services: Services) -> None:
    graph = await planted(services)
    tagging, tag_editing = services.tagging, services.tag_editing
    await tagging.tag_photos(ids(0, 1), refs("Old"))
    await tagging.tag_photos(ids(1, 2), refs("New"))
    await tagging.tag_photos(ids(3), refs("Old/Sea", "Old/Sky"))
    await tagging.tag_photos(ids(4), refs("New/sea"))
    made = await grown(graph, "Old", "New", "New/sea", "Old/Sky")
    await graph.write(
        "MATCH (p:Photo {number: 0}), (t:Tag {id: $id}) CREATE (p)-[:EXCLUDES {at: 1, by: ''}]->(t)", id=made["New"]
    )
    await graph.write(
        "MATCH (d:Folder {id: 'rome'}), (t:Tag {id: $id}) "
        "CREATE (d)-[:TAGGED {recursive: true, at: 1, by: '', via: 'MANUAL'}]->(t)",
        id=made["Old"],
    )
    assert (await tag_editing.merge([made["Old"]], made["New"])).id == made["New"]
    tree = await tree_of(graph)
    assert {tree.path(made[path]) for path in ("New", "New/sea", "Old/Sky")} == {"New", "New/sea", "New/Sky"}
    assert made["Old"] not in tree and [row.name for row in tree.children(None)] == ["New"]
    assert [await assertions_by_path(graph, n) for n in range(5)] == [
        {"New": "MANUAL"},
        {"New": "MANUAL"},
        {"New": "MANUAL"},
        {"New/sea": "MANUAL", "New/Sky": "MANUAL"},
        {"New/sea": "MANUAL"},
    ]
    assert await carried_by_path(graph, "rome") == {"New": "MANUAL"}


async def test_a_tag_cannot_be_merged_into_what_lies_within_it(services: Services) -> None:
    made = await grown(services.graph, "a/b", "a")
    for into in (made["a"], made["a/b"]):
        with pytest.raises(BadInput):
            await services.tag_editing.merge([made["a"]], into)


async def test_a_tag_that_comes_to_lie_below_an_excluded_one_stays_on_the_photos(services: Services) -> None:
    graph = await planted(services)
    tagging, tag_editing = services.tagging, services.tag_editing
    await tagging.tag_folder("italy", refs("Italy", "Trip"))
    await tagging.untag_folder("abruzzo", refs("Trip"))
    await tagging.tag_folder("abruzzo", refs("Italy/Sea"))
    await tagging.untag_photos(ids(3, 4), refs("Italy"))
    await tagging.tag_photos(ids(3), refs("Naples", "Trip/Capri"))
    await tagging.untag_photos(ids(5), refs("Trip"))
    await tagging.tag_photos(ids(5), refs("Italy/Rome"))
    made = await grown(graph, "Italy", "Trip", "Naples")
    await tag_editing.move(made["Naples"], made["Italy"])
    assert await assertions_by_path(graph, 3) == {"Italy/Naples": "MANUAL", "Trip/Capri": "MANUAL"}
    assert await assertions_by_path(graph, 4) == {"Italy": "EXCLUDES"}
    await tagging.tag_photos(ids(4), refs("Trip/Capri"))
    await tag_editing.merge([made["Trip"]], made["Italy"])
    assert [await assertions_by_path(graph, n) for n in (3, 4, 5)] == [
        {"Italy/Naples": "MANUAL", "Italy/Capri": "MANUAL"},
        {"Italy/Capri": "MANUAL"},
        {"Italy/Rome": "MANUAL"},
    ]
    both = {"Italy": "EXCLUDES", "Italy/Sea": "MANUAL"}
    assert await carried_by_path(graph, "abruzzo") == both, "a folder excludes what comes from above"
    assert await in_step(services)
