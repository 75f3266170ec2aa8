"""Scans: files and folders that moved keep what is known of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import Unavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.jobs import JobState
from photos_graph.model.library import FileState
from photos_graph.services.scan.polling import poll
from photos_graph.services.scan.scan import rules
from tests.kit.library import ended, files, in_step, photos, scanned
from tests.kit.pictures import OLD, jpeg, put

pytestmark = pytest.mark.anyio


async def test_moved_and_renamed_files_keep_their_labels_without_being_read(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    one, two = (await photos(services))["1.jpg"], (await photos(services))["2.jpg"]
    await services.ratings.rate([one.id, two.id], 5)
    (folder / "c").mkdir()
    (folder / "a/1.jpg").rename(folder / "c/first.jpg")
    (folder / "a/2.jpg").rename(folder / "a/2.JPG")
    job = await scanned(services)
    assert (job.state, job.total) == (JobState.SUCCEEDED, 0)
    known = await files(services)
    assert known["c/first.jpg"] == (one.id, FileState.PRESENT)
    assert known["a/2.JPG"] == (two.id, FileState.PRESENT)
    assert "a/1.jpg" not in known and "a/2.jpg" not in known
    assert (await photos(services))["first.jpg"].rating == 5
    assert await in_step(services)


async def test_a_file_moved_without_its_inode_is_known_by_its_bytes(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    one = (await photos(services))["1.jpg"]
    put(folder / "elsewhere/1.jpg", (folder / "a/1.jpg").read_bytes(), at=OLD + 5)
    (folder / "a/1.jpg").unlink()
    await scanned(services)
    known = await files(services)
    assert known["elsewhere/1.jpg"] == (one.id, FileState.PRESENT)
    assert "a/1.jpg" not in known
    assert len(await photos(services)) == 10


@pytest.mark.parametrize("polled", [False, True])
async def test_files_moved_between_roots_have_moved(services: Services, folder: Path, polled: bool) -> None:
    other = folder.with_name("Zoo")
    put(other / "11.jpg", jpeg(11))
    for root in (folder, other):
        await services.roots.add(str(root))
    await scanned(services)
    before = await files(services)
    (folder / "b").rename(other / "b")
    if polled:
        await poll(services.graph, services.jobs, rules(services.settings))
        job = await ended(services, (await services.jobs.page(None, 1, None)).items[0])
    else:
        job = await scanned(services)
    assert job.state is JobState.SUCCEEDED, job.message
    after = await files(services)
    assert {state for _, state in after.values()} == {FileState.PRESENT}
    assert len(after) == len(before) == 11
    assert after["b/7.jpg"] == before["b/7.jpg"]


async def test_files_that_a_scan_saw_between_copying_and_deleting_have_moved(
    services: Services, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "Zoo"
    other.mkdir()
    for root in (folder, other):
        await services.roots.add(str(root))
    await scanned(services)
    shutil.copytree(folder / "b", other / "b")
    await scanned(services)
    shutil.rmtree(folder / "b")
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED and "missing" not in (job.message or ""), job.message
    assert len(await photos(services)) == 10


async def test_copies_excuse_no_files_that_are_gone_too(services: Services, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "Zoo"
    other.mkdir()
    for root in (folder, other):
        await services.roots.add(str(root))
    await scanned(services)
    shutil.copytree(folder / "b", other / "b")
    await scanned(services)
    for path in [*folder.glob("b/*"), *other.glob("b/*")]:
        path.unlink()
    job = await scanned(services)
    assert job.state is JobState.FAILED and "7 of 10 files are gone" in (job.message or "")


async def test_copies_do_not_excuse_a_root_that_lost_everything(
    services: Services, folder: Path, tmp_path: Path
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    backup = tmp_path / "Zoo"
    shutil.copytree(folder, backup)
    await services.roots.add(str(backup))
    await scanned(services)
    for path in folder.rglob("*.jpg"):
        path.unlink()
    job = await scanned(services)
    assert job.state is JobState.FAILED and "10 of 10 files are gone" in (job.message or "")
    assert {state for _, state in (await files(services)).values()} == {FileState.PRESENT}


async def test_a_moved_folder_keeps_its_id_and_all_below_it(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    before = services.folders.at("Pictures/a/deep")
    (folder / "a").rename(folder / "Reise ä")
    job = await scanned(services)
    assert (job.state, job.total) == (JobState.SUCCEEDED, 0)
    after = services.folders.at("Pictures/Reise ä/deep")
    assert before is not None and after is not None and after.id == before.id
    assert services.folders.at("Pictures/a") is None
    assert "Reise ä/deep/3.jpg" in await files(services)
    assert await in_step(services)


async def test_the_files_of_a_moved_folder_follow_though_the_scan_was_cut_short(
    services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    one = (await photos(services))["1.jpg"]
    (folder / "a").rename(folder / "moved")
    put_folders = folders.put_folders

    async def last(graph: Graph, root_id: str, records: Sequence[StoredFolder]) -> None:
        await put_folders(graph, root_id, records)
        raise Unavailable("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "put_folders", last)
        assert (await scanned(services)).state is JobState.FAILED
    put(folder / "a/1.jpg", jpeg(20))
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED, job.message
    known = await files(services)
    assert known["moved/1.jpg"] == (one.id, FileState.PRESENT)
    assert {"moved/deep/3.jpg", "a/1.jpg"} <= known.keys()
    assert await in_step(services)


async def test_a_photo_has_the_same_name_everywhere_when_the_folder_of_a_copy_moves(
    services: Services, folder: Path
) -> None:
    shutil.copy2(folder / "a/1.jpg", folder / "b/copy.jpg")
    await services.roots.add(str(folder))
    await scanned(services)
    (folder / "a").rename(folder / "z")
    await scanned(services)
    assert {"copy.jpg"} == {name for name in await photos(services) if name in {"copy.jpg", "1.jpg"}}
    assert await in_step(services)


async def test_a_root_in_which_keys_clash_does_not_keep_the_others_from_being_scanned(
    services: Services, folder: Path
) -> None:
    other = folder.with_name("Zoo")
    other.mkdir()
    for root in (folder, other):
        await services.roots.add(str(root))
    await scanned(services)
    await services.graph.write("MATCH (f:File {name: '1.jpg'}) SET f.key = replace(f.key, '1.jpg', 'new.jpg')")
    put(folder / "a/new.jpg", jpeg(20))
    put(other / "11.jpg", jpeg(11))
    job = await scanned(services)
    assert job.state is JobState.FAILED and "Pictures: Something with the same key" in (job.message or "")
    assert "11.jpg" in await photos(services)


async def test_a_new_folder_with_the_inode_of_a_deleted_one_is_another_folder(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    before = services.folders.at("Pictures/a")
    inode = (folder / "a").stat().st_ino
    shutil.rmtree(folder / "a")
    for number in range(50):  # until the file system gives it out again, if it does
        (folder / f"new{number}").mkdir()
        if (folder / f"new{number}").stat().st_ino == inode:
            break
    put(folder / f"new{number}/20.jpg", jpeg(20))
    await scanned(services, accept_missing=True)
    after = services.folders.at(f"Pictures/new{number}")
    assert before is not None and after is not None and after.id != before.id


async def test_a_folder_that_changes_and_moves_at_once_stays_the_same_folder(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    before = services.folders.at("Pictures/a/deep")
    put(folder / "a/deep/20.jpg", jpeg(20))  # so that its time tells nothing
    (folder / "a/deep").rename(folder / "b/deep")
    await scanned(services)
    after = services.folders.at("Pictures/b/deep")
    assert before is not None and after is not None and after.id == before.id
    assert {"b/deep/3.jpg", "b/deep/20.jpg"} <= (await files(services)).keys()
    assert await in_step(services)
