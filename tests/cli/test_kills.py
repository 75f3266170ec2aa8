"""``kill -9`` in the middle of a scan: of the program, of its engine, of its decoders. The end is always the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvips

from photos_graph.bootstrap import Services, build
from photos_graph.model.jobs import JobState
from photos_graph.settings import GraphSettings, Settings
from tests.kit.commands import alive, decoders, engine_pid, kill, start, until
from tests.kit.library import failures, files, in_step, photos, scanned
from tests.kit.pictures import jpeg, put, told_apart
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

COUNT = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures large enough that a scan of them lasts some seconds, two of them the same, one broken."""
    root = tmp_path / "Pictures"
    data: bytes = pyvips.Image.gaussnoise(2600, 1950).cast("uchar").jpegsave_buffer(Q=60)
    for number in range(COUNT):
        put(root / f"{number % 7}/{number}.jpg", told_apart(data, str(number)))
    put(root / "copies/0.jpg", (root / "0/0.jpg").read_bytes())
    put(root / "broken.jpg", jpeg(1)[:40])
    return root


async def outcome(services: Services) -> tuple[object, ...]:
    """All that a scan leaves behind, but for ids and times."""
    assert await in_step(services)
    job = (await services.jobs.page(None, 1, None)).items[0]
    assert job.state is JobState.SUCCEEDED, job.message
    return (
        await files(services),
        sorted(photo.id for photo in (await photos(services)).values()),
        {path: failure.stage for path, failure in (await failures(services)).items()},
        len({photo.number for photo in (await photos(services)).values()}),
        (await services.browse.library_counts()),
    )


def read(data_dir: Path) -> int:
    """How many pictures the scan has read so far."""
    return len(list((data_dir / "renditions").rglob("*.jpg")))


async def test_whatever_is_killed_the_scan_ends_as_an_undisturbed_one(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    async with build(settings) as calm:
        await calm.roots.add(str(folder))
        await scanned(calm)
        expected = await outcome(calm)
    assert len(expected[0]) == COUNT + 1, expected  # type: ignore[arg-type]

    stormy, log = tmp_path / "stormy", tmp_path / "log"
    # The program itself: its engine and decoders go with it.
    program = start("scan", folder, "--data-dir", stormy, log=log)
    until(lambda: read(stormy) > 5)
    children = [engine_pid(stormy), *decoders(program.pid)]
    assert len(children) > 1
    program.kill()
    program.wait()
    until(lambda: not any(alive(pid) for pid in children))

    # Then, in the second attempt, its decoders and its engine.
    before = read(stormy)
    assert before < COUNT
    program = start("scan", folder, "--data-dir", stormy, log=log)
    until(lambda: read(stormy) > before + 5)
    for pid in decoders(program.pid):
        kill(pid)
    kill(engine_pid(stormy))
    assert program.wait(PATIENCE) == 0, log.read_text()
    # What was not read is read by the next scan.
    async with build(Settings(data_dir=stormy, graph=GraphSettings(heap="512m"))) as services:
        await scanned(services)
        assert await outcome(services) == expected
