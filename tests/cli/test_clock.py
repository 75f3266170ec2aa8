"""A service whose clock is set by a day or more, forward and back, while people and jobs work."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.settings import Settings
from tests.kit.commands import end_all, kill, on
from tests.kit.pictures import jpeg, put
from tests.kit.served import TAG, Served
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

STEPPED = (sys.executable, "-m", "tests.kit.processes.stepped_clock")
DAY = 86_400
SCAN = "mutation { scan(reread: true) { id state } }"
JOB = "query ($id: ID!) { job(id: $id) { state } }"
CHANGES = "{ changes(first: 1) { nodes { id } } }"
UNDO = "mutation ($id: ID!) { undo(change: $id) { changed } }"
PICTURE = "{ photos(first: 1) { nodes { thumbnail } } }"


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    end_all()


async def ended(service: Served, job: str) -> str:
    async with asyncio.timeout(PATIENCE):
        while True:
            state: str = (await service.data(JOB, id=job))["job"]["state"]
            if state not in ("QUEUED", "RUNNING"):
                return state
            await asyncio.sleep(0.1)


async def test_nothing_waits_for_a_clock_and_nothing_is_lost_to_one(settings: Settings, tmp_path: Path) -> None:
    for number in range(20):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number))
    offset, data = tmp_path / "offset", settings.data_dir
    offset.write_text("0")
    clock = {"CLOCK_OFF_BY": str(offset)}
    service = Served(data, tmp_path / "log", tmp_path / "Pictures", program=STEPPED, **clock, **on(settings))
    await service.ready(200)
    photos = await service.photos(20)
    written = set()
    for off_by in (-DAY, 3 * DAY, 0):
        offset.write_text(str(off_by))
        service.program.send_signal(signal.SIGUSR1)
        await service.ready(200)
        for name in (f"kept {off_by}", f"undone {off_by}"):
            assert (await service.data(TAG, p=photos, t=name))["tagPhotos"]["changed"] == 20
        [change] = (await service.data(CHANGES))["changes"]["nodes"]
        assert (await service.data(UNDO, id=change["id"]))["undo"]["changed"] == 20
        written.add(f"kept {off_by}")
        assert await ended(service, (await service.data(SCAN))["scan"]["id"]) == "SUCCEEDED"
        address = (await service.data(PICTURE))["photos"]["nodes"][0]["thumbnail"]
        assert (await service.client.get(address)).status_code == 200

    # The service dies while a job runs, a day ahead of the one that goes on.
    offset.write_text(str(DAY))
    service.program.send_signal(signal.SIGUSR1)
    for number in range(20, 60):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number))
    job = (await service.data(SCAN))["scan"]["id"]
    async with asyncio.timeout(PATIENCE):
        while (await service.data(JOB, id=job))["job"]["state"] == "QUEUED":
            await asyncio.sleep(0.01)
    kill(service.program.pid)
    service.program.wait(PATIENCE)
    await service.client.aclose()
    service = Served(data, tmp_path / "again", **on(settings))
    await service.ready(200)
    assert await ended(service, job) == "SUCCEEDED"
    assert len(await service.photos(60)) == 60
    assert written <= await service.names()
    await service.end()
