"""Metadata that is read again, as the graph keeps it: which files speak, and what they may change."""

from __future__ import annotations

from dataclasses import replace
from typing import LiteralString

import pytest

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import album_entries, albums
from photos_graph.graph.labels.edits import AlbumEntry, AlbumState, Edit
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import failures, files, photos, rereading, vanished_files
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.rereading import FileToReread, Reread
from photos_graph.model.labels import LabelKind
from photos_graph.model.library import METADATA_VERSION
from photos_graph.search.listing import Stretch
from tests.kit.planted import METADATA, A, B, C, file, library, read
from tests.kit.writing import rated, writer

pytestmark = pytest.mark.anyio

FORGET: LiteralString = "MATCH (p:Photo) SET p.readBy = null, p.orientation = null"
STATE: LiteralString = "MATCH (p:Photo) RETURN p.id AS id, p.readBy AS by, p.orientation AS turned, p.rating AS rating"
TURNED = replace(METADATA, orientation=6)


@pytest.fixture
async def behind(graph: Graph) -> Graph:
    """Photo A in the files f0 and f3, and photo B in f1, as an earlier version of the program read them."""
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(3, "a"), read(1, "b")], [], "j1")
    await graph.write(FORGET)
    await due.want(graph, due.READING, METADATA_VERSION)
    return graph


async def to_reread(graph: Graph, root: str = "r1") -> dict[str, FileToReread]:
    """By photo."""
    return {each.photo_id: each async for page in rereading.pages(graph, root, 1) for each in page}


async def test_the_file_that_speaks_for_a_photo_is_read_again(behind: Graph) -> None:
    assert await rereading.count(behind, "r1") == 2
    assert await rereading.count(behind, "r2") == 0 and await to_reread(behind, "r2") == {}
    found = await to_reread(behind)
    assert {photo: each.record.id for photo, each in found.items()} == {A: "f3", B: "f1"}
    assert (found[B].raw, found[B].sidecar_raw) == (b"a/b/n1.jpg", b"a/b/n1.xmp")
    assert (found[B].record.signature, found[B].width, found[B].height) == (file(1).signature, 4000, 3000)


async def test_what_files_say_now_is_written_and_failures_wait(behind: Graph) -> None:
    await behind.write("MATCH (p:Photo {id: $id}) SET p.rating = 5, p.ratedAt = 1", id=A)
    found = await to_reread(behind)
    older = ReadFailure("f3", "Pictures/a/n3.jpg", "metadata", "torn", partial=True)
    torn = ReadFailure("f1", "Pictures/a/b/n1.jpg", "metadata", "torn", partial=True)
    await behind.transaction(lambda tx: failures.put_failures(tx, [older], "j1"))
    await rereading.put(writer(behind), [Reread(found[A], TURNED)], [found[B]], [torn], "j1")
    rows = {row["id"]: (row["by"], row["turned"], row["rating"]) for row in await behind.read(STATE)}
    assert rows == {A: (METADATA_VERSION, 6, 5), B: (None, None, 3)}
    assert await to_reread(behind) == {}
    [(_, failure)] = await failures.page(behind, None, Stretch(None, None, 10, from_end=False))
    assert failure.path == "Pictures/a/b/n1.jpg"


# As an earlier version of the program left it, for which a photo was the bytes of its files.
OLDER: LiteralString = """
MATCH (p:Photo) SET p.pictureHash = null, p.speaker = null, p.turn = null, p.look = null, p.readBy = null
WITH p
MATCH (p)<-[:OF]-(f:File) SET f.contentHash = null, f.look = null
"""
FILES: LiteralString = "MATCH (f:File)-[:OF]->(p:Photo) RETURN f.id AS file, p.id AS photo, f.contentHash AS content"
HASHES: LiteralString = """
MATCH (p:Photo) RETURN p.id AS id, p.pictureHash AS picture, p.readDue IS NOT NULL AS due,
  [(p)-[:SUCCEEDED_BY]->(q:Photo) | q.id] AS current
"""


@pytest.fixture
async def older(graph: Graph) -> Graph:
    """Photo A in the files f0 and f3, B in f1, and C in f2."""
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(3, "a")], [], "j1")
    await photos.put_read(writer(graph), [read(1, "b")], [], "j1")
    await photos.put_read(writer(graph), [read(2, "c")], [], "j1")
    await graph.write(OLDER)
    await due.want(graph, due.READING, METADATA_VERSION)
    return graph


async def test_photos_of_an_older_library_get_the_hashes_of_their_pictures(older: Graph) -> None:
    found = await to_reread(older)
    assert all(each.whole for each in found.values())
    pictures = {A: "1" * 64, B: "2" * 64, C: "3" * 64}
    reads = [Reread(each, METADATA, (), pictures[photo]) for photo, each in found.items()]
    assert not await rereading.put(writer(older), reads, [], [], "j1")
    rows = {row["id"]: (row["picture"], row["due"], row["current"]) for row in await older.read(HASHES)}
    assert rows == {photo: (picture, False, []) for photo, picture in pictures.items()}
    contents = {row["file"]: row["content"] for row in await older.read(FILES)}
    assert contents == {"f0": "a" * 64, "f3": "a" * 64, "f1": "b" * 64, "f2": "c" * 64}
    later = replace(read(4, "d"), picture_hash="1" * 64)
    assert await photos.put_read(writer(older), [later], [], "j1") == {"f4": A}


@pytest.mark.parametrize("together", [True, False])
async def test_photos_that_turn_out_to_have_one_picture_become_the_first_of_them(older: Graph, together: bool) -> None:
    await rated(older, LabelKind.RATING, [1], 4, "owner")
    await put_into_album(older, 1, 2)
    found = await to_reread(older)
    pictures = {A: "1" * 64, B: "1" * 64, C: "3" * 64}
    reads = [Reread(found[photo], METADATA, (), pictures[photo]) for photo in (C, B, A)]
    batches = [reads] if together else [[each] for each in reads]
    assert any([await rereading.put(writer(older), batch, [], [], "j1") for batch in batches])
    rows = {row["id"]: (row["picture"], row["current"]) for row in await older.read(HASHES)}
    assert rows == {A: ("1" * 64, []), B: (None, [A]), C: ("3" * 64, [])}
    assert {row["file"]: row["photo"] for row in await older.read(FILES)} == {"f0": A, "f1": A, "f2": C, "f3": A}
    photo = (await photos.photos_by_id(older, [A]))[A]
    assert (photo.rating, photo.name, photo.content_hash) == (4, "n3.jpg", "a" * 64)
    assert await to_reread(older) == {}
    assert {number: place.position for number, place in (await of_album(older)).items()} == {0: 0, 1: 0, 2: 1}


async def put_into_album(graph: Graph, *numbers: int) -> None:
    """Puts photos into an album, at the positions 0, 1 and so on."""

    async def work(tx: LabelTransaction) -> None:
        await albums.put(tx, {"a": AlbumState("Trip")})
        entry = Edit(None, AlbumEntry(5, "anna"), "a", numbers, scores=tuple(range(len(numbers))))
        await album_entries.write(tx, [entry])

    await writer(graph).commit(work)


async def of_album(graph: Graph) -> album_entries.Places:
    return (await graph.transaction(lambda tx: album_entries.of_albums(tx, ["a"])))["a"]


async def test_another_file_that_speaks_is_read_and_as_a_whole_if_its_bytes_differ(older: Graph) -> None:
    found = await to_reread(older)
    reads = [Reread(found[photo], METADATA, (), "1" * 64) for photo in (A, B)]
    await rereading.put(writer(older), reads, [], [], "j1")
    await vanished_files.miss_files(writer(older), ["f3"])
    now = (await to_reread(older))[A]
    assert (now.record.id, now.content_hash, now.shown_hash, now.whole) == ("f1", "b" * 64, "a" * 64, False)
    await files.reopen(older, ["f1"])
    assert "f1" in [each.record.id for each in await files.pending_files(older, "r1", "", 10)]
    await photos.put_read(writer(older), [replace(read(1, "b"), picture_hash="1" * 64)], [], "j1")
    photo = (await photos.photos_by_id(older, [A]))[A]
    assert (photo.name, photo.content_hash) == ("n1.jpg", "b" * 64)
    assert A not in await to_reread(older)
