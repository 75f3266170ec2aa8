from __future__ import annotations

from dataclasses import replace

import pytest

from photos_graph.graph import jobs, postings
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import failures, files, folders, forgetting, photos, vanished_files
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.jobs import JobKind
from photos_graph.model.labels import LabelKind
from photos_graph.model.library import FileState, RootState
from photos_graph.search.listing import Stretch
from tests.kit.planted import A, C, file, library, read
from tests.kit.writing import rated, writer

pytestmark = pytest.mark.anyio


async def test_files_are_remembered_as_they_were_found(graph: Graph) -> None:
    await library(graph)
    known = await files.known_files(graph, ["a", "b", "unknown"])
    assert known == {
        "a": {f"n{n}.jpg": file(n) for n in (3, 4)},
        "b": {f"n{n}.jpg": file(n) for n in (0, 1, 2)},
    }


async def test_pending_files_come_by_key_and_by_how_often_they_were_opened(graph: Graph) -> None:
    await library(graph)
    await files.note_opened(graph, ["f0"])
    pending = await files.pending_files(graph, "r1", "", 2)
    assert [each.raw for each in pending] == [b"a/b/n1.jpg", b"a/b/n2\xcc\x81.jpg"]
    assert pending[0].sidecar_raw == b"a/b/n1.xmp"
    assert [each.record.id for each in await files.pending_files(graph, "r1", pending[-1].key, 9)] == ["f3", "f4"]
    assert [each.record.id for each in await files.pending_files(graph, "r1", "", 9, (1, 2))] == ["f0"]
    await files.note_unopened(graph, ["f0"])
    assert await files.pending_count(graph, "r1") == len(await files.pending_files(graph, "r1", "", 9)) == 5


async def test_a_moved_file_keeps_its_photo(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [], "j1")
    await files.move_files(writer(graph), [replace(file(0), name="new.jpg", raw_name=b"new.jpg", folder_id="a")])
    (moved,) = (await photos.files_of(graph, [A]))[A]
    assert (moved.key, moved.folder_id, moved.state) == ("r1/a/new.jpg", "a", FileState.PRESENT)


async def test_a_vanished_file_whose_bytes_the_job_found_elsewhere_is_no_more(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(1, "c")], [], "j1")
    await files.put_pending(graph, [file(3)], "j2")
    await photos.put_read(writer(graph), [read(3, "a")], [], "j1")
    assert await vanished_files.drop_moved(
        writer(graph), ["f1", *(f"unknown {n}" for n in range(1000)), "f0"], "j2"
    ) == {"f0"}
    assert [f.id for f in (await photos.files_of(graph, [A]))[A]] == ["f3"]


JOBS_AT = """
WITH timestamp() AS now UNWIND $rows AS row MATCH (j:Job {id: row.id}) SET j.createdAt = now - row.ago
"""
HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("was", "copied", "found"),
    [(48, 1, {"f0"}), (1, 1, set()), (1, 48, set()), (48, 30, set())],
    ids=["lately", "at once", "before", "long ago"],
)
async def test_a_file_that_was_copied_lately_may_be_on_the_move(
    graph: Graph, was: int, copied: int, found: set[str]
) -> None:
    await library(graph)
    await jobs.create(graph, "j2", JobKind.SCAN)
    await photos.put_read(writer(graph), [read(0, "a"), read(1, "c"), read(2, "b")], [], "j1")
    await files.put_pending(graph, [file(3), file(4)], "j2")
    await photos.put_read(writer(graph), [read(3, "a")], [], "j2")
    hours = {"j1": was, "j2": copied}
    await graph.write(JOBS_AT, rows=[{"id": job, "ago": ago * HOUR_MS} for job, ago in hours.items()])
    gone = ["f0", "f1", "f2"]
    assert await vanished_files.copied_lately(graph, gone, gone) == found
    assert await vanished_files.copied_lately(graph, gone, [*gone, "f3"]) == set()
    (root,) = await folders.roots(graph)
    await folders.set_root_state(graph, replace(root, state=RootState.OFFLINE))
    assert await vanished_files.copied_lately(graph, gone, gone) == set()


async def test_with_a_moved_file_go_its_failures(graph: Graph) -> None:
    await library(graph)
    torn = [ReadFailure(f"f{n}", f"Pictures/{n}", "decode", "torn", partial=True) for n in (0, 1)]
    await photos.put_read(writer(graph), [read(0, "a"), read(1, "c")], torn, "j1")
    await files.put_pending(graph, [file(3)], "j2")
    await photos.put_read(writer(graph), [read(3, "a")], [], "j1")
    await vanished_files.drop_moved(writer(graph), ["f0", "f1"], "j2")
    assert [
        failure.path for _, failure in await failures.page(graph, None, Stretch(None, None, 9, from_end=False))
    ] == ["Pictures/1"]


async def test_missing_files_keep_their_photo_and_unread_ones_are_forgotten(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "c")], [ReadFailure("f1", "x", "decode", "broken")], "j1")
    await vanished_files.miss_files(writer(graph), ["f0", "f1"])
    known = (await files.known_files(graph, ["b"]))["b"]
    assert {name: record.state for name, record in known.items()} == {
        "n0.jpg": FileState.MISSING,
        "n2.jpg": FileState.PENDING,
    }
    assert await failures.count(graph) == 0
    assert (await postings.photo_rows(graph, [0]))[0].folders == ()
    assert await files.present_count(graph, "r1") == await files.file_count(graph) == 3
    await files.move_files(writer(graph), [file(0)])
    assert (await photos.files_of(graph, [C]))[C][0].state is FileState.PRESENT


async def test_files_are_found_by_inode_in_their_root(graph: Graph) -> None:
    await library(graph)
    assert await files.files_by_inode(graph, "r1", [101, 999]) == {101: [file(1)]}
    assert await files.files_by_inode(graph, "r2", [101]) == {}


async def test_a_moved_folder_takes_its_files_along(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [], "j1")
    await folders.put_folders(writer(graph), "r1", [StoredFolder("b", "r1/B", "B", b"B", "r1", 6, 0)])
    assert await folders.folders_to_rekey(graph, "r1") == ["b"]
    await folders.rekey_files(writer(graph), ["b"])
    assert await folders.folders_to_rekey(graph, "r1") == []
    assert (await photos.files_of(graph, [A]))[A][0].key == "r1/B/n0.jpg"
    assert [(r.name, r.parent_id) for r in await postings.folder_rows(graph, ["b"])] == [("B", "r1")]
    records = {record.id: record for record in await folders.folders_of(graph, "r1")}
    assert (records["b"].raw, records["b"].parent_id, records["a"].parent_id) == (b"B", "r1", "r1")


async def test_a_missing_folder_has_no_row(graph: Graph) -> None:
    await library(graph)
    (gone,) = [record for record in await folders.folders_of(graph, "r1") if record.id == "b"]
    await folders.put_folders(writer(graph), "r1", [replace(gone, missing=True)])
    assert await postings.folder_rows(graph, ["b"]) == []
    assert {row.id for row in await postings.folder_rows(graph)} == {"r1", "a"}


async def test_stamps_are_kept(graph: Graph) -> None:
    await library(graph)
    (record,) = [record for record in await folders.folders_of(graph, "r1") if record.id == "a"]
    stamped = replace(
        record, inode=77, mtime_ns=1_600_000_000_000_000_001, ignore_stamp="0f", passed_over="aae=1 mov=2"
    )
    for expected in (stamped, replace(stamped, ignore_stamp="", passed_over="")):
        await folders.stamp_folders(graph, [expected])
        assert [each for each in await folders.folders_of(graph, "r1") if each.id == "a"] == [expected]


async def test_what_was_passed_over_is_told_by_root(graph: Graph) -> None:
    await library(graph)
    assert await folders.passed_over(graph) == [""]
    await folders.set_passed_over(graph, "r1", "mov=2")
    assert await folders.passed_over(graph) == ["mov=2"]


async def test_a_removed_root_is_forgotten_but_for_what_people_said(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a")], [ReadFailure("f1", "x", "decode", "broken")], "j1")
    await rated(graph, LabelKind.RATING, [0], 4, "owner")
    assert await forgetting.begin(graph, "r1") == "Pictures"
    assert await folders.roots(graph) == []
    assert not await forgetting.forget_folders(writer(graph), "r1"), "a file is left"
    assert await forgetting.file_count(graph, "r1") == 5
    assert await forgetting.forget_files(writer(graph), "r1") == 5
    assert await forgetting.forget_folders(writer(graph), "r1")
    assert await forgetting.begin(graph, "r1") is None
    assert await folders.roots(graph) == [] == await postings.folder_rows(graph)
    assert await failures.count(graph) == await files.file_count(graph) == 0
    assert (await photos.photos_by_id(graph, [A]))[A].rating == 4
