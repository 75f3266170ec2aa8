"""Metadata that is read again, as the graph keeps it: which files speak, and what they may change."""

from __future__ import annotations

from dataclasses import replace
from typing import LiteralString

import pytest

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import failures, photos, rereading
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.rereading import FileToReread, Reread
from photos_graph.model.library import METADATA_VERSION
from tests.kit.planted import METADATA, A, B, file, library, read
from tests.kit.writing import writer

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
    [(_, failure)] = await failures.page(behind, None, "", 10)
    assert failure.path == "Pictures/a/b/n1.jpg"
