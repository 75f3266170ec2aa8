"""Scans: files, folders and roots that are gone, and that come back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput
from photos_graph.model.faces import FaceFilter
from photos_graph.model.jobs import JobState
from photos_graph.model.library import FileState, RootState
from tests.kit.faces import Found, find, sizes
from tests.kit.library import files, in_step, photos, scanned
from tests.kit.pictures import jpeg, put

pytestmark = pytest.mark.anyio


async def test_a_deleted_file_hides_its_photo_and_forgets_nothing(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    one = (await photos(services))["1.jpg"]
    data = (folder / "a/1.jpg").read_bytes()
    await services.ratings.favourite([one.id], True)
    (folder / "a/1.jpg").unlink()
    await scanned(services)
    assert "1.jpg" not in await photos(services) and len(services.index.search) == 9
    (found,) = await services.browse.photos_by_id([one.id])
    assert found is not None and found.favourite
    put(folder / "b/back.jpg", data)
    await scanned(services)
    back = (await photos(services))["back.jpg"]
    assert (back.id, back.favourite) == (one.id, True)


async def test_faces_come_and_go_with_their_file_but_not_with_the_disk(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    shown = await photos(services)
    await find(services.graph, *(Found(f"f{n}", shown[f"{n}.jpg"].id, cluster="c") for n in (1, 4, 5)))
    data = (folder / "a/1.jpg").read_bytes()
    (folder / "a/1.jpg").unlink()
    await scanned(services)
    assert (await services.faces.count(FaceFilter()), await sizes(services.graph)) == (2, {"c": 2})
    put(folder / "a/1.jpg", data)
    await scanned(services)
    assert (await services.faces.count(FaceFilter()), await sizes(services.graph)) == (3, {"c": 3})
    folder.rename(folder.with_name("away"))
    folder.mkdir()  # the mount point without its disk
    assert (await scanned(services, accept_missing=True)).state is JobState.FAILED
    assert (await services.faces.count(FaceFilter()), await sizes(services.graph)) == (3, {"c": 3})


async def test_an_unmounted_root_is_offline_and_loses_nothing(services: Services, folder: Path) -> None:
    root = await services.roots.add(str(folder))
    await scanned(services)
    away = folder.with_name("away")
    folder.rename(away)
    folder.mkdir()  # the mount point without its disk
    job = await scanned(services, accept_missing=True)
    assert job.state is JobState.FAILED and "offline" in (job.message or "")
    assert [each.state for each in await services.roots.all()] == [RootState.OFFLINE]
    assert len(await photos(services)) == 10
    assert {state for _, state in (await files(services)).values()} == {FileState.OFFLINE}
    folder.rmdir()
    away.rename(folder)
    job = await scanned(services)
    assert (job.state, job.total) == (JobState.SUCCEEDED, 0)
    assert {state for _, state in (await files(services)).values()} == {FileState.PRESENT}
    assert root.id == (await services.roots.all())[0].id


async def test_a_known_folder_may_be_away_when_it_is_named_again(services: Services, folder: Path) -> None:
    root = await services.roots.add(str(folder))
    folder.rename(folder.with_name("away"))
    assert (await services.roots.ensure(str(folder))).id == root.id
    for unknown in (str(folder.with_name("else")), ""):
        with pytest.raises(BadInput):
            await services.roots.ensure(unknown)


async def test_no_more_than_a_fifth_goes_missing_unless_told(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    for number in (4, 5, 6):
        (folder / f"b/{number}.jpg").unlink()
    job = await scanned(services)
    assert job.state is JobState.FAILED and "acceptMissing" in (job.message or "")
    assert len(await photos(services)) == 10
    job = await scanned(services, accept_missing=True)
    assert job.state is JobState.SUCCEEDED
    assert len(await photos(services)) == 7


async def test_an_emptied_folder_is_no_longer_listed_and_comes_back_with_its_id(
    services: Services, folder: Path
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    before = services.folders.at("Pictures/a/deep")
    shutil.rmtree(folder / "a/deep")
    await scanned(services)
    assert services.folders.at("Pictures/a/deep") is None
    put(folder / "a/deep/3.jpg", jpeg(3))
    await scanned(services)
    after = services.folders.at("Pictures/a/deep")
    assert before is not None and after is not None and before.id == after.id
    assert "3.jpg" in await photos(services)


async def test_a_root_is_removed_with_its_entries_and_comes_back_with_its_labels(
    services: Services, folder: Path
) -> None:
    root = await services.roots.add(str(folder), name="Ours")
    await scanned(services)
    one = (await photos(services))["1.jpg"]
    await services.ratings.rate([one.id], 2)
    assert await services.roots.remove(root.id)
    counts = await services.browse.library_counts()
    assert (counts.photos, counts.files, counts.folders) == (0, 0, 0)
    assert (folder / "a/1.jpg").exists()
    await services.roots.add(str(folder))
    await scanned(services)
    assert (await photos(services))["1.jpg"].rating == 2
    assert await in_step(services)
