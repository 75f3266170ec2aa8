"""Outages of a service as people run it: its engine stopped and killed under writers, its data directory gone, and a
second service on the same data directory."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.commands import end_all, engine_pid, kill
from tests.kit.pictures import jpeg, put
from tests.kit.served import TAG, Served, check, told
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _none_left() -> None:
    """The service of this module outlives each of its tests."""


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    tmp_path = tmp_path_factory.mktemp("served")
    for number in range(20):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number))
    service = Served(tmp_path / "data", tmp_path / "log", tmp_path / "Pictures")
    await service.ready(200)
    yield service
    await service.end()
    end_all()


async def test_two_services_share_one_engine_and_label_the_same_photos(served: Served, tmp_path: Path) -> None:
    photos = await served.photos(20)
    second = Served(served.data_dir, tmp_path / "second")
    await second.ready(200)
    said = (tmp_path / "second").read_text()
    assert f"The process {served.program.pid} runs the graph engine of this data directory." in said

    async def write(service: Served, number: int) -> list[dict[str, Any]]:
        return [(await service.ask(TAG, p=photos, t=f"w{number}x{turn}")).json() for turn in range(2)]

    answers = await asyncio.gather(*(write((served, second)[number % 2], number) for number in range(20)))
    assert [each for some in answers for each in some if "errors" in each] == []
    for service in (served, second):
        await service.data(TAG, p=photos[:1], t="last")  # what was written by the other is seen now
        assert len(await service.names()) == 41
    second.program.terminate()
    assert second.program.wait(PATIENCE) == 0
    await second.client.aclose()


async def test_every_answer_is_true_whatever_happens_to_the_engine_and_its_folder(
    served: Served, tmp_path: Path
) -> None:
    photos = await served.photos(20)
    data = served.data_dir

    # The engine is killed under twenty writers.
    writing = asyncio.create_task(told(served, "k", photos, 6))
    await asyncio.sleep(1)
    kill(engine_pid(data))
    answers = await writing
    await served.ready(200)
    await check(served, answers, photos[0])

    # It hangs, and goes on.
    os.kill(engine_pid(data), signal.SIGSTOP)
    writing = asyncio.create_task(told(served, "s", photos, 1))
    assert "does not answer" in (await served.ready(503))["message"]
    assert await served.is_refused("stopped", photos[0], "does not answer")
    os.kill(engine_pid(data), signal.SIGCONT)
    await served.ready(200)
    await check(served, await writing, photos[0])

    # Its data directory is moved away, another one takes its place, and it comes back.
    away = tmp_path / "away"
    data.rename(away)
    assert "Put it back" in (await served.ready(503))["message"]
    assert await served.is_refused("moved", photos[0], "is gone")
    data.mkdir()
    assert "Another data directory" in (await served.ready(503))["message"]
    assert await served.is_refused("replaced", photos[0], "Another data directory")
    kill(engine_pid(away))
    await asyncio.sleep(1)
    assert not list(data.iterdir()), "no engine begins with an empty graph there"
    data.rmdir()
    away.rename(data)
    await served.ready(200)
    assert (await served.data(TAG, p=[photos[0]], t="back"))["tagPhotos"]["changed"] == 1
    assert not {"stopped", "moved", "replaced"} & await served.names()

    # It is deleted.
    shutil.rmtree(data, ignore_errors=True)
    assert (await served.ready(503))["missing"] == ["graph"]
    assert await served.is_refused("deleted", photos[0], "data directory")
