"""Scans: what is on disk, and what becomes of it between two of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.model.jobs import JobState
from photos_graph.model.library import FileState
from photos_graph.model.search import FolderOrder
from photos_graph.search.filters import FolderFilter, PhotoFilter
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
