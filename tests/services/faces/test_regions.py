"""Faces that other programs marked, through real scans."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.model.jobs import JobState
from photos_graph.model.search import Ref
from photos_graph.settings import Settings
from tests.kit.library import in_step, scanned
from tests.kit.metadata import jpeg_with, mwg, regions_sidecar
from tests.kit.pictures import OLD, put
from tests.kit.portraits import Seen, faces

pytestmark = pytest.mark.anyio

NAMES: LiteralString = "MATCH (x:Person) RETURN x.id AS id, x.name AS name"
PUT: LiteralString = """
MATCH (p:Photo)
CREATE (p)-[:HAS_FACE]->(:Face {id: 'found', x: 0.31, y: 0.3, width: 0.2, height: 0.2, score: 0.9, quality: 0.5,
  ignored: false, source: 'DETECTED'})
"""

Marked = tuple[str, float, float]  # name, and the middle of a box of a fifth of the picture

ANN, BOB = ("Ann", 0.4, 0.4), ("Bob", 0.8, 0.4)


def marking(*marked: Marked) -> bytes:
    return regions_sidecar("".join(mwg(name, x, y, 0.2, 0.2) for name, x, y in marked))


async def named(services: Services) -> dict[str | None, Seen]:
    """Faces by the name that they have."""
    names = {row["id"]: row["name"] for row in await services.graph.read(NAMES)}
    found = {names[face.said[0]] if face.said else None: face for face in (await faces(services)).values()}
    assert len(found) == len(await faces(services))
    return found


async def rescanned(services: Services, folder: Path, *marked: Marked, at: int) -> dict[str | None, Seen]:
    """The faces after the sidecar was written anew."""
    put(folder / "1.xmp", marking(*marked), at=OLD + at)
    assert (await scanned(services)).state is JobState.SUCCEEDED
    assert await in_step(services)
    return await named(services)


@pytest.fixture
async def folder(services: Services, tmp_path: Path) -> Path:
    """A root with one photo, on which Ann and Bob are marked."""
    folder = tmp_path / "Pictures"
    put(folder / "1.jpg", jpeg_with())
    put(folder / "1.xmp", marking(ANN, BOB))
    await services.roots.add(str(folder))
    await scanned(services)
    return folder


async def test_marked_faces_become_faces_and_their_names_persons(services: Services, folder: Path) -> None:
    found = await named(services)
    assert set(found) == {"Ann", "Bob"}
    ann = found["Ann"]
    assert (ann.source, ann.ignored, ann.model) == ("IMPORTED", False, None)
    assert ann.said is not None and ann.said[1] == "IMPORTED"
    assert ann.box == pytest.approx((0.3, 0.3, 0.2, 0.2), abs=1e-4)
    person = services.persons.named("ann")
    assert person is not None and services.persons.photo_count(person.id) == 1
    assert await in_step(services)


async def test_a_person_who_is_known_gets_the_face_by_name(services: Services, tmp_path: Path) -> None:
    known = await services.person_editing.create("ANN")
    put(tmp_path / "Pictures/1.jpg", jpeg_with())
    put(tmp_path / "Pictures/1.xmp", marking(("Ann", 0.4, 0.4), ("", 0.8, 0.4)))
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    found = await named(services)
    assert found["ANN"].said == (known.id, "IMPORTED")
    assert found[None].source == "IMPORTED", "a face without a name is one all the same"


async def test_a_later_scan_brings_what_was_added_and_drops_what_is_gone(services: Services, folder: Path) -> None:
    ann = (await named(services))["Ann"]
    found = await rescanned(services, folder, ANN, ("Cleo", 0.4, 0.8), at=5)
    assert set(found) == {"Ann", "Cleo"} and found["Ann"] == ann
    found = await rescanned(services, folder, ("Dora", 0.4, 0.4), at=10)
    assert set(found) == {"Dora"} and found["Dora"].id == ann.id, "it has another name now"
    assert await rescanned(services, folder, at=15) == {}


async def test_what_a_person_took_off_does_not_come_again(services: Services, folder: Path) -> None:
    ann = (await named(services))["Ann"]
    assert ann.said is not None
    await services.assignment.reject([ann.id], ann.said[0])
    found = await rescanned(services, folder, ANN, BOB, ("Cleo", 0.4, 0.8), at=5)
    assert set(found) == {None, "Bob", "Cleo"}
    found = await rescanned(services, folder, ("Ann", 0.41, 0.4), at=10)
    assert set(found) == {None} and found[None].never == (ann.said[0],)


@pytest.mark.parametrize("how", ["renamed", "merged", "renamed, and somebody else has the name"])
async def test_what_is_gone_goes_whoever_it_is_by_now(services: Services, folder: Path, how: str) -> None:
    ann = (await named(services))["Ann"].said
    assert ann is not None
    if how == "merged":
        zoe = await services.person_editing.create("Zoe")
        await services.person_editing.merge([ann[0]], zoe.id)
    else:
        await services.person_editing.rename(ann[0], "Zoe")
    if how.endswith("name"):
        await services.person_editing.create("Ann")
    assert set(await named(services)) == {"Zoe", "Bob"}
    found = await rescanned(services, folder, ("Ann", 0.41, 0.4), BOB, at=5)
    assert set(found) == {"Zoe", "Bob"}, "it is marked anew, and who it is stays"
    assert set(await rescanned(services, folder, BOB, at=10)) == {"Bob"}
    assert await rescanned(services, folder, at=15) == {}


async def test_a_name_that_the_file_gives_the_face_too_stays(services: Services, folder: Path) -> None:
    await rescanned(services, folder, ANN, BOB, ("Cleo", 0.4, 0.4), at=5)
    assert services.persons.named("Cleo") is None, "the face is Ann's"
    found = await rescanned(services, folder, ANN, BOB, at=10)
    assert set(found) == {"Ann", "Bob"}


@pytest.mark.both_engines
async def test_what_a_person_said_stays_when_the_file_says_otherwise(services: Services, folder: Path) -> None:
    ann = (await named(services))["Ann"]
    await services.assignment.assign([ann.id], Ref(name="Zoe"))
    found = await rescanned(services, folder, ("Ann", 0.4, 0.4), BOB, at=5)
    assert set(found) == {"Zoe", "Bob"}
    found = await rescanned(services, folder, ("Ann", 0.39, 0.4), at=10)
    assert set(found) == {"Zoe"} and found["Zoe"].id == ann.id
    assert set(await rescanned(services, folder, at=15)) == {"Zoe"}


async def test_a_face_that_was_found_already_is_named_and_not_marked_again(services: Services, folder: Path) -> None:
    await rescanned(services, folder, at=5)
    await services.graph.write(PUT)
    put(folder / "1.xmp", marking(ANN), at=OLD + 10)
    await scanned(services)
    found = await named(services)
    assert set(found) == {"Ann"} and (found["Ann"].id, found["Ann"].source) == ("found", "DETECTED")
    put(folder / "1.xmp", marking(), at=OLD + 15)
    await scanned(services)
    found = await named(services)
    assert found[None].id == "found", "what the file did not bring does not leave with it"


async def test_a_file_names_a_person_once_in_a_photo(services: Services, tmp_path: Path) -> None:
    put(tmp_path / "Pictures/1.jpg", jpeg_with())
    put(tmp_path / "Pictures/1.xmp", marking(("Ann", 0.2, 0.2), ("ann", 0.7, 0.7)))
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    found = await named(services)
    assert set(found) == {"Ann", None}


async def test_picasas_file_of_the_folder(services: Services, tmp_path: Path) -> None:
    ini = "[Contacts2]\nabc=Ann;;\n[1.jpg]\nfaces=rect64(3333333366666666),abc\n"
    put(tmp_path / "Pictures/1.jpg", jpeg_with())
    put(tmp_path / "Pictures/.picasa.ini", ini.encode())
    await services.roots.add(str(tmp_path / "Pictures"))
    await scanned(services)
    found = await named(services)
    assert set(found) == {"Ann"} and found["Ann"].box == pytest.approx((0.2, 0.2, 0.2, 0.2), abs=1e-4)


async def test_a_setting_turns_it_off(settings: Settings, tmp_path: Path) -> None:
    settings.library.import_faces = False
    put(tmp_path / "Pictures/1.jpg", jpeg_with())
    put(tmp_path / "Pictures/1.xmp", marking(ANN))
    async with build(settings) as services:
        await services.roots.add(str(tmp_path / "Pictures"))
        await scanned(services)
        assert not await faces(services)
