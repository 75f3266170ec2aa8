"""Files that are read again because somebody asked for it, whatever their size and time say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.events import JobQueued
from photos_graph.services.scan import reading
from tests.kit.formats import exiftool
from tests.kit.library import ended, in_step, photos, scanned
from tests.kit.pictures import OLD, jpeg, put

pytestmark = pytest.mark.anyio


@pytest.fixture
async def root(services: Services, tmp_path: Path) -> Path:
    """Three photos in two folders, of which a program rewrites two behind the back of the library."""
    root = tmp_path / "Pictures"
    for number, name in enumerate(("a/1.jpg", "a/2.jpg", "b/3.jpg")):
        exiftool([put(root / name, jpeg(number))], "-XMP-xmp:Rating=1", at=OLD)
    await services.roots.add(str(root))
    await scanned(services)
    for name in ("a/1.jpg", "b/3.jpg"):
        rerate(root / name)
    await scanned(services)
    assert {photo.rating for photo in (await photos(services)).values()} == {1}
    return root


def rerate(path: Path) -> None:
    """Writes another rating into the file, which keeps its size, its time and its number on the disk."""
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.write(data.replace(b"Rating>1<", b"Rating>3<"))
    os.utime(path, (OLD, OLD))


@pytest.mark.both_engines
async def test_what_size_and_time_do_not_show_is_read_on_demand(services: Services, root: Path) -> None:
    before = await photos(services)
    await services.ratings.rate([before["2.jpg"].id], 5)
    job = await scanned(services, reread=True)
    assert "3 files looked at, 3 read" in (job.message or "")
    after = await photos(services)
    assert {name: photo.rating for name, photo in after.items()} == {"1.jpg": 3, "2.jpg": 5, "3.jpg": 3}
    assert {name: photo.id for name, photo in after.items()} == {name: photo.id for name, photo in before.items()}
    assert await in_step(services)


async def test_a_folder_alone_is_read_again(services: Services, root: Path) -> None:
    folder = services.folders.at("Pictures/b")
    assert folder is not None
    job = await ended(services, await services.jobs.scan(folder_id=folder.id, reread=True))
    assert "1 read" in (job.message or "")
    assert {name: photo.rating for name, photo in (await photos(services)).items()} == {
        "1.jpg": 1,
        "2.jpg": 1,
        "3.jpg": 3,
    }


async def test_a_scan_that_was_stopped_reads_the_rest(
    services: Services, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    call = reading.call_intake

    async def counted(*arguments: object) -> object:
        read.append(arguments[2].record.name)  # type: ignore[attr-defined]
        return await call(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "call_intake", counted)
    job = await scanned(services, reread=True)
    assert sorted(read) == ["1.jpg", "2.jpg", "3.jpg"]
    # The same job once more, as after the service was killed before it could store that the job had ended.
    await services.graph.write("MATCH (j:Job {id: $id}) SET j.state = 'QUEUED'", id=job.id)
    await services.events.publish(JobQueued())
    await ended(services, job)
    assert sorted(read) == ["1.jpg", "2.jpg", "3.jpg"]
    await scanned(services, reread=True)
    assert len(read) == 6
