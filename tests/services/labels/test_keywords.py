"""Keywords that files carry, through real scans."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.connection import Graph
from photos_graph.model.jobs import JobState
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.model.stacks import Stacks
from photos_graph.settings import Settings
from tests.kit.dng import dng
from tests.kit.library import in_step, photos, scanned
from tests.kit.metadata import bag, jpeg_with, sidecar
from tests.kit.pictures import OLD, put
from tests.kit.tags import assertions_by_path, tree_of

pytestmark = pytest.mark.anyio

HIERARCHY = {
    "Xmp.lr.hierarchicalSubject": ["Places|Italy|Abruzzo"],
    "Xmp.dc.subject": ["Abruzzo", "Sea"],
}


def beside(*keywords: str) -> bytes:
    return sidecar(bag("digiKam:TagsList", *keywords))


async def assertions_of(services: Services, name: str) -> dict[str, str]:
    page = services.browse.photos(None, PhotoOrder.NAME_ASC, first=500, stacks=Stacks.EXPANDED)
    found = {photo.name: photo for photo in await services.browse.photos_by_id(page.ids) if photo is not None}
    return await assertions_by_path(services.graph, found[name].number)


async def tops(graph: Graph) -> list[str]:
    return [row.name for row in (await tree_of(graph)).children(None)]


async def rescanned(services: Services, path: Path, *keywords: str, at: int) -> None:
    """A scan after the sidecar was written anew."""
    put(path, beside(*keywords), at=OLD + at)
    assert (await scanned(services)).state is JobState.SUCCEEDED


async def test_keywords_in_files_become_tags_with_their_hierarchy(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "xmp.jpg", jpeg_with(HIERARCHY))
    put(folder / "iptc.jpg", jpeg_with({"Iptc.Application2.Keywords": ["Sea", "Città"]}))
    put(folder / "plain.jpg", jpeg_with())
    put(folder / "plain.xmp", beside("places/ITALY/Abruzzo", "People/Anna"))
    await services.roots.add(str(folder))
    await scanned(services)
    assert sorted(name.casefold() for name in await tops(services.graph)) == ["città", "people", "places", "sea"]
    by_name = {name: await assertions_of(services, name) for name in ("xmp.jpg", "iptc.jpg", "plain.jpg")}
    lower = {name: {path.casefold(): how for path, how in tags.items()} for name, tags in by_name.items()}
    assert lower == {
        "xmp.jpg": {"places/italy/abruzzo": "IMPORTED", "sea": "IMPORTED"},
        "iptc.jpg": {"sea": "IMPORTED", "città": "IMPORTED"},
        "plain.jpg": {"places/italy/abruzzo": "IMPORTED", "people/anna": "IMPORTED"},
    }
    assert await in_step(services)


async def test_a_later_scan_brings_what_was_added_and_drops_what_is_gone(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "1.jpg", jpeg_with())
    put(folder / "1.xmp", beside("Sea", "Sky"))
    await services.roots.add(str(folder))
    await scanned(services)
    assert await assertions_of(services, "1.jpg") == {"Sea": "IMPORTED", "Sky": "IMPORTED"}
    await rescanned(services, folder / "1.xmp", "Sky", "Places/Rome", at=5)
    assert await assertions_of(services, "1.jpg") == {"Sky": "IMPORTED", "Places/Rome": "IMPORTED"}
    await rescanned(services, folder / "1.xmp", "sky", at=10)
    assert await assertions_of(services, "1.jpg") == {"Sky": "IMPORTED"}, "written in another case it is the same"
    assert await in_step(services)


async def test_what_a_person_took_off_does_not_come_again(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "1.jpg", jpeg_with())
    put(folder / "1.xmp", beside("Places/Rome", "Sky"))
    await services.roots.add(str(folder))
    await scanned(services)
    photo = (await photos(services))["1.jpg"]
    await services.tagging.untag_photos([photo.id], [Ref(name="Places")])
    kept = {"Places": "EXCLUDES", "Sky": "IMPORTED"}
    await rescanned(services, folder / "1.xmp", "Places/Rome", "Sky", "Sea", at=5)
    assert await assertions_of(services, "1.jpg") == kept | {"Sea": "IMPORTED"}
    await rescanned(services, folder / "1.xmp", "Sky", at=10)
    await rescanned(services, folder / "1.xmp", "Places/Rome", "Places/Lazio/Rieti", "Sky", at=15)
    assert await assertions_of(services, "1.jpg") == kept
    assert (await tree_of(services.graph)).at(["Places", "Lazio"]) is None, "a tag that nothing has is not made"


async def test_what_a_person_said_stays_when_the_keyword_goes(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "1.jpg", jpeg_with())
    put(folder / "1.xmp", beside("Sea", "Sky"))
    await services.roots.add(str(folder))
    await scanned(services)
    photo = (await photos(services))["1.jpg"]
    await services.tagging.tag_photos([photo.id], [Ref(name="Sea"), Ref(name="Sun")])
    assert await assertions_of(services, "1.jpg") == {"Sea": "MANUAL", "Sky": "IMPORTED", "Sun": "MANUAL"}
    await rescanned(services, folder / "1.xmp", "Sun", at=5)
    assert await assertions_of(services, "1.jpg") == {"Sea": "MANUAL", "Sun": "MANUAL"}
    await rescanned(services, folder / "1.xmp", at=10)
    assert await assertions_of(services, "1.jpg") == {"Sea": "MANUAL", "Sun": "MANUAL"}


async def test_a_copy_that_does_not_speak_for_the_photo_brings_nothing(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "a.jpg", jpeg_with())
    put(folder / "a.xmp", beside("Sea"))
    await services.roots.add(str(folder))
    await scanned(services)
    put(folder / "b.jpg", jpeg_with())
    put(folder / "b.xmp", beside("Sky"))
    await scanned(services)
    assert await assertions_of(services, "a.jpg") == {"Sea": "IMPORTED"}
    assert await tops(services.graph) == ["Sea"]


async def test_keywords_that_can_be_no_tags_are_left_out(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "1.jpg", jpeg_with({"Xmp.lr.hierarchicalSubject": ["|".join("a" * 4000)], "Xmp.dc.subject": ["Sea"]}))
    await services.roots.add(str(folder))
    assert (await scanned(services)).state is JobState.SUCCEEDED
    assert await assertions_of(services, "1.jpg") == {"Sea": "IMPORTED"}


async def test_a_setting_turns_it_off(settings: Settings, tmp_path: Path) -> None:
    settings.library.import_keywords = False
    put(tmp_path / "Pictures/1.jpg", jpeg_with(HIERARCHY))
    async with build(settings) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        assert await assertions_of(services, "1.jpg") == {}
        assert await tops(services.graph) == []


async def test_a_sidecar_of_a_stem_is_of_its_raw_file_alone(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    put(folder / "a.DNG", dng(Image.new("RGB", (48, 32), "red")))
    put(folder / "a.jpg", jpeg_with({"Exif.Image.Model": "of another camera, so that they are no stack"}))
    put(folder / "a.xmp", beside("Sea"))
    await services.roots.add(str(folder))
    await scanned(services)
    assert await assertions_of(services, "a.DNG") == {"Sea": "IMPORTED"}
    assert await assertions_of(services, "a.jpg") == {}
