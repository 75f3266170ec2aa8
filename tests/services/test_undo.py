"""Undo: of what was tagged, rated and marked, once, and only while nothing else came in between."""

from __future__ import annotations

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import Conflict, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import Ref
from tests.kit.library import in_step
from tests.kit.planted import ROOT, hold, photo_id, plant
from tests.kit.tags import assertions_by_path, carried_by_path, grown
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


def refs(*names: str) -> list[Ref]:
    return [Ref(name=name) for name in names]


async def planted(services: Services) -> Graph:
    """Pictures/a with photos 0 to 2 and a/b with 3 and 4."""
    await plant(services.graph, {"a": "a", "a/b": "b"}, {"a": range(3), "b": [3, 4]})
    await services.index.catch_up()
    return services.graph


async def tags_of_photos(graph: Graph) -> list[dict[str, str]]:
    on_photos = [await assertions_by_path(graph, number) for number in range(5)]
    return on_photos + [await carried_by_path(graph, folder_id) for folder_id in ("a", "b")]


async def undone(services: Services, result: BulkResult) -> BulkResult:
    assert result.change_id is not None
    return await services.changes.undo(result.change_id, by="ben")


async def test_tagged_photos_are_as_they_were(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(1), refs("Sea"), by="anna")
    sky = await services.tag_editing.create("Sky")
    await graph.write(
        "MATCH (p:Photo {number: 0}), (t:Tag {id: $id}) CREATE (p)-[:TAGGED {at: 1, by: '', via: 'IMPORTED'}]->(t)",
        id=sky.id,
    )
    await services.tagging.untag_photos(ids(2), refs("Sky"))
    before = await tags_of_photos(graph)
    result = await services.tagging.tag_photos(ids(0, 1, 2), refs("Sea", "Sky", "New"))
    after = await tags_of_photos(graph)
    back = await undone(services, result)
    assert (back.matched, back.changed) == (3, 3)
    assert await tags_of_photos(graph) == before
    assert await in_step(services)
    again = await undone(services, back)
    assert await tags_of_photos(graph) == after, "undoing an undo does it again"
    await undone(services, again)
    assert await tags_of_photos(graph) == before


async def test_untagged_photos_get_their_tags_and_lose_their_exclusions(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_folder("a", refs("Places/Italy"))
    await services.tagging.tag_photos(ids(0, 3), refs("Places/Italy/Rome", "Places"))
    before = await tags_of_photos(graph)
    result = await services.tagging.untag_photos(ids(0, 1, 2, 3), refs("Places"))
    assert (await tags_of_photos(graph))[0] == {"Places": "EXCLUDES"}
    await undone(services, result)
    assert await tags_of_photos(graph) == before


async def test_folders_are_as_they_were_with_the_counts_of_photos(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0), refs("Sea"))
    tagged = await services.tagging.tag_folder("a", refs("Sea"))
    untagged = await services.tagging.untag_folder("b", refs("Sea"))
    back = await undone(services, untagged)
    assert (back.matched, back.changed) == (2, 2)
    back = await undone(services, tagged)
    assert (back.matched, back.changed) == (5, 4)
    assert await tags_of_photos(graph) == [{"Sea": "MANUAL"}, {}, {}, {}, {}, {}, {}]
    assert await in_step(services)


async def test_a_whole_run_by_names_is_undone_at_once(services: Services) -> None:
    graph = await planted(services)
    await plant_names(services)
    await services.tagging.tag_folders_by_name(dry_run=False)
    assert await carried_by_path(graph, "sea") == {"Sea side": "FOLDER_NAME"}
    (change,) = await graph.read("MATCH (c:Change) RETURN c.id AS id")
    back = await services.changes.undo(change["id"])
    assert (back.matched, back.changed) == (2, 2)
    assert await carried_by_path(graph, "sea") == await carried_by_path(graph, "sky") == {}


async def plant_names(services: Services) -> None:
    for id_, name in (("sea", "2020 Sea side"), ("sky", "Sky")):
        record = folders.StoredFolder(id_, f"{ROOT}/{name}", name, name.encode(), ROOT, 1, 1)
        await folders.put_folders(writer(services.graph), ROOT, [record])
    await hold(services.graph, {"sea": [5], "sky": [6]})
    await services.index.catch_up()


async def test_ratings_and_favourites_are_as_they_were(services: Services) -> None:
    await planted(services)
    await services.ratings.rate(ids(0), 2)
    await services.ratings.favourite(ids(1), True)
    rated = await services.ratings.rate(ids(0, 1, 2), 5)
    marked = await services.ratings.favourite(ids(0, 1), True)
    assert (marked.matched, marked.changed) == (2, 1)
    assert (await undone(services, rated)).changed == 3
    assert (await undone(services, marked)).changed == 1
    photos = await services.browse.photos_by_id(ids(0, 1, 2))
    assert [(photo.rating, photo.favourite) for photo in photos if photo] == [(2, False), (None, True), (None, False)]
    assert await in_step(services)


async def test_nothing_is_undone_twice(services: Services) -> None:
    graph = await planted(services)
    result = await services.tagging.tag_photos(ids(0), refs("Sea"))
    await undone(services, result)
    with pytest.raises(Conflict, match="already"):
        await undone(services, result)
    assert (await tags_of_photos(graph))[0] == {}


async def test_what_changed_since_is_a_conflict_and_nothing_is_undone(services: Services) -> None:
    graph = await planted(services)
    result = await services.tagging.tag_photos(ids(0, 1, 2), refs("Sea"))
    await services.tagging.untag_photos(ids(1), refs("Sea"))
    before = await tags_of_photos(graph)
    with pytest.raises(Conflict, match="Sea on 1"):
        await undone(services, result)
    assert await tags_of_photos(graph) == before
    rated = await services.ratings.rate(ids(0, 1), 5)
    await services.ratings.rate(ids(0), 4)
    with pytest.raises(Conflict, match="rating on 1"):
        await undone(services, rated)
    tagged = await services.tagging.tag_folder("a", refs("Sky"))
    await services.tagging.tag_folder("a", refs("Sky"), recursive=False)
    with pytest.raises(Conflict, match="Sky on 1"):
        await undone(services, tagged)
    assert [photo.rating for photo in await services.browse.photos_by_id(ids(0, 1)) if photo] == [4, 5]


async def test_what_others_said_meanwhile_of_other_things_is_no_conflict(services: Services) -> None:
    graph = await planted(services)
    result = await services.tagging.tag_photos(ids(0, 1), refs("Sea"))
    await services.tagging.tag_photos(ids(0, 1, 2), refs("Sky"))
    await services.tag_editing.rename((await grown(graph, "Sea"))["Sea"], "Ocean")
    await undone(services, result)
    assert [each for each in await tags_of_photos(graph) if each] == [{"Sky": "MANUAL"}] * 3


async def test_an_exclusion_does_not_come_back_over_a_tag_that_was_said_since(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_folder("a", refs("Italy"))
    await services.tagging.untag_photos(ids(0), refs("Italy"))
    before = await tags_of_photos(graph)
    rome = await services.tagging.tag_photos(ids(0), refs("Italy/Rome"))
    milan = await services.tagging.tag_photos(ids(0), refs("Italy/Milan"))
    with pytest.raises(Conflict, match="Italy/Milan on 1"):
        await undone(services, rome)
    assert (await tags_of_photos(graph))[0] == {"Italy/Rome": "MANUAL", "Italy/Milan": "MANUAL"}
    await undone(services, milan)
    await undone(services, rome)
    assert await tags_of_photos(graph) == before


@pytest.mark.parametrize("how", ["deleted", "merged"])
async def test_a_tag_that_is_gone_is_a_conflict(services: Services, how: str) -> None:
    graph = await planted(services)
    result = await services.tagging.tag_photos(ids(0), refs("Sea", "Sky"))
    made = await grown(graph, "Sea", "Sky")
    if how == "deleted":
        await services.tag_editing.delete(made["Sea"])
    else:
        await services.tag_editing.merge([made["Sea"]], made["Sky"])
    with pytest.raises(Conflict, match="1 of the 2 tags"):
        await undone(services, result)
    assert (await tags_of_photos(graph))[0] == {"Sky": "MANUAL"}


async def test_what_is_forgotten_meanwhile_is_passed_over(services: Services) -> None:
    graph = await planted(services)
    result = await services.tagging.tag_photos(ids(0, 1), refs("Sea"))
    tagged = await services.tagging.tag_folder("b", refs("Sky"))
    await graph.write("MATCH (p:Photo {number: 0}) DETACH DELETE p")
    await services.roots.remove("r")
    assert ((await undone(services, result)).changed, (await undone(services, tagged)).matched) == (1, 0)
    assert await assertions_by_path(graph, 1) == {}


async def test_an_unknown_change_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound):
        await services.changes.undo("nowhere")


async def test_a_call_that_changes_nothing_leaves_nothing_to_undo(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0), refs("Sea"))
    assert (await services.tagging.tag_photos(ids(0), refs("Sea"))).change_id is None
    assert (await services.tagging.tag_photos([], refs("Sea"))).change_id is None
    assert (await services.ratings.rate([], 3)).change_id is None
    assert (await graph.read("MATCH (c:Change) RETURN count(c) AS n"))[0]["n"] == 1
