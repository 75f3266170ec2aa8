"""Tags that people put on folders, and those that the names of folders propose."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.graph.library.folders import StoredFolder, put_folders
from photos_graph.model.labels import FolderTagProposal
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.settings import Settings
from tests.kit.library import in_step
from tests.kit.planted import hold, plant
from tests.kit.tagging import counts, ids, planted, quiet, refs
from tests.kit.tags import assertions_by_path, carried_by_path, grown, tree_of
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with quiet(settings) as services:
        yield services


def having(services: Services, name: str) -> set[int]:
    """Numbers of the photos that have a tag, as the index answers."""
    tags = TermFilter(any=(Ref(name=name),))
    page = services.browse.photos(PhotoFilter(tags=tags), PhotoOrder.NAME_ASC, first=500)
    return {int(id_, 16) for id_ in page.ids}


async def test_a_folder_brings_its_tag_to_all_below_it_and_to_what_comes_later(services: Services) -> None:
    graph = await planted(services)
    dry = await services.tagging.tag_folder("italy", refs("Places/Italy"), dry_run=True)
    assert counts(dry) == (6, 6, False)
    assert [row.name for row in (await tree_of(graph)).children(None)] == [], "a dry run writes nothing"
    assert counts(await services.tagging.tag_folder("italy", refs("Places/Italy"))) == (6, 6, True)
    assert having(services, "Places") == having(services, "Italy") == {0, 1, 2, 3, 4, 5}
    await hold(graph, {"abruzzo": [7]})
    await services.index.catch_up()
    assert having(services, "Italy") == {0, 1, 2, 3, 4, 5, 7}
    assert await assertions_by_path(graph, 7) == {}, "nothing is copied onto photos"
    assert counts(await services.tagging.tag_folder("italy", refs("Italy"))) == (7, 0, False)
    assert await in_step(services)


async def test_a_folder_may_bring_a_tag_to_its_own_photos_alone(services: Services) -> None:
    graph = await planted(services)
    assert counts(await services.tagging.tag_folder("italy", refs("Italy"), recursive=False)) == (2, 2, True)
    assert having(services, "Italy") == {4, 5}
    dry = await services.tagging.tag_folder("italy", refs("Italy"), dry_run=True)
    assert counts(dry) == (6, 4, False)
    assert counts(await services.tagging.tag_folder("italy", refs("Italy"))) == (6, 4, True)
    assert counts(await services.tagging.tag_folder("italy", refs("Italy"), recursive=False)) == (2, 4, True)
    assert await carried_by_path(graph, "italy") == {"Italy": "MANUAL alone"}


async def test_counts_leave_out_who_has_the_tag_already_and_who_excludes_it(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0), refs("Places/Italy"))
    await services.tagging.tag_folder("abruzzo", refs("Places"))
    await services.tagging.untag_photos(ids(1), refs("Places"))
    for dry_run in (True, False):
        result = await services.tagging.tag_folder("italy", refs("Italy", "Places/France"), dry_run=dry_run)
        assert (result.matched, result.changed) == (6, 5)
    assert having(services, "France") == {0, 2, 3, 4, 5}
    assert await carried_by_path(graph, "italy") == {"Places/Italy": "MANUAL", "Places/France": "MANUAL"}


async def test_a_folder_below_a_tagged_one_excludes_what_comes_from_above(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_folder("italy", refs("Places/Italy", "Sea"))
    dry = await services.tagging.untag_folder("abruzzo", refs("Places"), dry_run=True)
    assert counts(dry) == (4, 4, False)
    assert counts(await services.tagging.untag_folder("abruzzo", refs("Places"))) == (4, 4, True)
    assert await carried_by_path(graph, "abruzzo") == {"Places": "EXCLUDES"}
    assert having(services, "Places") == {4, 5} and having(services, "Sea") == {0, 1, 2, 3, 4, 5}
    assert counts(await services.tagging.untag_folder("abruzzo", refs("Places"))) == (4, 0, False)
    assert counts(await services.tagging.tag_folder("abruzzo", refs("Places"))) == (4, 4, True)
    assert await carried_by_path(graph, "abruzzo") == {"Places": "MANUAL"}
    assert having(services, "Italy") == {0, 1, 2, 3, 4, 5}, "what was excluded comes down again"


async def test_untagging_the_folder_that_carries_it_excludes_nothing(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_folder("italy", refs("Places/Italy"))
    await services.tagging.tag_folder("rome", refs("Places/Italy"))
    result = await services.tagging.untag_folder("italy", refs("Places"))
    assert (result.matched, result.changed) == (6, 5), "one has a copy in the other folder"
    assert await carried_by_path(graph, "italy") == {}
    assert having(services, "Places") == {0, 6}


async def test_untagging_an_inherited_tag_keeps_the_photo_out(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_folder("italy", refs("Places/Italy"))
    assert counts(await services.tagging.untag_photos(ids(0, 6), refs("Places"))) == (2, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places": "EXCLUDES"}
    await services.tagging.tag_folder("rome", refs("Places/Italy"))
    assert having(services, "Italy") == {1, 2, 3, 4, 5, 6}
    await services.tagging.tag_photos(ids(0), refs("Places"))
    assert having(services, "Italy") == {0, 1, 2, 3, 4, 5, 6}


async def test_folders_and_tags_that_are_not_known_are_not_found(services: Services) -> None:
    graph = await planted(services)
    for call in (
        services.tagging.tag_folder("nowhere", refs("Sea")),
        services.tagging.untag_folder("nowhere", refs()),
        services.tagging.untag_folder("italy", refs("Sea")),
        services.tagging.tag_folder("italy", [Ref(id="nowhere")]),
        services.tagging.tag_folders_by_name("nowhere"),
    ):
        with pytest.raises(NotFound):
            await call
    assert [row.name for row in (await tree_of(graph)).children(None)] == []


async def test_as_many_queries_for_a_large_tree_as_for_a_small_one(services: Services) -> None:
    graph = await planted(services)
    spent = []
    for name in ("a", "b"):
        before = graph.queries
        for dry_run in (True, False):
            await services.tagging.tag_folder("italy", refs(name, f"Places/{name}{name}"), dry_run=dry_run)
        for dry_run in (True, False):
            done = await services.tagging.untag_folder("abruzzo", refs(name), dry_run=dry_run)
        await services.changes.undo(done.change_id or "")
        spent.append(graph.queries - before)
        for number in range(20):
            record = StoredFolder(f"x{number}", f"r/italy/x{number}", f"x{number}", b"x", "italy", 1, 1)
            await put_folders(writer(graph), "r", [record])
        await hold(graph, {f"x{number}": [10 + number, 40 + number] for number in range(20)})
        await services.index.catch_up()
    assert spent[0] == spent[1] <= 80, spent


def proposed(found: list[FolderTagProposal]) -> list[tuple[str, str, int, bool]]:
    return [(each.folder_id, each.tag, each.photo_count, each.applied) for each in found]


async def named_folders(services: Services) -> Graph:
    """Abruzzo is a tag, Lazio a place and Anna a person; in Sea there is no photo."""
    tree = {
        "2019 Abruzzo": "a", "2019 Abruzzo/abruzzo hike": "ah", "100CANON": "c", "Anna & ROMA": "roma", "Sea": "s",
        "2020 lazio (2)": "l",
    }  # fmt: skip
    await plant(services.graph, tree, {"a": [0], "ah": [1, 2], "c": [3], "roma": [4], "l": [5]})
    await grown(services.graph, "Places/Abruzzo")
    await services.graph.write("CREATE (:Place {id: 'IT/Lazio', name: 'Lazio', kind: 'REGION'})")
    await services.graph.write("MATCH (p:Photo {number: 5}), (x:Place) CREATE (p)-[:AT]->(x)")
    await services.graph.write("CREATE (:Person {id: 'anna', name: 'Anna', key: 'anna', isMe: false, hidden: false})")
    tags = [row.id for row in (await tree_of(services.graph)).children(None)]
    abruzzo = (await grown(services.graph, "Places/Abruzzo"))["Places/Abruzzo"]
    await services.graph.transaction(lambda tx: touch(tx, photos=[5], persons=["anna"], tags=[*tags, abruzzo]))
    await services.index.catch_up()
    return services.graph


async def test_names_of_folders_become_tags_after_a_dry_run(services: Services) -> None:
    graph = await named_folders(services)
    expected = [("l", "Lazio", 1), ("a", "Places/Abruzzo", 3), ("ah", "hike", 2), ("roma", "ROMA", 1)]
    dry = proposed(await services.tagging.tag_folders_by_name())
    assert sorted(dry) == sorted((*each, False) for each in expected)
    assert await carried_by_path(graph, "a") == {}
    done = proposed(await services.tagging.tag_folders_by_name("r", dry_run=False, by="anna"))
    assert sorted(done) == sorted((*each, True) for each in expected)
    assert await carried_by_path(graph, "a") == {"Places/Abruzzo": "FOLDER_NAME"}
    assert await carried_by_path(graph, "l") == {"Lazio": "FOLDER_NAME"}
    assert (having(services, "Places"), having(services, "hike")) == ({0, 1, 2}, {1, 2})
    assert await services.tagging.tag_folders_by_name() == [], "what is there is not proposed again"


async def test_what_somebody_excluded_is_not_proposed(services: Services) -> None:
    await named_folders(services)
    await services.tagging.tag_folder("r", refs("Places/Abruzzo", "hike", "ROMA"))
    await services.tagging.untag_folder("a", refs("Places"))
    await services.tagging.untag_folder("ah", refs("hike"))
    found = proposed(await services.tagging.tag_folders_by_name())
    assert [each[:2] for each in found] == [("l", "Lazio")]
