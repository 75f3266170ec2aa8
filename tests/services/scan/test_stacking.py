"""Scans that put photos into stacks."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.model.search import PhotoOrder
from photos_graph.model.stacks import StackKind, Stacks
from photos_graph.search.filters import PhotoFilter
from tests.kit.dng import dng
from tests.kit.library import in_step, photos, scanned
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import OLD, jpeg, put, scene

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A raw file with its JPEG, an edited version with its original, and two photos that stand alone."""
    folder = tmp_path / "Pictures"
    put(folder / "a" / "DSC_0001.dng", dng(scene(64, 48)))
    put(folder / "a" / "DSC_0001.JPG", jpeg(1))
    put(folder / "a" / "IMG_1002.JPG", jpeg(2))
    put(folder / "a" / "IMG_E1002.JPG", jpeg(3))
    put(folder / "a" / "alone.jpg", jpeg(4))
    put(folder / "b" / "DSC_0001.jpg", jpeg(5))
    return folder


@pytest.fixture
async def library(services: Services, root: Path) -> Services:
    await services.roots.add(str(root))
    await scanned(services)
    return services


async def stacks(services: Services) -> dict[StackKind, list[str]]:
    """The names of the photos of each stack, by its kind."""
    ids = services.browse.photos(None, PhotoOrder.NAME_ASC).ids
    found = {}
    for photo in await services.browse.photos_by_id(ids):
        assert photo is not None
        if stack := services.browse.stack_of(photo):
            held = await services.browse.photos_by_id(stack.photo_ids)
            found[stack.kind] = [each.name for each in held if each is not None]
    return found


async def test_a_scan_finds_what_belongs_together(library: Services) -> None:
    assert await stacks(library) == {
        StackKind.RAW_JPEG: ["DSC_0001.JPG", "DSC_0001.dng"],
        StackKind.EDIT: ["IMG_E1002.JPG", "IMG_1002.JPG"],
    }
    assert set(await photos(library)) == {"DSC_0001.JPG", "IMG_E1002.JPG", "alone.jpg", "DSC_0001.jpg"}
    assert await in_step(library)


async def test_a_stack_ends_when_a_file_moves_away_and_is_made_again_when_it_is_back(
    library: Services, root: Path
) -> None:
    (root / "a" / "DSC_0001.dng").rename(root / "b" / "other.dng")
    await scanned(library)
    assert StackKind.RAW_JPEG not in await stacks(library)
    (root / "b" / "other.dng").rename(root / "b" / "DSC_0001.dng")
    await scanned(library)
    assert (await stacks(library))[StackKind.RAW_JPEG] == ["DSC_0001.jpg", "DSC_0001.dng"]
    assert await in_step(library)


async def test_a_photo_whose_file_is_missing_keeps_its_place(library: Services, root: Path) -> None:
    jpeg_file = root / "a" / "DSC_0001.JPG"
    kept = jpeg_file.read_bytes()
    jpeg_file.unlink()
    await scanned(library, accept_missing=True)
    assert StackKind.RAW_JPEG not in await stacks(library)
    assert "DSC_0001.dng" in await photos(library)
    put(jpeg_file, kept)
    await scanned(library)
    assert (await stacks(library))[StackKind.RAW_JPEG] == ["DSC_0001.JPG", "DSC_0001.dng"]


async def test_a_photo_that_another_replaced_leaves_the_stack_with_its_labels(library: Services, root: Path) -> None:
    of = {name: photo.id for name, photo in (await photos(library)).items()}
    await library.ratings.rate([of["IMG_E1002.JPG"]], 5)
    put(root / "a" / "IMG_1002.JPG", jpeg(77), at=OLD + 100)
    await scanned(library)
    assert (await stacks(library))[StackKind.EDIT] == ["IMG_E1002.JPG", "IMG_1002.JPG"]
    rows = await library.graph.read("MATCH (p:Photo) WHERE p.stackKind = 'EDIT' RETURN count(p) AS n")
    assert rows == [{"n": 2}]
    assert [photo.rating for photo in (await photos(library)).values() if photo.name == "IMG_E1002.JPG"] == [5]
    assert await in_step(library)


@pytest.mark.both_engines
async def test_a_scan_leaves_what_a_person_decided(library: Services, root: Path) -> None:
    of = {name: photo.id for name, photo in (await photos(library)).items()}
    await library.stack_editing.unstack([of["DSC_0001.JPG"]])
    await library.stack_editing.stack([of["alone.jpg"], of["DSC_0001.jpg"]])
    before = await stacks(library)
    put(root / "a" / "new.jpg", jpeg(6))
    put(root / "b" / "DSC_0001.dng", dng(scene(48, 64)))
    await scanned(library)
    assert await stacks(library) == before
    assert before.keys() == {StackKind.MANUAL, StackKind.EDIT}


async def test_a_burst_is_one_entry(services: Services, tmp_path: Path) -> None:
    start = datetime(2019, 8, 5, 12, 34, 56, 100_000)
    for number in range(5):
        at = start + timedelta(seconds=0.2 * number)
        fields: dict[str, str | list[str] | bytes] = {
            "Exif.Image.Make": "Canon",
            "Exif.Image.Model": "R5",
            "Exif.Photo.DateTimeOriginal": f"{at:%Y:%m:%d %H:%M:%S}",
            "Exif.Photo.SubSecTimeOriginal": f"{at:%f}"[:2],
            "Exif.Photo.UserComment": f"shot {number}",
        }
        put(
            tmp_path / "Pictures" / f"IMG_{number}.jpg",
            jpeg(number) if number == 4 else jpeg_with(fields, colour=number),
        )
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    assert await stacks(services) == {StackKind.BURST: [f"IMG_{number}.jpg" for number in range(4)]}
    assert services.browse.photo_count() == 2
    assert len(services.browse.photos(None, PhotoOrder.NAME_ASC, stacks=Stacks.EXPANDED).ids) == 5


async def test_a_scan_that_was_stopped_before_continues(library: Services, root: Path) -> None:
    await library.graph.write("MATCH (p:Photo) SET p.stack = null, p.stackKind = null, p.stackRank = null")
    await library.graph.write("MATCH (d:Folder {name: 'a'}) SET d.stacksDue = true")
    await library.index.catch_up()
    os.utime(root / "b")
    await scanned(library)
    assert (await stacks(library)).keys() == {StackKind.RAW_JPEG, StackKind.EDIT}
    rows = await library.graph.read("MATCH (d:Folder) WHERE d.stacksDue RETURN count(d) AS n")
    assert rows == [{"n": 0}]


async def test_what_is_edited_stays_so_whichever_photo_is_the_cover(library: Services) -> None:
    ids = library.browse.photos(None, PhotoOrder.NAME_ASC, stacks=Stacks.EXPANDED).ids
    of = {photo.name: photo.id for photo in await library.browse.photos_by_id(ids) if photo is not None}
    for name in ("IMG_1002.JPG", "IMG_E1002.JPG", "IMG_1002.JPG"):
        await library.stack_editing.stack([of[name]])
        assert (await stacks(library))[StackKind.EDIT][0] == name
        assert library.browse.photos(PhotoFilter(edited=True), PhotoOrder.NAME_ASC).ids == [of["IMG_E1002.JPG"]]
    assert await in_step(library)
