"""The metadata of known photos is read again by the scan after an update that reads more from files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import KilledWorker, PhotosGraphError, Unreadable
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.graph.library import photo_metadata
from photos_graph.graph.library.rereading import FileToReread
from photos_graph.model.jobs import JobState
from photos_graph.model.library import METADATA_VERSION
from photos_graph.model.search import Ref
from photos_graph.services.scan import openings, reading, rereading
from photos_graph.services.scan.intake_tasks import MetadataRead
from photos_graph.settings import Settings
from tests.kit.formats import exiftool, lay_out
from tests.kit.library import ended, failures, in_step, photos, scanned
from tests.kit.metadata import bag, jpeg_with, sidecar
from tests.kit.pictures import jpeg, put
from tests.kit.processes.dying import dies

pytestmark = pytest.mark.anyio

# As an earlier version of the program left it, which read less from files and kept no version.
FORGET: LiteralString = """
MATCH (p:Photo)
SET p.readBy = null, p.readDue = null, p.orientation = null, p.make = null, p.keywords = null
"""
FORGET_WANTED: LiteralString = "MATCH (m:Meta {name: 'readBy'}) DELETE m"
STATE: LiteralString = "MATCH (p:Photo) RETURN collect(DISTINCT [p.readBy, p.readDue, p.orientation, p.make]) AS states"
TURNED = {"Exif.Image.Orientation": "6", "Exif.Image.Make": "Canon"}
READ_AGAIN = [[METADATA_VERSION, None, 6, "Canon"]]


@pytest.fixture
def turned(tmp_path: Path) -> Path:
    """Five pictures that lie on their side, one of them with a keyword and a rating."""
    root = tmp_path / "Pictures"
    for number in range(5):
        more = {"Xmp.dc.subject": ["Sea"], "Xmp.xmp.Rating": "3"} if number == 0 else {}
        put(root / f"{number}.jpg", jpeg_with(TURNED | more | {"Exif.Image.Model": str(number)}))
    return root


async def forget(services: Services) -> None:
    await services.graph.write(FORGET)
    await services.graph.write(FORGET_WANTED)


async def states(services: Services) -> list[list[object]]:
    return list((await services.graph.read(STATE))[0]["states"])


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No original is read as a whole from now on."""

    async def read(*arguments: object) -> None:
        raise AssertionError("an original is read as a whole")

    monkeypatch.setattr(reading, "call_intake", read)


async def test_photos_of_an_earlier_version_are_read_again_once(
    services: Services, turned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(turned))
    await scanned(services)
    assert await states(services) == READ_AGAIN
    await forget(services)
    unread(monkeypatch)
    job = await services.jobs.scan()
    messages = {step.message async for step in services.jobs.watch(job.id)}
    assert any(said and said.endswith("The metadata of 5 known photos was read again.") for said in messages)
    assert await states(services) == READ_AGAIN
    assert await failures(services) == {}
    assert await in_step(services)
    job = await scanned(services)
    assert (job.state, job.total) == (JobState.SUCCEEDED, 0)


async def test_a_raised_version_reaches_the_photos_that_are_known(
    services: Services, turned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(turned))
    await scanned(services)
    for module in (rereading, photo_metadata):
        monkeypatch.setattr(module, "METADATA_VERSION", METADATA_VERSION + 1)
    put(turned / "new.jpg", jpeg_with(TURNED))
    job = await scanned(services)
    assert "1 read." in (job.message or "") and "5 known photos" in (job.message or "")
    assert await states(services) == [[METADATA_VERSION + 1, None, 6, "Canon"]]


async def test_what_people_said_stays_and_what_the_file_says_comes(services: Services, turned: Path) -> None:
    put(turned / "1.jpg.xmp", sidecar(bag("dc:subject", "Snow")))
    await services.roots.add(str(turned))
    await scanned(services)
    found = await photos(services)
    await services.tagging.untag_photos([found["0.jpg"].id], [Ref(name="Sea")])
    await services.tagging.tag_photos([found["2.jpg"].id], [Ref(name="Mine")])
    await services.ratings.rate([found["0.jpg"].id], 5)
    # As if the earlier version had not read the keyword of the second photo.
    await services.graph.write("MATCH (:Photo {id: $id})-[r]->(:Tag) DELETE r", id=found["1.jpg"].id)
    await forget(services)
    await scanned(services)
    after = await photos(services)
    assert (after["0.jpg"].rating, after["2.jpg"].rating) == (5, None)
    said = {name: await tags(services, photo.id) for name, photo in after.items()}
    assert said == {"0.jpg": set(), "1.jpg": {"Snow"}, "2.jpg": {"Mine"}, "3.jpg": set(), "4.jpg": set()}
    assert await in_step(services)


async def tags(services: Services, photo_id: str) -> set[str]:
    rows = await services.graph.read(
        "MATCH (:Photo {id: $id})-[:TAGGED]->(t:Tag) RETURN collect(t.name) AS names", id=photo_id
    )
    return set(rows[0]["names"])


Read = Callable[..., Awaitable[MetadataRead]]


def failing(errors: dict[str, PhotosGraphError], calls: list[str]) -> Read:
    whole = rereading.read_metadata

    async def read(intake: object, root: object, file: FileToReread) -> MetadataRead:
        calls.append(file.record.name)
        if file.record.name in errors:
            raise errors[file.record.name]
        return await whole(intake, root, file)  # type: ignore[arg-type]

    return read


async def test_what_cannot_be_read_again_is_named_and_the_scan_goes_on(
    services: Services, turned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(turned))
    await scanned(services)
    await forget(services)
    calls: list[str] = []
    errors: dict[str, PhotosGraphError] = {
        "1.jpg": Unreadable("It is torn.", stage="read"),
        "3.jpg": KilledWorker("The decoder died.", stage="read"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(rereading, "read_metadata", failing(errors, calls))
        job = await scanned(services)
        assert job.state is JobState.SUCCEEDED and "3 known photos" in (job.message or "")
        known = await failures(services)
        assert {path: (failure.stage, failure.attempts) for path, failure in known.items()} == {
            "Pictures/1.jpg": ("metadata", 1),
            "Pictures/3.jpg": ("metadata", 2),
        }
        assert calls.count("3.jpg") == 2 and len(calls) == 6
        assert len(await photos(services)) == 5, "their photos are shown as before"
        assert (await scanned(services)).total == 0, "they are not tried for ever"
        assert len(calls) == 6
    await ended(services, await services.jobs.retry_failures())
    assert await failures(services) == {}
    assert await states(services) == READ_AGAIN


async def test_files_that_are_gone_or_changed_are_left_to_the_next_scan(
    services: Services, turned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(turned))
    await scanned(services)
    await forget(services)
    whole = rereading.read_metadata

    async def changed(intake: object, root: object, file: FileToReread) -> MetadataRead:
        if file.record.name == "2.jpg":
            (turned / "2.jpg").write_bytes(jpeg(2))
        if file.record.name == "4.jpg":
            (turned / "4.jpg").unlink()
        return await whole(intake, root, file)  # type: ignore[arg-type]

    monkeypatch.setattr(rereading, "read_metadata", changed)
    job = await scanned(services)
    assert job.state is JobState.SUCCEEDED and "3 known photos" in (job.message or "")
    assert await failures(services) == {}
    assert await due.count(services.graph, due.READING) == 2
    job = await scanned(services)
    assert "known photos" not in (job.message or "")
    assert set(await photos(services)) == {f"{number}.jpg" for number in range(4)}
    assert await due.count(services.graph, due.READING) == 0


async def test_a_root_that_is_offline_waits(services: Services, turned: Path, tmp_path: Path) -> None:
    """A copy in a root that is online does not speak for a photo of which the first file is offline."""
    other, away = tmp_path / "Zoo", tmp_path / "away"
    put(other / "own.jpg", jpeg_with(TURNED))
    for root in (turned, other):
        await services.roots.add(str(root))
    await scanned(services)
    await forget(services)
    turned.rename(away)
    job = await scanned(services)
    assert job.state is JobState.FAILED and "offline" in (job.message or "") and "1 known photos" in (job.message or "")
    assert await due.count(services.graph, due.READING) == 5
    away.rename(turned)
    assert "5 known photos" in ((await scanned(services)).message or "")
    assert await states(services) == READ_AGAIN


async def test_a_scan_that_is_killed_goes_on_and_a_file_that_kills_it_each_time_is_left_alone(
    settings: Settings, turned: Path
) -> None:
    async with build(settings) as services:
        await services.roots.add(str(turned))
        await scanned(services)
        await forget(services)
    async with build(settings, run_jobs=False) as services:
        job = await services.jobs.scan()
    for _ in range(openings.QUARANTINE_AFTER):
        await asyncio.to_thread(dies, settings, "rereading")
        async with build(settings, run_jobs=False) as services:
            # Its owner would be given up only after a while.
            await services.graph.write("MATCH (j:Job {id: $id}) SET j.state = 'QUEUED'", id=job.id)
    async with build(settings) as services:
        assert "4 known photos" in ((await ended(services, job)).message or "")
        [failure] = (await failures(services)).values()
        assert (failure.stage, failure.attempts) == ("metadata", openings.QUARANTINE_AFTER)
        assert len(await photos(services)) == 5
        await ended(services, await services.jobs.retry_failures())
        assert await states(services) == READ_AGAIN


# As the program left it while a photo was the bytes of its files, from which its id was made.
BY_CONTENT: LiteralString = """
MATCH (p:Photo)
SET p.id = left(p.contentHash, 32), p.pictureHash = null, p.speaker = null, p.turn = null, p.look = null,
  p.readBy = null
WITH p
MATCH (p)<-[:OF]-(f:File) SET f.contentHash = null, f.look = null
RETURN DISTINCT p.number AS number
"""


async def test_an_older_library_keeps_its_ids_and_labels_and_its_originals_are_not_decoded(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = lay_out(tmp_path / "Pictures")
    await services.roots.add(str(root))
    await scanned(services)

    async def forget_pictures(tx: Transaction) -> None:
        await touch(tx, [row["number"] for row in await tx.run(BY_CONTENT)])

    await services.graph.transaction(forget_pictures)
    await services.graph.write(FORGET_WANTED)
    await services.index.catch_up()
    before = await photos(services)
    assert all(photo.id == photo.content_hash[:32] == photo.picture_hash[:32] for photo in before.values())
    await services.ratings.rate([photo.id for photo in before.values()], 5)
    await services.tagging.tag_photos([photo.id for photo in before.values()], [Ref(name="Trip")])
    with monkeypatch.context() as patch:
        unread(patch)
        await scanned(services)
    found = await photos(services)
    assert all(photo.picture_hash != photo.content_hash for photo in found.values())
    exiftool((root / name for name in found), "-XMP-dc:Subject=Sea", "-XMP-xmp:Rating=1")
    await scanned(services)
    after = await photos(services)
    assert {name: photo.id for name, photo in after.items()} == {name: photo.id for name, photo in before.items()}
    assert {photo.rating for photo in after.values()} == {5}
    tags = await services.tags.photo_tags([photo.id for photo in after.values()])
    assert all("Trip" in {services.index.search.tags.path(tag.tag_id) for tag in each} for each in tags)
    assert await in_step(services)
