"""Another picture at the path of an older one: an edit takes over all labels, and anything else waits for a person."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, LiteralString

import PIL.Image
import PIL.ImageEnhance
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.boxes import displayed
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.model.faces import Box
from photos_graph.model.library import Photo
from photos_graph.model.search import Ref
from photos_graph.services.labels.album_editing import AlbumPhotos
from photos_graph.settings import Settings
from tests.kit.formats import exiftool
from tests.kit.library import ended, in_step, photos, scanned
from tests.kit.pictures import OLD, encoded, leaves, put
from tests.kit.processes.dying import dies

pytestmark = pytest.mark.anyio

DRAWN = Box(0.1, 0.2, 0.25, 0.4)
SAID: LiteralString = """
MATCH (p:Photo {id: $id})
RETURN p.rating AS rating, p.favourite AS favourite, [(p)-[:TAGGED]->(t:Tag) | t.name] AS tags,
  [(p)-[:EXCLUDES]->(t:Tag) | t.name] AS excluded, [(p)-[:IN_ALBUM]->(a:Album) | a.name] AS albums,
  [(p)-[:HAS_FACE]->(f:Face)-[:IS]->(x:Person) | [x.name, f.x, f.y, f.width, f.height]] AS faces
"""
ALL_SAID = {"rating": 5, "favourite": True, "tags": ["Trip"], "excluded": ["Rome"], "albums": ["Walks"]}
NOTHING_SAID = {"rating": None, "favourite": False, "tags": [], "excluded": [], "albums": []}


async def said(services: Services, photo_id: str) -> tuple[dict[str, Any], list[Any]]:
    (row,) = await services.graph.read(SAID, id=photo_id)
    return {key: row[key] for key in ALL_SAID}, row["faces"]


async def labelled(services: Services, root: Path) -> Photo:
    """The one photo of the root, of which everything was said that a person can say."""
    put(root / "a.jpg", encoded(leaves(), "JPEG", quality=92))
    await services.roots.add(str(root))
    await services.tagging.tag_folder((await folder(services)), [Ref(name="Rome")], by="ann")
    await scanned(services)
    photo = (await photos(services))["a.jpg"]
    await services.tagging.tag_photos([photo.id], [Ref(name="Trip")], by="ann")
    await services.tagging.untag_photos([photo.id], [Ref(name="Rome")], by="ann")
    await services.ratings.rate([photo.id], 5, by="ann")
    await services.ratings.favourite([photo.id], True, by="ann")
    await services.drawn_faces.add(photo.id, DRAWN, Ref(name="Bob"), by="ann")
    await services.album_editing.create("Walks", AlbumPhotos([photo.id]), by="ann")
    assert (await said(services, photo.id))[0] == ALL_SAID
    return photo


async def folder(services: Services) -> str:
    found = services.folders.at("Pictures")
    assert found is not None
    return found.id


async def replaced(services: Services, root: Path, picture: PIL.Image.Image, days: int = 1) -> tuple[Photo, str]:
    """The photo that is at the path after its file was overwritten, and the closing message of the scan."""
    put(root / "a.jpg", encoded(picture, "JPEG", quality=85), at=OLD + 86_400 * days)
    job = await scanned(services)
    return (await photos(services))["a.jpg"], job.message or ""


async def test_a_turned_and_reduced_picture_takes_over_all_labels_and_undo_gives_them_back(
    services: Services, tmp_path: Path
) -> None:
    old = await labelled(services, tmp_path / "Pictures")
    smaller = leaves().transpose(PIL.Image.Transpose.ROTATE_270).resize((160, 240))
    new, message = await replaced(services, tmp_path / "Pictures", smaller)
    assert new.id != old.id
    assert "1 edited picture took over the labels" in message
    labels, faces = await said(services, new.id)
    assert labels == ALL_SAID
    box = displayed(DRAWN, 6)
    assert faces == [["Bob", *(pytest.approx(side, abs=0.01) for side in (box.x, box.y, box.width, box.height))]]
    assert (await said(services, old.id))[1] == []
    assert await services.browse.current_photo_ids([old.id]) == [new.id]
    assert await in_step(services)

    change = (await services.graph.read("MATCH (c:Change {kind: 'SUCCEED'}) RETURN c.id AS id"))[0]["id"]
    back = await services.changes.undo(change, by="ann")
    labels, faces = await said(services, old.id)
    assert (labels, faces) == (ALL_SAID, [["Bob", DRAWN.x, DRAWN.y, DRAWN.width, DRAWN.height]])
    assert (await said(services, new.id)) == (NOTHING_SAID, [])
    assert await services.browse.current_photo_ids([old.id]) == [old.id]
    assert [each.new.id for each in (await services.replacements.page(10, None)).items] == [new.id]
    assert await in_step(services)

    assert back.change_id is not None
    await services.changes.undo(back.change_id, by="ann")
    assert (await said(services, new.id))[0] == ALL_SAID
    assert (await services.replacements.page(10, None)).total == 0


async def test_what_only_the_earlier_file_stated_goes_over_until_the_new_file_states_it(
    services: Services, tmp_path: Path
) -> None:
    root = tmp_path / "Pictures"
    put(root / "a.jpg", encoded(leaves(), "JPEG", quality=92))
    put(root / "a.jpg.json", b'{"title": "a.jpg", "favorited": true}')
    exiftool([root / "a.jpg"], "-XMP-xmp:Rating=5", at=OLD)
    await services.roots.add(str(root))
    await scanned(services)
    old = (await photos(services))["a.jpg"]
    assert (old.rating, old.favourite) == (5, True)
    (root / "a.jpg.json").unlink()
    new, _ = await replaced(services, root, leaves().resize((240, 160)))
    assert new.id != old.id and (new.rating, new.favourite) == (5, True)
    change = (await services.graph.read("MATCH (c:Change {kind: 'SUCCEED'}) RETURN c.id AS id"))[0]["id"]
    back = await services.changes.undo(change, by="ann")
    undone = (await photos(services))["a.jpg"]
    assert (undone.rating, undone.favourite) == (None, False)
    assert back.change_id is not None
    await services.changes.undo(back.change_id, by="ann")

    exiftool([root / "a.jpg"], "-XMP-dc:Title=T", at=OLD + 2 * 86_400)
    await scanned(services)
    titled = (await photos(services))["a.jpg"]
    assert (titled.description.title, titled.rating, titled.favourite) == ("T", 5, True)
    exiftool([root / "a.jpg"], "-XMP-xmp:Rating=2", at=OLD + 3 * 86_400)
    await scanned(services)
    exiftool([root / "a.jpg"], "-XMP-xmp:Rating=", at=OLD + 4 * 86_400)
    await scanned(services)
    cleared = (await photos(services))["a.jpg"]
    assert (cleared.rating, cleared.favourite) == (None, True), "the file has said what its rating is since"
    assert await in_step(services)


async def test_a_cut_and_retouched_picture_takes_over_all_labels(services: Services, tmp_path: Path) -> None:
    await labelled(services, tmp_path / "Pictures")
    cut = PIL.ImageEnhance.Contrast(leaves().crop((24, 0, 480, 304))).enhance(1.3)
    cut.paste((120, 120, 120), (200, 200, 212, 212))
    new, _ = await replaced(services, tmp_path / "Pictures", cut)
    labels, faces = await said(services, new.id)
    assert labels == ALL_SAID
    assert faces == [
        ["Bob", *(pytest.approx(side, abs=0.01) for side in (0.05 / 0.95, 0.2 / 0.95, 0.25 / 0.95, 0.4 / 0.95))]
    ]


@pytest.mark.both_engines
async def test_another_picture_waits_for_a_person_and_loses_nothing(services: Services, tmp_path: Path) -> None:
    old = await labelled(services, tmp_path / "Pictures")
    new, message = await replaced(services, tmp_path / "Pictures", leaves(2))
    assert "1 picture was replaced by another" in message
    assert (await said(services, old.id))[0] == ALL_SAID
    listing = await services.replacements.page(10, None)
    (waiting,) = listing.items
    assert (waiting.old.id, waiting.new.id, waiting.path, listing.total) == (old.id, new.id, "Pictures/a.jpg", 1)
    assert (await scanned(services)).message == "Pictures: 1 files looked at, 0 read."
    result = await services.replacements.succeed(old.id, new.id, by="ann")
    assert (await said(services, new.id))[0] == ALL_SAID
    assert (await services.replacements.page(10, None)).items == []
    assert result.change_id is not None
    await services.changes.undo(result.change_id)
    assert (await said(services, old.id))[0] == ALL_SAID


async def test_files_that_change_places_are_no_replacement(services: Services, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    put(root / "a.jpg", encoded(leaves(1), "JPEG"))
    put(root / "b.jpg", encoded(leaves(2), "JPEG"))
    await services.roots.add(str(root))
    await scanned(services)
    before = await photos(services)
    data = {name: (root / name).read_bytes() for name in ("a.jpg", "b.jpg")}
    put(root / "a.jpg", data["b.jpg"], at=OLD + 10)
    put(root / "b.jpg", data["a.jpg"], at=OLD + 10)
    await scanned(services)
    after = await photos(services)
    assert (after["a.jpg"].id, after["b.jpg"].id) == (before["b.jpg"].id, before["a.jpg"].id)
    assert (await services.replacements.page(10, None)).total == 0


async def test_an_earlier_picture_that_comes_back_gets_its_labels_back(services: Services, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    old = await labelled(services, root)
    original = (root / "a.jpg").read_bytes()
    new, _ = await replaced(services, root, leaves().resize((240, 160)))
    assert (await said(services, new.id))[0] == ALL_SAID
    put(root / "a.jpg", original, at=OLD + 200_000)
    await scanned(services)
    assert (await photos(services))["a.jpg"].id == old.id
    assert (await said(services, old.id))[0] == ALL_SAID
    assert await services.browse.current_photo_ids([new.id]) == [old.id]
    assert await services.browse.current_photo_ids([old.id]) == [old.id]


async def test_a_picture_whose_rendition_is_gone_waits_for_a_person(services: Services, tmp_path: Path) -> None:
    await labelled(services, tmp_path / "Pictures")
    for found in services.settings.data_dir.rglob("*.LARGE.*"):
        found.unlink()
    _, message = await replaced(services, tmp_path / "Pictures", leaves().resize((240, 160)))
    assert "1 picture was replaced by another" in message


async def test_what_no_photo_can_succeed_is_refused(services: Services, tmp_path: Path) -> None:
    photo = await labelled(services, tmp_path / "Pictures")
    with pytest.raises(BadInput):
        await services.replacements.succeed(photo.id, photo.id)
    with pytest.raises(NotFound):
        await services.replacements.succeed(photo.id, "f" * 32)
    put(tmp_path / "Pictures/b.jpg", encoded(leaves(2), "JPEG"))
    await scanned(services)
    with pytest.raises(Conflict, match="still holds"):
        await services.replacements.succeed(photo.id, (await photos(services))["b.jpg"].id)


async def test_a_scan_that_is_killed_while_labels_go_over_goes_on(settings: Settings, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    async with build(settings) as services:
        await labelled(services, root)
    put(root / "a.jpg", encoded(leaves().resize((240, 160)), "JPEG"), at=OLD + 86_400)
    async with build(settings, run_jobs=False) as services:
        job = await services.jobs.scan()
    await asyncio.to_thread(dies, settings, "succeeding")
    async with build(settings, run_jobs=False) as services:
        # Its owner would be given up only after a while.
        await services.graph.write("MATCH (j:Job {id: $id}) SET j.state = 'QUEUED'", id=job.id)
    async with build(settings) as services:
        assert "1 edited picture took over" in ((await ended(services, job)).message or "")
        new = (await photos(services))["a.jpg"]
        assert (await said(services, new.id))[0] == ALL_SAID
        assert len(await services.graph.read("MATCH (c:Change {kind: 'SUCCEED'}) RETURN c.id")) == 1
