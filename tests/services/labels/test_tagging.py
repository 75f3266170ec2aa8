"""Tags as people make them, and put them on photos and folders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.graph.library.folders import StoredFolder, put_folders
from photos_graph.model.labels import BulkResult, FolderTagProposal
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.labels import tagging
from photos_graph.settings import Settings
from tests.kit.library import in_step
from tests.kit.planted import hold, photo_id, plant
from tests.kit.tags import assertions_by_path, carried_by_path, grown, tree_of
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Nobody looks for jobs or for changes of other processes, so that every query is of the call that is counted."""
    settings.search.follow_seconds = 3600
    async with build(settings, run_jobs=False) as services:
        yield services


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


def refs(*names: str) -> list[Ref]:
    return [Ref(name=name) for name in names]


def counts(result: BulkResult) -> tuple[int, int, bool]:
    return result.matched, result.changed, result.change_id is not None


async def planted(services: Services) -> Graph:
    """Pictures/italy/abruzzo with photos 0 to 3, /italy with 4 and 5, and /rome with 0 too and 6."""
    tree = {"italy": "italy", "italy/abruzzo": "abruzzo", "rome": "rome"}
    await plant(services.graph, tree, {"abruzzo": range(4), "italy": [4, 5], "rome": [0, 6]})
    await services.index.catch_up()
    return services.graph


# the tags themselves


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


# on photos


async def test_photos_are_tagged_once_and_unknown_names_are_created(services: Services) -> None:
    graph = await planted(services)
    first = await services.tagging.tag_photos(ids(0, 1, 1), refs("Places/Abruzzo", "Sea", "sea"), by="anna")
    assert counts(first) == (2, 2, True)
    assert counts(await services.tagging.tag_photos(ids(0, 1), refs("Abruzzo", "SEA"), by="ben")) == (2, 0, False)
    assert counts(await services.tagging.tag_photos(ids(0, 2), refs("Abruzzo"))) == (2, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places/Abruzzo": "MANUAL", "Sea": "MANUAL"}


async def test_nothing_is_changed_when_something_is_not_known(services: Services) -> None:
    graph = await planted(services)
    await grown(graph, "a/x", "b/x")
    for call, error in (
        (services.tagging.tag_photos(ids(0, 99), refs("Sea")), NotFound),
        (services.tagging.tag_photos(ids(0), [Ref(name="Sea"), Ref(id="nowhere")]), NotFound),
        (services.tagging.tag_photos(ids(0), refs("Sea", "x")), BadInput),
        (services.tagging.tag_photos(ids(0), refs("Sea", "a//b")), BadInput),
        (services.tagging.untag_photos(ids(0), refs("a", "Sea")), NotFound),
        (services.tagging.tag_photos(ids(0), refs(*map(str, range(tagging.MAX_TAGS + 1)))), BadInput),
    ):
        with pytest.raises(error):
            await call
    assert await assertions_by_path(graph, 0) == {}
    assert [row.name for row in (await tree_of(graph)).children(None)] == ["a", "b"]


async def test_too_many_pairs_are_refused(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    await planted(services)
    monkeypatch.setattr(tagging, "MAX_PAIRS", 3)
    with pytest.raises(BadInput, match="pairs"):
        await services.tagging.tag_photos(ids(0, 1), refs("a", "b"))


async def test_what_a_file_said_a_person_may_say_too(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Sea")
    await graph.write(
        "MATCH (p:Photo {number: 0}), (t:Tag {id: $id}) CREATE (p)-[:TAGGED {at: 1, by: '', via: 'IMPORTED'}]->(t)",
        id=made["Sea"],
    )
    assert counts(await services.tagging.tag_photos(ids(0), refs("Sea"))) == (1, 1, True)
    assert await assertions_by_path(graph, 0) == {"Sea": "MANUAL"}


async def test_untagging_takes_off_the_tag_and_all_below_it(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0, 1), refs("Places/Italy/Abruzzo", "Places", "Sea"))
    assert counts(await services.tagging.untag_photos(ids(0, 1, 2), refs("Italy"))) == (3, 2, True)
    assert await assertions_by_path(graph, 0) == {"Places": "MANUAL", "Sea": "MANUAL"}
    assert counts(await services.tagging.untag_photos(ids(0, 1, 2), refs("Italy"))) == (3, 0, False)


async def test_untagging_what_a_file_says_excludes_it(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Places/Sea", "Places")
    await graph.write(
        "MATCH (p:Photo {number: 0}), (t:Tag {id: $id}) CREATE (p)-[:TAGGED {at: 1, by: '', via: 'IMPORTED'}]->(t)",
        id=made["Places/Sea"],
    )
    assert counts(await services.tagging.untag_photos(ids(0), refs("Places"))) == (1, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places": "EXCLUDES"}
    assert counts(await services.tagging.tag_photos(ids(0), refs("Sea"))) == (1, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places/Sea": "MANUAL"}


async def test_untagging_what_a_model_says_excludes_it(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Sea")
    await graph.write("MATCH (t:Tag {id: $id}) SET t.threshold = 0.5", id=made["Sea"])
    for number, score in ((0, 0.5), (1, 0.4)):
        await graph.write(
            "MATCH (p:Photo {number: $n}), (t:Tag {id: $id}) CREATE (p)-[:PREDICTED {score: $score, model: 'm'}]->(t)",
            n=number, id=made["Sea"], score=score,
        )  # fmt: skip
    assert counts(await services.tagging.untag_photos(ids(0, 1), refs("Sea"))) == (2, 1, True)
    assert [await assertions_by_path(graph, n) for n in (0, 1)] == [{"Sea": "EXCLUDES"}, {}]


async def test_as_many_queries_for_many_photos_as_for_few(services: Services) -> None:
    graph = await planted(services)
    await hold(graph, {"rome": range(7, 60)})
    await services.index.catch_up()
    spent = []
    for numbers, names in (((0, 1), ("a/b", "c/d")), (range(60), ("e/f/g", "h/i", "j/k", "l"))):
        before = graph.queries
        await services.tagging.tag_photos(ids(*numbers), refs(*names))
        await services.tagging.untag_photos(ids(*numbers), refs(*names))
        spent.append(graph.queries - before)
    assert spent[0] == spent[1] <= 46, spent


async def test_writers_at_once_lose_nothing(services: Services) -> None:
    graph = await planted(services)
    calls = [services.tagging.tag_photos(ids(n % 4), refs(f"Places/{n % 3}")) for n in range(12)]
    results = await asyncio.gather(*calls)
    assert sum(result.changed for result in results) == 12
    assert [row.name for row in (await tree_of(graph)).children(None)] == ["Places"]
    on_photos = [await assertions_by_path(graph, n) for n in range(4)]
    assert all(len(said) == 3 for said in on_photos), on_photos


# on folders


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


# by the names of folders


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
