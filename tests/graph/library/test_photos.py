from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Any, LiteralString

import pytest

from photos_graph.graph import postings
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders, photos, vanished_files
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.library import FileState, Metadata, RootState
from tests.kit.planted import ABRUZZO, ITALY, LAQUILA, METADATA, A, B, C, library, read
from tests.kit.waiting import until
from tests.kit.writing import rated, writer

pytestmark = pytest.mark.anyio


async def test_a_photo_comes_back_as_it_was_read(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(1, "a")], [], "j1")
    photo = (await photos.photos_by_id(graph, [A, B]))[A]
    assert (photo.taken, photo.location, photo.camera) == (METADATA.taken, METADATA.location, METADATA.camera)
    assert (photo.name, photo.width, photo.height, photo.byte_size) == ("n1.jpg", 4000, 3000, 11)
    assert (photo.rating, photo.favourite, photo.placeholder, photo.format) == (3, False, "hash", "JPEG")
    assert await photos.places_of(graph, [A]) == {A: [ITALY, ABRUZZO, LAQUILA]}


async def test_numbers_are_dense_and_never_given_twice(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "b")], [], "j1")
    await photos.put_read(writer(graph), [read(1, "a"), read(2, "b"), read(3, "c")], [], "j1")
    await photos.put_read(writer(graph), [read(4, "d")], [], "j1")
    found = await photos.photos_by_id(graph, [A, B, C, "d" * 32])
    assert sorted(photo.number for photo in found.values()) == [0, 1, 2, 3]
    assert await postings.last_number(graph) == 4


async def test_numbers_go_by_the_order_of_reading(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "c"), read(1, "a"), read(2, "b")], [], "j1")
    found = await photos.photos_by_id(graph, [A, B, C])
    assert [found[id_].number for id_ in (C, A, B)] == [0, 1, 2]


@pytest.mark.parametrize("order", [(0, 3), (3, 0)])
async def test_of_copies_of_one_time_the_first_by_key_speaks(graph: Graph, order: tuple[int, int]) -> None:
    await library(graph)
    said = {0: Metadata(rating=5), 3: Metadata(rating=1)}
    for number in order:
        await photos.put_read(writer(graph), [replace(read(number, "a", said[number]), mtime_ns=7)], [], "j1")
    photo = (await photos.photos_by_id(graph, [A]))[A]
    assert (photo.rating, photo.name) == (5, "n0.jpg")


@pytest.mark.parametrize("order", [(0, 3), (3, 0)])
async def test_the_copy_that_was_changed_last_speaks_for_the_photo_whoever_is_read_last(
    graph: Graph, order: tuple[int, int]
) -> None:
    await library(graph)
    said = {0: Metadata(rating=5), 3: Metadata(rating=1)}
    for number in order:
        await photos.put_read(writer(graph), [read(number, "a", said[number])], [], "j1")
    photo = (await photos.photos_by_id(graph, [A]))[A]
    assert (photo.rating, photo.name, photo.byte_size) == (1, "n3.jpg", 13)
    assert [row.name for row in await postings.photo_rows(graph, [0])] == ["n3.jpg"]
    assert [source.size for source in await photos.sources(graph, A)] == [13, 10]
    assert [file.key for file in (await photos.files_of(graph, [A]))[A]] == ["r1/a/b/n0.jpg", "r1/a/n3.jpg"]


async def test_a_file_that_was_replaced_holds_the_new_photo_alone(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [], "j1")
    await photos.put_read(writer(graph), [read(0, "b")], [], "j1")
    assert set(await photos.files_of(graph, [A, B])) == {B}
    assert [(row.id, row.folders) for row in await postings.photo_rows(graph, [0, 1])] == [(A, ()), (B, ("b",))]


async def test_what_a_person_rated_outlives_reading_again(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [], "j1")
    said = await rated(graph, LabelKind.RATING, [0, 77], 5, "owner")
    assert (said.matched, said.changed) == (1, 1)
    assert await rated(graph, LabelKind.RATING, [0], 5, "owner") == BulkResult(matched=1, changed=0)
    await photos.put_read(writer(graph), [read(0, "a", replace(METADATA, rating=1))], [], "j1")
    assert (await photos.photos_by_id(graph, [A]))[A].rating == 5
    await rated(graph, LabelKind.RATING, [0], None, "owner")
    assert (await photos.photos_by_id(graph, [A]))[A].rating is None


async def test_favourites_are_said_and_taken_back(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [], "j1")
    assert (await rated(graph, LabelKind.FAVOURITE, [0], True, "owner")).changed == 1
    assert (await photos.photos_by_id(graph, [A]))[A].favourite
    assert (await rated(graph, LabelKind.FAVOURITE, [0], False, "owner")).changed == 1
    assert not (await photos.photos_by_id(graph, [A]))[A].favourite


async def test_files_of_a_root_that_is_away_are_offline(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(1, "a")], [], "j1")
    await vanished_files.miss_files(writer(graph), ["f1"])
    root = (await folders.roots(graph))[0]
    await folders.set_root_state(graph, replace(root, state=RootState.OFFLINE))
    states = [file.state for file in (await photos.files_of(graph, [A]))[A]]
    assert states == [FileState.OFFLINE, FileState.MISSING]


async def test_the_source_of_a_photo_is_its_raw_path(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(2, "a")], [], "j1")
    (source,) = await photos.sources(graph, A)
    assert (source.root_raw, source.raw, source.online) == (b"/photos/\xff", b"a/b/n2\xcc\x81.jpg", True)
    assert await photos.sources(graph, B) == []


async def test_rows_for_the_index_are_the_same_whole_and_one_by_one(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(3, "a"), read(1, "b", Metadata())], [], "j1")
    [rows] = [portion async for portion in postings.all_photos(graph)]
    assert sorted(rows, key=lambda row: row.number) == await postings.photo_rows(graph, [0, 1])
    first = next(row for row in rows if row.id == A)
    assert (first.folders, first.texts, first.places) == (("b", "a"), ("n0.jpg", "n3.jpg"), (LAQUILA.id,))
    assert (first.camera, first.rating, first.taken) == ("Canon|EOS 5D|", 3, METADATA.taken and METADATA.taken.at)
    assert {row.id: row.parent_id for row in await postings.folder_rows(graph)} == {"r1": None, "a": "r1", "b": "a"}
    assert set(await postings.place_rows(graph)) == set(await postings.place_rows(graph, [LAQUILA.id]))


async def test_the_rows_of_a_library_come_in_portions(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await library(graph)
    assert [portion async for portion in postings.all_photos(graph)] == []
    await photos.put_read(writer(graph), [read(0, "a"), read(3, "a"), read(1, "b", Metadata())], [], "j1")
    monkeypatch.setattr(postings, "BLOCK", 1)
    for walked in (0, 2):  # by the numbers of the photos, and by walking
        monkeypatch.setattr(postings, "WALKED", walked)
        monkeypatch.setattr(postings, "BATCH_SIZE", 1)
        portions = [portion async for portion in postings.all_photos(graph)]
        assert portions == [await postings.photo_rows(graph, [number]) for number in range(2)]


async def test_a_large_library_is_not_walked_once_for_each_block(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(3, "a"), read(1, "b", Metadata())], [], "j1")
    asked = noted_queries(graph, monkeypatch)
    monkeypatch.setattr(postings, "BLOCK", 1)
    monkeypatch.setattr(postings, "WALKED", 1)
    assert len([row async for portion in postings.all_photos(graph) for row in portion]) == 2
    assert not {postings.PHOTO_BLOCK, postings.PATH_BLOCK, postings.PLACE_BLOCK} & set(asked)


async def test_the_engine_reads_ahead_while_the_index_takes_rows(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(3, "a"), read(1, "b", Metadata())], [], "j1")
    asked = noted_queries(graph, monkeypatch)
    monkeypatch.setattr(postings, "BLOCK", 1)
    async with aclosing(postings.all_photos(graph)) as portions:
        await anext(portions)
        await until(lambda: asked.count(postings.PHOTO_BLOCK) == 2)


def noted_queries(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Returns the list of the queries that are read from now on."""
    asked: list[str] = []
    whole = graph.read

    async def noted(query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        asked.append(query)
        return await whole(query, **parameters)

    monkeypatch.setattr(graph, "read", noted)
    return asked


async def test_the_feed_names_what_a_commit_touched(graph: Graph) -> None:
    await library(graph)
    before = await feed.head(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [ReadFailure("f1", "x", "decode", "broken")], "j1")
    await photos.put_read(writer(graph), [read(0, "b")], [], "j1")
    touched = await feed.since(graph, before, await feed.head(graph))
    assert [(t.seq - before, t.photos) for t in touched] == [(1, (0,)), (2, (0, 1))]
    assert await feed.identity(graph) == await feed.identity(graph)


async def test_an_old_feed_is_pruned(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await library(graph)
    monkeypatch.setattr(feed, "KEPT", 1)
    await feed.prune(graph)
    assert [t.seq for t in await feed.since(graph, 0, await feed.head(graph))] == [await feed.head(graph)]


async def test_nothing_is_asked_about_photos_that_are_new(graph: Graph) -> None:
    await library(graph)
    reads = [replace(read(number, hash_, Metadata()), places=()) for number, hash_ in enumerate("ab")]
    taken = []
    for _ in range(2):
        before = graph.queries
        await photos.put_read(writer(graph), reads, [], "j1")
        taken.append(graph.queries - before)
    # Of known photos: which file speaks and did before, its labels, the stack, and the marks of faces. New photos take
    # numbers instead.
    assert taken[1] - taken[0] == 5 - 1


async def test_copies_that_arrive_together_are_one_photo_for_which_the_later_one_speaks(graph: Graph) -> None:
    await library(graph)
    reads = [read(0, "a", Metadata(rating=5, motion=(10, 20))), read(3, "a", Metadata(rating=1))]
    await photos.put_read(writer(graph), reads, [], "j1")
    photo = (await photos.photos_by_id(graph, [A]))[A]
    assert (photo.rating, photo.name) == (1, "n3.jpg")
    assert photo.has_motion, "the video in the other file is not forgotten"
    assert [source.motion for source in await photos.sources(graph, A)] == [None, (10, 20)]
