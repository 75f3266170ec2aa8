"""Tags, and what is said of them, as they are in the graph."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyroaring import BitMap

from photos_graph.errors import Conflict
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import changes, ratings, tag_edges, tags
from photos_graph.graph.labels.ancestors import folders_of, ways
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Change, Edit, TagState, Value, grouped
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import photos
from photos_graph.model.labels import Carried, FolderMarks, LabelKind
from photos_graph.model.library import Metadata
from tests.kit.planted import library, plant, read
from tests.kit.tags import assertions_on_folders, assertions_on_photos, grown, tree_of, written
from tests.kit.writing import rated, writer

pytestmark = pytest.mark.anyio

MANUAL = Assertion(AssertionKind.TAGGED, 5, "anna", "MANUAL")
IMPORTED = Assertion(AssertionKind.TAGGED, 3, "", "IMPORTED")
EXCLUDES = Assertion(AssertionKind.EXCLUDES, 7, "ben")
BELOW = Assertion(AssertionKind.TAGGED, 6, "anna", "FOLDER_NAME", recursive=True)


async def test_tags_lie_in_one_another_and_their_names_are_unique_there(graph: Graph) -> None:
    ids = await grown(graph, "Places/Italy/Abruzzo", "Italy", "places/ITALY/Lazio")
    tree = await tree_of(graph)
    assert tree.path(ids["places/ITALY/Lazio"]) == "Places/Italy/Lazio"
    assert [row.name for row in tree.children(None)] == ["Italy", "Places"]
    italy = tree.get(ids["Places/Italy/Abruzzo"]).parent_id or ""
    assert tree.below(italy) == {italy, ids["Places/Italy/Abruzzo"], ids["places/ITALY/Lazio"]}
    assert tree.up(ids["Places/Italy/Abruzzo"])[:2] == (ids["Places/Italy/Abruzzo"], italy)
    with pytest.raises(Conflict):
        await renamed(graph, ids["Italy"], "PLACES")
    await renamed(graph, ids["Italy"], "Italia")
    assert (await tree_of(graph)).path(ids["Italy"]) == "Italia"


async def renamed(graph: Graph, tag_id: str, name: str) -> None:
    await writer(graph).commit(lambda tx: tags.put(tx, {tag_id: TagState(name, None)}))


async def test_tags_exchange_their_names_and_keep_all_their_properties(graph: Graph) -> None:
    ids = await grown(graph, "a", "b/c")
    others = (("at", 7), ("trust", "PROVEN"))
    swapped = {ids["a"]: TagState("c", None, 0.5, "PERSON", others), ids["b/c"]: TagState("a", None)}
    await writer(graph).commit(lambda tx: tags.put(tx, swapped))
    found = await graph.transaction(lambda tx: tags.states(tx, [*swapped, "nowhere"]))
    assert found.keys() == swapped.keys()
    assert (found[ids["a"]].name, found[ids["a"]].threshold, found[ids["a"]].threshold_by) == ("c", 0.5, "PERSON")
    assert set(others) <= set(found[ids["a"]].others)
    assert [row.name for row in (await tree_of(graph)).children(None)] == ["a", "b", "c"]


async def test_a_tag_takes_the_place_and_name_of_one_that_goes_in_the_same_transaction(graph: Graph) -> None:
    ids = await grown(graph, "a", "a/a", "b", "b/b")

    async def work(tx: LabelTransaction) -> None:
        await tags.delete(tx, [ids["a"]])
        moved = {ids["a/a"]: TagState("a", None), ids["b/b"]: TagState("b", ids["a/a"])}
        await tags.put(tx, moved)

    await writer(graph).commit(work)
    after = await tree_of(graph)
    assert {after.path(id_) for id_ in (ids["a/a"], ids["b/b"], ids["b"])} == {"a", "a/b", "b"}


async def test_what_is_said_of_photos_comes_back_as_it_was_written(graph: Graph) -> None:
    await plant(graph, {"d": "d"}, {"d": range(3)})
    ids = await grown(graph, "x", "y")
    x, y = ids["x"], ids["y"]
    await written(
        graph,
        Edit(None, MANUAL, x, photos=(0, 1)),
        Edit(None, EXCLUDES, y, photos=(0,)),
        Edit(None, IMPORTED, y, photos=(2,)),
    )
    assert await assertions_on_photos(graph, 0, 1, 2) == {0: {x: MANUAL, y: EXCLUDES}, 1: {x: MANUAL}, 2: {y: IMPORTED}}
    await written(
        graph,
        Edit(MANUAL, EXCLUDES, x, photos=(0,)),
        Edit(EXCLUDES, None, y, photos=(0,)),
        Edit(IMPORTED, MANUAL, y, photos=(2,)),
    )
    assert await assertions_on_photos(graph, 0, 1, 2) == {0: {x: EXCLUDES}, 1: {x: MANUAL}, 2: {y: MANUAL}}


async def test_what_is_said_of_folders_comes_back_as_it_was_written(graph: Graph) -> None:
    await plant(graph, {"d": "d", "d/e": "e"}, {"e": [0]})
    ids = await grown(graph, "x", "y")
    x, y = ids["x"], ids["y"]
    own = replace(MANUAL, recursive=False)
    await written(graph, Edit(None, BELOW, x, folders=("d", "e")), Edit(None, EXCLUDES, y, folders=("e",)))
    await written(graph, Edit(BELOW, own, x, folders=("e",)))
    found = await assertions_on_folders(graph, "d", "e", "r")
    assert found == {"d": {x: BELOW}, "e": {x: own, y: EXCLUDES}}
    assert tag_edges.marks("e", found["e"]) == FolderMarks("e", (Carried(x, False, 5),), (y,))


async def test_a_way_goes_from_a_folder_to_its_root(graph: Graph) -> None:
    await plant(graph, {"d": "d", "d/e": "e", "d/f": "f"}, {"e": [0, 1], "f": [1], "r": [2]})
    x = (await grown(graph, "x"))["x"]
    await written(graph, Edit(None, BELOW, x, folders=("d",)))
    found = await graph.transaction(lambda tx: ways(tx, ["e", "r", "nowhere"]))
    d = FolderMarks("d", (Carried(x, True, 6),))
    assert found == {"e": [FolderMarks("e"), d, FolderMarks("r")], "r": [FolderMarks("r")]}
    by_photo = await graph.transaction(lambda tx: folders_of(tx, [0, 1, 2]))
    assert {number: sorted(ids) for number, ids in by_photo.items()} == {0: ["e"], 1: ["e", "f"], 2: ["r"]}


async def test_predictions_count_from_the_threshold_of_their_tag_on(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant(graph, {}, {"r": [0, 1]})
    ids = await grown(graph, "x", "y")
    await graph.write("MATCH (t:Tag {id: $id}) SET t.threshold = 0.5", id=ids["x"])
    for number, tag, score in ((0, "x", 0.5), (1, "x", 0.49), (0, "y", 1.0)):
        await graph.write(
            "MATCH (p:Photo {number: $n}), (t:Tag {id: $id}) CREATE (p)-[:PREDICTED {score: $score, model: 'm'}]->(t)",
            n=number, id=ids[tag], score=score,
        )  # fmt: skip
    assert await graph.transaction(lambda tx: tag_edges.predicted(tx, [0, 1])) == {0: {ids["x"]}}
    both, one = BitMap([0, 1]), BitMap([0])
    for most in (10, 0):  # photos with which the query starts; for more, it starts with the tags
        monkeypatch.setattr(tag_edges, "PHOTOS_PER_QUERY", most)
        assert await graph.transaction(lambda tx: tag_edges.guessed(tx, [ids["x"]], both)) == both
        assert await graph.transaction(lambda tx: tag_edges.guessed(tx, ids.values(), one)) == one
    numbers, folder_ids = await graph.transaction(lambda tx: tag_edges.on_tags(tx, ids.values()))
    assert (sorted(numbers), folder_ids) == ([0, 1], [])


async def test_a_change_is_kept_with_all_that_it_takes_to_undo_it(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "IDS_PER_PART", 3)
    edits = (
        Edit(None, MANUAL, "x", photos=tuple(range(7))),
        Edit(replace(BELOW, by='a "quoted"\nname'), EXCLUDES, "x", folders=("d",)),
    )
    change = Change("TAG", LabelKind.TAGS, "anna", 12, edits, summary="Said so.")
    rating = Change(
        "RATE", LabelKind.RATING, "ben", 13, (Edit(Value(None, None, None), Value(-1, 4, "b"), photos=(1,)),)
    )

    async def work(tx: LabelTransaction) -> list[Change | None]:
        assert await changes.record(tx, change) == change.id
        assert await changes.record(tx, rating) == rating.id
        assert await changes.record(tx, Change("NOTHING", LabelKind.TAGS, "", 1, ())) is None
        await changes.mark_undone(tx, rating)
        return [await changes.get(tx, id_) for id_ in (change.id, rating.id, "unknown")]

    found, found_rating, unknown = await writer(graph).commit(work)
    assert found is not None and unknown is None
    assert found_rating == replace(rating, undone=True, summary="Changed 1 photo.")
    assert replace(found, edits=()) == replace(change, edits=())
    whole = {edit.folders: edit for edit in found.edits if edit.folders}
    assert list(whole.values()) == [edits[1]]
    chunks = [edit for edit in found.edits if edit.photos]
    assert [len(edit.photos) for edit in chunks] in ([3, 3, 1], [1, 3, 3], [3, 1, 3])
    assert sorted(number for edit in chunks for number in edit.photos) == list(range(7))
    assert {(edit.before, edit.after, edit.label_id) for edit in chunks} == {(None, MANUAL, "x")}


async def test_edits_that_are_alike_are_put_together(graph: Graph) -> None:
    alike = grouped(
        [(1, None, MANUAL, "x"), (2, None, MANUAL, "x"), ("d", None, MANUAL, "x"), (3, MANUAL, MANUAL, "x")]
    )
    assert alike == (Edit(None, MANUAL, "x", photos=(1, 2), folders=("d",)),)


async def test_ratings_go_back_to_what_the_file_said(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a", Metadata(rating=3))], [], "j1")
    result = await rated(graph, LabelKind.RATING, [0, 99], 5, "anna")
    assert (result.matched, result.changed) == (1, 1)

    async def work(tx: LabelTransaction) -> tuple[dict[int, Value], dict[int, Value]]:
        change = await changes.get(tx, result.change_id or "")
        assert change is not None
        before = await ratings.read(tx, LabelKind.RATING, [0])
        await ratings.write(tx, LabelKind.RATING, [edit.reversed() for edit in change.edits])
        return before, await ratings.read(tx, LabelKind.RATING, [0])

    before, after = await writer(graph).commit(work)
    assert (before[0].value, before[0].by, after) == (5, "anna", {0: Value(3, None, None)})
    again = await rated(graph, LabelKind.RATING, [0], 3, "anna")
    assert again.changed == 0 and again.change_id is not None, "a person says now what the file said"
    assert (await rated(graph, LabelKind.RATING, [0], 3, "ben")).change_id is None


async def test_the_feed_names_photos_folders_and_tags(graph: Graph) -> None:
    await plant(graph, {"d": "d"}, {"d": [0]})
    before = await feed.head(graph)
    await rated(graph, LabelKind.FAVOURITE, [0], True, "anna")
    await rated(graph, LabelKind.FAVOURITE, [0], True, "anna")
    assert [(t.photos, t.labelled) for t in await feed.since(graph, before, await feed.head(graph))] == [((0,), ())]
