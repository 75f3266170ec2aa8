"""Scans: what is on disk, and what becomes of it between two of them."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import BadInput, Unavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.faces import FaceFilter
from photos_graph.model.jobs import JobState
from photos_graph.model.library import FileState, RootState
from photos_graph.model.search import FolderOrder
from photos_graph.search.filters import FolderFilter, PhotoFilter
from photos_graph.services.scan.polling import poll
from photos_graph.services.scan.scan import rules
from photos_graph.settings import LibrarySettings, Settings
from tests.kit.faces import Found, find, sizes
from tests.kit.library import ended, failures, files, in_step, photos, scanned
from tests.kit.metadata import jpeg_with, sidecar
from tests.kit.pictures import OLD, jpeg, put

pytestmark = pytest.mark.anyio


async def test_a_folder_becomes_a_library(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert (job.state, job.done, job.total) == (JobState.SUCCEEDED, 10, 10), job.message
    assert sorted(await files(services)) == sorted(
        ["a/1.jpg", "a/2.jpg", "a/deep/3.jpg", *(f"b/{n}.jpg" for n in range(4, 11))]
    )
    inside = services.folders.at("Pictures/a")
    assert inside is not None
    assert services.folders.photo_count(inside.id, recursive=True) == 3
    assert services.folders.photo_count(inside.id, recursive=False) == 2
    assert await in_step(services)


async def test_scanning_again_reads_nothing_and_changes_nothing(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    before, seq = await files(services), services.index.search.seq
    job = await scanned(services)
    assert (job.state, job.total) == (JobState.SUCCEEDED, 0)
    assert (await files(services), services.index.search.seq) == (before, seq)


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


async def test_a_copy_is_one_photo_with_two_files(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    one = (await photos(services))["1.jpg"]
    shutil.copy2(folder / "a/1.jpg", folder / "b/copy.jpg")
    await scanned(services)
    assert len(await photos(services)) == 10
    known = await files(services)
    assert known["a/1.jpg"] == known["b/copy.jpg"] == (one.id, FileState.PRESENT)
    below_b = PhotoFilter(folder=FolderFilter(path="Pictures/b"))
    assert one.id in {photo.id for photo in (await photos(services, below_b)).values()}
    (folder / "a/1.jpg").unlink()
    await scanned(services)
    assert (await files(services))["a/1.jpg"] == (one.id, FileState.MISSING)
    assert len(await photos(services)) == 10
    assert await in_step(services)


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


async def test_a_replaced_file_is_another_photo(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    one = (await photos(services))["1.jpg"]
    await services.ratings.rate([one.id], 4)
    put(folder / "a/1.jpg", jpeg(99), at=OLD + 1)
    await scanned(services)
    other = (await photos(services))["1.jpg"]
    assert other.id != one.id and other.rating is None
    put(folder / "a/1.jpg", jpeg(1), at=OLD + 2)
    await scanned(services)
    assert (await photos(services))["1.jpg"].rating == 4


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


async def test_a_page_of_folders_goes_on_where_it_was_though_folders_come_and_go(
    services: Services, tmp_path: Path
) -> None:
    root = tmp_path / "Years"
    for number, name in enumerate(("2", "10", "9", "11", "Ärger", "zoo")):
        put(root / name / "1.jpg", jpeg(number))
    library = await services.roots.add(str(root))
    await scanned(services)
    first = services.folders.page("", library.id, FolderOrder.NAME, 3, None)
    assert [folder.name for folder in first.items] == ["2", "9", "10"]
    put(root / "1/1.jpg", jpeg(90))
    put(root / "10 more/1.jpg", jpeg(91))
    shutil.rmtree(root / "10")
    await scanned(services)
    second = services.folders.page("", library.id, FolderOrder.NAME, 3, first.cursors[-1])
    assert [folder.name for folder in second.items] == ["10 more", "11", "Ärger"]
    assert (second.has_previous, second.has_next, second.total) == (True, True, 7)
    last = services.folders.page("", library.id, FolderOrder.NAME, 3, second.cursors[-1])
    assert ([folder.name for folder in last.items], last.has_next) == (["zoo"], False)


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


async def test_a_sidecar_that_changes_is_read_and_wins(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{}"/></rdf:RDF></x:xmpmeta>'
    )
    put(folder / "a/1.xmp", xmp.format(3).encode())
    await scanned(services)
    assert (await photos(services))["1.jpg"].rating == 3
    put(folder / "a/1.xmp", xmp.format(5).encode(), at=OLD + 1)
    await scanned(services)
    assert (await photos(services))["1.jpg"].rating == 5


async def test_dates_are_read_as_precisely_as_they_are_known_and_odd_ones_are_told(
    services: Services, folder: Path
) -> None:
    put(folder / "a/month.jpg", jpeg_with({"Iptc.Application2.DateCreated": b"19870600"}))
    put(folder / "a/odd.jpg", jpeg_with({"Exif.Photo.DateTimeOriginal": "22/08/2015 10:11:12"}))
    nepal = ("27/1 42/1 0/1", "85/1 19/1 0/1", "2019:08:05", "22/1 30/1 56/1")
    names = ("GPSLatitude", "GPSLongitude", "GPSDateStamp", "GPSTimeStamp")
    stamps = {f"Exif.GPSInfo.{name}": value for name, value in zip(names, nepal, strict=True)}
    hemispheres = {"Exif.GPSInfo.GPSLatitudeRef": "N", "Exif.GPSInfo.GPSLongitudeRef": "E"}
    put(folder / "a/gps.jpg", jpeg_with(stamps | hemispheres))
    await services.roots.add(str(folder))
    await scanned(services)
    dates = {name: photo.taken and photo.taken.text for name, photo in (await photos(services)).items()}
    assert (dates["month.jpg"], dates["odd.jpg"]) == ("1987-06", "2015-08-22T10:11:12")
    assert dates["gps.jpg"] == "2019-08-06T04:15:56"  # the worker knows the zones
    ((path, told),) = (await failures(services)).items()
    assert path == "Pictures/a/odd.jpg"
    assert told.reason.endswith("says '22/08/2015 10:11:12', which is read as 2015-08-22T10:11:12.")


async def test_a_file_that_is_still_being_written_is_in_when_the_scan_ends(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    data = jpeg(77)
    path = folder / "growing.jpg"
    path.write_bytes(data[:100])

    async def grow() -> None:
        await asyncio.sleep(1)
        with path.open("ab") as file:
            file.write(data[100:])

    growing = asyncio.create_task(grow())
    job = await scanned(services)
    await growing
    assert job.state is JobState.SUCCEEDED, job.message
    assert (await photos(services))["growing.jpg"].byte_size == len(data)
    assert await failures(services) == {}


async def test_a_linked_file_settles_as_what_it_leads_to(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"library": LibrarySettings(follow_symlinks=True, settle_limit_seconds=5)})
    root = tmp_path / "Pictures"
    (root / ".hidden").mkdir(parents=True)
    (root / "link.jpg").symlink_to(root / ".hidden/1.jpg")
    async with build(settings) as services:
        await services.roots.add(str(root))
        put(root / ".hidden/1.jpg", jpeg(1), at=time.time())
        job = await scanned(services)
        assert "still being written" not in (job.message or "")
        assert set(await photos(services)) == {"link.jpg"}


async def test_a_time_in_the_future_does_not_keep_a_file_out(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    put(folder / "tomorrow.jpg", jpeg(78), at=time.time() + 86_400)
    await scanned(services)
    assert "tomorrow.jpg" in await photos(services)


async def test_times_that_no_graph_holds_do_not_stop_a_scan(services: Services, folder: Path) -> None:
    os.utime(put(folder / "b/clock.jpg", jpeg(79)), (OLD, 10_000_000_000))  # 2286: more nanoseconds than 64 bits hold
    os.utime(folder / "b", (OLD, 10_000_000_000))
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED, job.message
    photo = (await photos(services))["clock.jpg"]
    os.close((await services.media.original(photo.id)).descriptor)
    assert (await scanned(services)).total == 0, "it is known again"


async def test_a_photo_is_at_the_place_of_the_copy_that_tells_its_position(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    for below, latitude, longitude in (("a", "41,54N", "12,30E"), ("b", "35,41N", "139,41E")):  # Rome, Tokyo
        put(folder / below / "copy.jpg", jpeg(80))
        beside = sidecar(exif_GPSLatitude=latitude, exif_GPSLongitude=longitude)
        put(folder / below / "copy.xmp", beside)
    await services.roots.add(str(folder))
    await scanned(services)
    photo = (await photos(services))["copy.jpg"]
    [places] = await services.browse.places_of([photo.id])
    assert photo.location is not None and round(photo.location.longitude) == 12
    assert places[0].name == "Italy"


async def test_what_cannot_be_read_is_named_and_the_scan_goes_on(services: Services, folder: Path) -> None:
    put(folder / "a/broken.jpg", b"\xff\xd8\xff\xe0 no picture at all")
    put(folder / "a/text.png", b"hello")
    put(folder / "a/empty.jpg", b"")
    put(folder / "a/torn.jpg", jpeg(50, 640, 480)[:-200])
    await services.roots.add(str(folder))
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED
    noted = await failures(services)
    assert set(noted) == {f"Pictures/a/{name}" for name in ("broken.jpg", "text.png", "empty.jpg", "torn.jpg")}
    assert all(failure.reason and failure.attempts == 1 for failure in noted.values())
    shown = await photos(services)
    assert "torn.jpg" in shown and len(shown) == 11, "what a torn file still has is shown"
    before = await scanned(services)
    assert before.total == 0, "they are not tried again by themselves"
    job = await ended(services, await services.jobs.retry_failures())
    assert job.total == 4
    assert {failure.attempts for path, failure in (await failures(services)).items() if "torn" not in path} == {2}
    put(folder / "a/broken.jpg", jpeg(51), at=OLD + 3)
    await scanned(services)
    assert "Pictures/a/broken.jpg" not in await failures(services)


async def test_of_a_torn_file_that_moved_only_the_new_path_is_named(services: Services, folder: Path) -> None:
    torn = jpeg(50, 640, 480)[:-200]
    put(folder / "a/torn.jpg", torn)
    await services.roots.add(str(folder))
    await scanned(services)
    put(folder / "b/torn.jpg", torn, at=OLD + 5)
    (folder / "a/torn.jpg").unlink()
    await scanned(services)
    assert set(await failures(services)) == {"Pictures/b/torn.jpg"}


async def test_a_folder_that_cannot_be_listed_is_a_failure_and_loses_nothing(
    services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    locked = (folder / "a").stat().st_ino
    listing = os.scandir

    def refuse(descriptor: int) -> Any:  # chmod does not keep root out, and tests may run as root
        if os.fstat(descriptor).st_ino == locked:
            raise PermissionError(errno.EACCES, "Permission denied")
        return listing(descriptor)

    monkeypatch.setattr(os, "scandir", refuse)
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED
    assert "Permission denied" in (await failures(services))["Pictures/a"].reason
    beside = services.folders.at("Pictures/b")
    assert beside is not None
    await ended(services, await services.jobs.scan(folder_id=beside.id))
    assert "Pictures/a" in await failures(services), "nobody looked there"
    assert len(await photos(services)) == 10
    monkeypatch.undo()
    await scanned(services)
    assert await failures(services) == {}


async def test_names_that_are_not_unicode_survive_the_round_trip(services: Services, folder: Path) -> None:
    raw = os.fsencode(folder) + b"/a/caf\xe9.jpg"
    put(Path(os.fsdecode(raw)), jpeg(60))
    nfd = "Cafe\u0301.jpg"
    put(folder / "a" / nfd, jpeg(61))
    await services.roots.add(str(folder))
    await scanned(services)
    shown = await photos(services)
    assert {"caf\\xe9.jpg", "Caf\u00e9.jpg"} <= set(shown)
    original = await services.media.original(shown["caf\\xe9.jpg"].id)
    try:
        assert os.pread(original.descriptor, 1 << 20, 0) == jpeg(60)
    finally:
        os.close(original.descriptor)
    assert (await scanned(services)).total == 0


@pytest.mark.parametrize("quick", [False, True])
async def test_names_that_change_only_their_unicode_form_still_open_their_files(
    services: Services, tmp_path: Path, quick: bool
) -> None:
    root = tmp_path / "Pictures"
    decomposed, composed = "Cafe\u0301", "Caf\u00e9"
    put(root / decomposed / "below" / f"{decomposed}.jpg", jpeg(1))
    for path in (root, root / decomposed, root / decomposed / "below"):
        os.utime(path, (OLD, OLD))
    await services.roots.add(str(root))
    await scanned(services)
    (before,) = (await photos(services)).values()
    (root / decomposed).rename(root / composed)  # as convmv does
    (root / composed / "below" / f"{decomposed}.jpg").rename(root / composed / "below" / f"{composed}.jpg")
    put(root / composed / "below" / "new.jpg", jpeg(2))
    job = await scanned(services, quick=quick)
    assert (job.state, job.done) == (JobState.SUCCEEDED, 1), job.message
    shown = await photos(services)
    assert set(shown) == {f"{composed}.jpg", "new.jpg"} and shown[f"{composed}.jpg"].id == before.id
    original = await services.media.original(before.id)
    try:
        assert os.pread(original.descriptor, 1 << 20, 0) == jpeg(1)
    finally:
        os.close(original.descriptor)
    assert (await scanned(services, quick=quick)).total == 0
    assert await in_step(services)


async def test_only_a_folder_can_be_scanned(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    put(folder / "a/new.jpg", jpeg(70))
    put(folder / "b/new too.jpg", jpeg(71))
    (folder / "a/1.jpg").unlink()
    (folder / "b/4.jpg").unlink()
    inside = services.folders.at("Pictures/a")
    assert inside is not None
    await ended(services, await services.jobs.scan(folder_id=inside.id))
    shown = await photos(services)
    assert "new.jpg" in shown and "new too.jpg" not in shown
    assert "1.jpg" not in shown and "4.jpg" in shown


async def test_a_quick_scan_sees_what_came_and_went(services: Services, folder: Path) -> None:
    for path in (folder, folder / "a", folder / "a/deep", folder / "b"):
        os.utime(path, (OLD, OLD))
    await services.roots.add(str(folder))
    await scanned(services)
    put(folder / "a/deep/new.jpg", jpeg(80))
    (folder / "b/4.jpg").unlink()
    await scanned(services, quick=True)
    shown = await photos(services)
    assert "new.jpg" in shown and "4.jpg" not in shown and len(shown) == 10


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
