"""Undo of what was done to tags themselves: they come back with all that was said and predicted of them."""

from __future__ import annotations

from typing import Any

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import Conflict
from photos_graph.graph.engine.connection import Graph
from photos_graph.model.search import Ref
from tests.kit.faces import predict
from tests.kit.library import in_step
from tests.kit.planted import photo_id, plant
from tests.kit.tags import assertions_by_path, carried_by_path, grown, tree_of

pytestmark = pytest.mark.anyio


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


def refs(*names: str) -> list[Ref]:
    return [Ref(name=name) for name in names]


async def planted(services: Services) -> Graph:
    """Pictures/a with photos 0 to 4 and a/b with 5."""
    await plant(services.graph, {"a": "a", "a/b": "b"}, {"a": range(5), "b": [5]})
    await services.index.catch_up()
    return services.graph


async def predictions(graph: Graph) -> dict[str, dict[int, float]]:
    """The scores by tag and photo."""
    rows = await graph.read("MATCH (p:Photo)-[r:PREDICTED]->(t:Tag) RETURN t.name AS tag, p.number AS n, r.score AS s")
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        found.setdefault(row["tag"], {})[row["n"]] = row["s"]
    return found


async def state(graph: Graph) -> list[Any]:
    tree = await tree_of(graph)
    said = [await assertions_by_path(graph, number) for number in range(6)]
    return [*said, await carried_by_path(graph, "a"), await predictions(graph), sorted(map(tree.path, ids_of(tree)))]


def ids_of(tree: Any) -> list[str]:
    return [row.id for row in tree]


@pytest.mark.both_engines
async def test_a_deleted_tag_comes_back_with_its_id_and_all_that_was_said_of_it(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0, 1, 2), refs("Places/Sea"), by="anna")
    await services.tagging.tag_folder("a", refs("Places/Sea"))
    await services.tagging.untag_photos(ids(3), refs("Places/Sea"))
    sea = (await grown(graph, "Places/Sea"))["Places/Sea"]
    await predict(services, sea, {photo_id(4): 0.75, photo_id(5): 0.375})
    before = await state(graph)
    deleted = await services.tag_editing.delete(sea, by="anna")
    assert (deleted.matched, deleted.changed) == (4, 4)
    assert (await assertions_by_path(graph, 0), await predictions(graph)) == ({}, {})
    back = await services.changes.undo(deleted.change_id or "")
    assert await state(graph) == before
    assert (await grown(graph, "Places/Sea"))["Places/Sea"] == sea
    assert (back.matched, back.changed) == (6, 6)
    assert await in_step(services)
    again = await services.changes.undo(back.change_id or "")
    assert (await assertions_by_path(graph, 0), await predictions(graph)) == ({}, {})
    await services.changes.undo(again.change_id or "")
    assert await state(graph) == before


async def test_a_photo_about_which_something_was_said_since_is_left_alone(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0, 1, 2), refs("Places/Sea"))
    made = await grown(graph, "Places", "Places/Sea")
    deleted = await services.tag_editing.delete(made["Places/Sea"])
    await services.tagging.tag_folder("a", refs("Places"))
    await services.tagging.untag_photos(ids(1), refs("Places"))
    back = await services.changes.undo(deleted.change_id or "")
    assert (back.matched, back.changed) == (3, 2)
    said = [await assertions_by_path(graph, number) for number in range(3)]
    assert said == [{"Places/Sea": "MANUAL"}, {"Places": "EXCLUDES"}, {"Places/Sea": "MANUAL"}]
    assert await in_step(services)


@pytest.mark.both_engines
async def test_predictions_follow_a_merge_and_come_back(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0, 1), refs("Mare/Adriatico"))
    await services.tagging.tag_photos(ids(1), refs("Mare", "Sea"))
    await services.tagging.tag_photos(ids(2), refs("Sea/adriatico"))
    made = await grown(graph, "Mare", "Sea")
    await predict(services, made["Mare"], {photo_id(3): 0.75, photo_id(4): 0.5})
    await predict(services, made["Sea"], {photo_id(4): 0.875, photo_id(5): 0.25})
    await graph.write("MATCH (t:Tag {name: 'Sea'}) SET t.threshold = null")
    await services.index.load()
    before = await state(graph)
    merged = await services.tag_editing.merge([made["Mare"]], made["Sea"], by="anna")
    assert merged.threshold == 0.5
    assert await predictions(graph) == {"Sea": {3: 0.75, 4: 0.875, 5: 0.25}}
    assert [tag.name for tag in (await tree_of(graph)).children(None)] == ["Sea"]
    back = await services.changes.undo(merged.change_id or "")
    assert await state(graph) == before
    assert await in_step(services)
    assert [each.summary for each in (await services.history.page(2, None)).items] == [
        "Undid: Merged Mare into Sea.",
        "Merged Mare into Sea.",
    ]
    await services.changes.undo(back.change_id or "")
    assert await predictions(graph) == {"Sea": {3: 0.75, 4: 0.875, 5: 0.25}}


async def test_names_and_places_come_back_whatever_else_was_changed_of_the_tag(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Italy", "Rome")
    renamed = await services.tag_editing.rename(made["Rome"], "Roma")
    moved = await services.tag_editing.move(made["Rome"], made["Italy"])
    await services.changes.undo(renamed.change_id or "")
    assert (await tree_of(graph)).path(made["Rome"]) == "Italy/Rome"
    await services.changes.undo(moved.change_id or "")
    assert (await tree_of(graph)).path(made["Rome"]) == "Rome"


async def test_what_became_impossible_is_refused_and_says_why(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Italy", "Italy/Rome", "Sea")
    deleted = await services.tag_editing.delete(made["Italy/Rome"])
    other = await services.tag_editing.create("Rome", made["Italy"])
    with pytest.raises(Conflict, match="Another tag is named Rome there now"):
        await services.changes.undo(deleted.change_id or "")
    await services.tag_editing.delete(other.id)
    await services.tag_editing.delete(made["Italy"])
    with pytest.raises(Conflict, match="The tag above Rome has been deleted since"):
        await services.changes.undo(deleted.change_id or "")
    renamed = await services.tag_editing.rename(made["Sea"], "Ocean")
    await services.tag_editing.rename(made["Sea"], "Mare")
    with pytest.raises(Conflict, match="Mare has been changed again since"):
        await services.changes.undo(renamed.change_id or "")


async def test_a_tag_that_is_in_use_is_not_taken_away(services: Services) -> None:
    graph = await planted(services)
    created = await services.tag_editing.create("Sea")
    tagged = await services.tagging.tag_photos(ids(0), refs("Sea"))
    with pytest.raises(Conflict, match="in use"):
        await services.changes.undo(created.change_id or "")
    await services.changes.undo(tagged.change_id or "")
    await services.changes.undo(created.change_id or "")
    assert ids_of(await tree_of(graph)) == []
    first = await services.tagging.tag_photos(ids(0), refs("Places/Sky", "Snow"))
    await services.tagging.tag_photos(ids(1), refs("Places/Sky"))
    await services.changes.undo(first.change_id or "")
    assert sorted(map((await tree_of(graph)).path, ids_of(await tree_of(graph)))) == ["Places", "Places/Sky"]
    assert await assertions_by_path(graph, 1) == {"Places/Sky": "MANUAL"}


async def test_a_move_is_not_undone_above_what_a_photo_excludes_by_now(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Places/Rome", "Places")
    moved = await services.tag_editing.move(made["Places/Rome"], None)
    await services.tagging.tag_photos(ids(0), refs("Rome"))
    await services.tagging.tag_folder("a", refs("Places"))
    await services.tagging.untag_photos(ids(0), refs("Places"))
    with pytest.raises(Conflict, match="Places/Rome on 1"):
        await services.changes.undo(moved.change_id or "")
    assert await assertions_by_path(graph, 0) == {"Rome": "MANUAL", "Places": "EXCLUDES"}


async def test_an_old_untag_is_undone_although_the_stack_shared_the_tag_since(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0, 1), refs("Sea"), by="anna")
    untagged = await services.tagging.untag_photos(ids(0), refs("Sea"))
    await services.stack_editing.stack(ids(0, 1))
    assert await assertions_by_path(graph, 0) == {"Sea": "MANUAL"}
    await services.changes.undo(untagged.change_id or "")
    own = "MATCH (:Photo {number: 0})-[r:TAGGED]->() RETURN r.by AS by, coalesce(r.shared, false) AS shared"
    assert await graph.read(own) == [{"by": "anna", "shared": False}]


async def test_a_threshold_comes_back(services: Services) -> None:
    graph = await planted(services)
    sea = (await grown(graph, "Sea"))["Sea"]
    change_id = await services.models.set_threshold(sea, 0.75, by="anna")
    await services.changes.undo(change_id or "")
    assert await graph.read("MATCH (t:Tag) RETURN t.threshold AS t, t.thresholdBy AS by") == [{"t": None, "by": None}]


async def test_only_accepted_proposals_are_applied_and_the_name_of_a_root_is_none(services: Services) -> None:
    await plant(services.graph, {"Abruzzo": "x", "Sky": "y"}, {"x": [0], "y": [1]})
    await services.index.catch_up()
    every = await services.tagging.tag_folders_by_name()
    assert [(each.folder_id, each.tag) for each in every] == [("x", "Abruzzo"), ("y", "Sky")]
    accepted = {("y", "Sky"), ("y", "Snow")}
    found = await services.tagging.tag_folders_by_name(dry_run=False, accepted=accepted, by="anna")
    assert [(each.folder_id, each.applied) for each in found] == [("y", True)]
    assert await carried_by_path(services.graph, "x") == {}
    await services.changes.undo(found[0].change_id or "")
    assert ids_of(await tree_of(services.graph)) == []
