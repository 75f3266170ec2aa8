"""A photo stays the same photo, with all that people said, when a program writes metadata into its file."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any, LiteralString

import pytest

from photos_graph.bootstrap import Services
from photos_graph.boxes import turned
from photos_graph.errors import NotFound
from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.model.library import Photo
from photos_graph.model.search import Ref
from tests.kit.faces import Found, find
from tests.kit.formats import ORIENTED, WRITABLE, exiftool, lay_out, made
from tests.kit.library import in_step, photos, scanned
from tests.kit.pictures import OLD, distance, jpeg, opened, put

pytestmark = pytest.mark.anyio

SAID: LiteralString = """
MATCH (p:Photo)
RETURN p.id AS id, p.rating AS rating, p.favourite AS favourite, [(p)-[:TAGGED]->(t:Tag) | t.name] AS tags,
  [(p)-[:EXCLUDES]->(t:Tag) | t.name] AS excluded,
  [(p)-[:HAS_FACE]->(f:Face)-[:IS]->(x:Person) | [x.name, f.source]] AS persons
"""
BOXES: LiteralString = """
MATCH (p:Photo)-[:HAS_FACE]->(f:Face) RETURN p.id AS photo, f.id AS id, f.x AS x, f.y AS y, f.width AS w, f.height AS h
"""
LOOKED_AT: LiteralString = """
MATCH (p:Photo) SET p.facesDue = null, p.facesBy = 'x', p.featuresDue = null, p.featuresBy = 'y'
"""
DUE: LiteralString = """
MATCH (p:Photo) RETURN p.id AS id, p.facesDue IS NOT NULL AS faces, p.featuresDue IS NOT NULL AS features
"""
WRITTEN = ["-XMP-dc:Subject=Sea", "-XMP-xmp:Rating=2", "-XMP-dc:Description=" + 300 * "A long caption. "]
DRAWN, DETECTED = Box(0.1, 0.2, 0.25, 0.4), Box(0.6, 0.5, 0.2, 0.3)


async def said(services: Services) -> dict[str, dict[str, Any]]:
    rows = await services.graph.read(SAID)
    return {row["id"]: {key: sorted(v) if isinstance(v, list) else v for key, v in row.items()} for row in rows}


async def labelled(services: Services, root: Path) -> dict[str, Photo]:
    """The photos of the folder by name. Everything that a person can say is said of each of them."""
    await services.roots.add(str(root))
    await scanned(services)
    found = await photos(services)
    ids = [photo.id for photo in found.values()]
    await services.tagging.tag_photos(ids, [Ref(name="Trip"), Ref(name="Rome")], by="ann")
    await services.tagging.untag_photos(ids, [Ref(name="Rome")], by="ann")
    await services.ratings.rate(ids, 5, by="ann")
    await services.ratings.favourite(ids, True, by="ann")
    sides = {"x": DETECTED.x, "y": DETECTED.y, "width": DETECTED.width, "height": DETECTED.height}
    faces = [Found(f"found{number}", id_, **sides) for number, id_ in enumerate(ids)]
    await find(services.graph, *faces)
    await services.assignment.assign([face.id for face in faces], Ref(name="Ann"), by="ann")
    bob = Ref(name="Bob")
    for id_ in ids:
        drawn = await services.drawn_faces.add(id_, DRAWN, bob, by="ann")
        bob = Ref(id=drawn.person_id)
    await services.graph.write(LOOKED_AT)
    return found


async def test_metadata_that_exiftool_writes_leave_the_photo_and_all_that_was_said(
    services: Services, tmp_path: Path
) -> None:
    root = lay_out(tmp_path / "Pictures")
    before = await labelled(services, root)
    assert len(before) == len(WRITABLE)
    change = await services.tagging.tag_photos([before["a.jpg"].id], [Ref(name="Late")], by="ann")
    known = await said(services)
    exiftool((root / name for name in WRITABLE), *WRITTEN)
    job = await scanned(services)
    assert f"{len(WRITABLE)} read." in (job.message or "")
    after = await photos(services)
    assert {name: photo.id for name, photo in after.items()} == {name: photo.id for name, photo in before.items()}
    for name, photo in after.items():
        assert photo.picture_hash == before[name].picture_hash and photo.content_hash != before[name].content_hash
        assert photo.photo_key == before[name].photo_key
    now = await said(services)
    by_file = {after[name].id for name in ORIENTED}
    assert all("Sea" in now[id_]["tags"] for id_ in by_file)
    assert {id_: {**each, "tags": sorted({*each["tags"]} - {"Sea"})} for id_, each in now.items()} == known
    assert not any(row["faces"] or row["features"] for row in await services.graph.read(DUE))
    assert change.change_id is not None
    await services.changes.undo(change.change_id, by="ann")
    assert "Late" not in (await said(services))[before["a.jpg"].id]["tags"]
    assert await in_step(services)


@pytest.mark.both_engines
async def test_a_picture_that_is_turned_by_its_metadata_turns_its_faces(services: Services, tmp_path: Path) -> None:
    root = lay_out(tmp_path / "Pictures")
    before = await labelled(services, root)
    known = await said(services)
    first = {name: opened(await rendition(services, photo)) for name, photo in before.items()}
    assert {(row["x"], row["w"]) for row in await services.graph.read(BOXES)} == {(0.1, 0.25), (0.6, 0.2)}
    turn(root, 6, at=OLD + 100)
    await scanned(services)
    after = await photos(services)
    assert {name: photo.id for name, photo in after.items()} == {name: photo.id for name, photo in before.items()}
    assert await said(services) == known
    for row in await services.graph.read(BOXES):
        box = turned(DRAWN if row["w"] == DRAWN.height else DETECTED, 1, 6)
        assert (row["x"], row["y"], row["w"], row["h"]) == pytest.approx((box.x, box.y, box.width, box.height))
    for name, photo in after.items():
        assert (photo.width, photo.height) == (160, 240), name
        assert photo.photo_key != before[name].photo_key and photo.placeholder != before[name].placeholder
        shown = opened(await rendition(services, photo))
        assert distance(shown, first[name].rotate(270, expand=True)) < 2, name
    assert all(row["faces"] and row["features"] for row in await services.graph.read(DUE))
    turn(root, 1, at=OLD + 200)
    await scanned(services)
    assert {name: photo.photo_key for name, photo in (await photos(services)).items()} == {
        name: photo.photo_key for name, photo in before.items()
    }
    rows = await services.graph.read(BOXES)
    assert sorted({(round(row["x"], 6), round(row["w"], 6)) for row in rows}) == [(0.1, 0.25), (0.6, 0.2)]


def turn(root: Path, orientation: int, at: float) -> None:
    """Turns the pictures by a tag, or by the structure of their files."""
    exiftool((root / name for name in ORIENTED), f"-IFD0:Orientation={orientation}", at=at)
    for name in set(WRITABLE) - set(ORIENTED):
        put(root / name, made(name, orientation), at=at)


async def rendition(services: Services, photo: Photo) -> bytes:
    found = await services.media.thumbnail(photo.photo_key, ThumbnailSize.SMALL, ThumbnailFormat.JPEG)
    try:
        if found.path is not None:
            return found.path.read_bytes()
        return b"" if found.chunks is None else b"".join([chunk async for chunk in found.chunks])
    finally:
        await found.aclose()


async def test_the_address_of_an_earlier_look_shows_no_other(services: Services, tmp_path: Path) -> None:
    root = lay_out(tmp_path / "Pictures", ["a.jpg"])
    await services.roots.add(str(root))
    await scanned(services)
    before = (await photos(services))["a.jpg"]
    exiftool([root / "a.jpg"], "-IFD0:Orientation=6")
    await scanned(services)
    shutil.rmtree(services.settings.data_dir / "renditions")
    with pytest.raises(NotFound, match="looks different"):
        await rendition(services, before)
    assert (await services.media.original(f"{before.id}-{before.content_hash[:8]}")).lasting is False


async def test_files_with_one_picture_are_one_photo_of_which_the_last_changed_speaks(
    services: Services, tmp_path: Path
) -> None:
    root = tmp_path / "Pictures"
    for name, at in (("a.jpg", 0), ("b.jpg", 1), ("c.jpg", 2)):
        put(root / name, jpeg(1), at=OLD + at)
    exiftool([root / "a.jpg"], "-XMP-dc:Subject=Rome", "-XMP-xmp:Rating=1", at=OLD + 20)
    exiftool([root / "b.jpg"], "-XMP-dc:Subject=Sea", "-XMP-xmp:Rating=2", "-IFD0:Orientation=6", at=OLD + 10)
    await services.roots.add(str(root))
    await scanned(services)
    [(name, photo)] = (await photos(services)).items()
    assert (name, photo.rating, photo.width, photo.height) == ("a.jpg", 1, 48, 32)
    [held] = await services.browse.files_of([photo.id])
    assert len({file.content_hash for file in held}) == len(held) == 3
    assert (await said(services))[photo.id]["tags"] == ["Rome"]
    assert photo.content_hash == hashlib.sha256((root / "a.jpg").read_bytes()).hexdigest()

    (root / "a.jpg").unlink()
    await scanned(services, accept_missing=True)
    [(name, second)] = (await photos(services)).items()
    assert (name, second.id, second.rating, second.width, second.height) == ("b.jpg", photo.id, 2, 32, 48)
    assert (await said(services))[photo.id]["tags"] == ["Sea"]
    assert second.content_hash == hashlib.sha256((root / "b.jpg").read_bytes()).hexdigest()
    assert distance(opened(await rendition(services, second)), opened(jpeg(1)).rotate(270, expand=True)) < 1

    (root / "b.jpg").unlink()
    await scanned(services, accept_missing=True)
    [(name, third)] = (await photos(services)).items()
    assert (name, third.rating, third.width, third.height) == ("c.jpg", None, 48, 32)
    assert (await said(services))[photo.id]["tags"] == []
    assert await in_step(services)


async def test_what_a_person_said_is_above_what_any_file_says(services: Services, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    put(root / "a.jpg", jpeg(1))
    await services.roots.add(str(root))
    await scanned(services)
    photo = (await photos(services))["a.jpg"]
    await services.ratings.rate([photo.id], 4)
    put(root / "b.jpg", jpeg(1))
    exiftool([root / "b.jpg"], "-XMP-xmp:Rating=2")
    await scanned(services)
    assert (await photos(services))["b.jpg"].rating == 4
