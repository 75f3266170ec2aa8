"""Outages of a service as people run it: its engine stopped and killed under writers, its data directory gone, and a
second service on the same data directory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.commands import end_all, engine_pid, kill, start
from tests.kit.engines import free_port
from tests.kit.graphql import TOKENS
from tests.kit.pictures import jpeg, put
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TAG = "mutation ($p: [ID!]!, $t: String!) { tagPhotos(photos: $p, tags: [$t]) { changed } }"
TAGS = "{ tags(first: 500) { nodes { name } } }"


class Served:
    """A service, as its clients see it."""

    def __init__(self, data_dir: Path, log: Path, *roots: Path) -> None:
        self.data_dir, self.log = data_dir, log
        port = free_port()
        arguments = ("serve", *roots, "--data-dir", data_dir, "--port", str(port))
        more = {"PHOTOS_TOKEN": TOKENS["owner"], "PHOTOS_GRAPH__SILENCE_SECONDS": "2"}
        self.program: subprocess.Popen[bytes] = start(*arguments, log=log, **more)
        headers = {"Authorization": f"Bearer {TOKENS['owner']}"}
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, headers=headers)

    async def ask(self, query: str, **variables: object) -> httpx.Response:
        return await self.client.post("/graphql", json={"query": query, "variables": variables})

    async def data(self, query: str, **variables: object) -> Any:
        return (await self.ask(query, **variables)).json()["data"]

    async def names(self) -> set[str]:
        return {each["name"] for each in (await self.data(TAGS))["tags"]["nodes"]}

    async def ready(self, status: int) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (answer := await self.client.get("/readyz")).status_code == status:
                        found: dict[str, Any] = answer.json()
                        return found
                assert self.program.poll() is None, self.log.read_text()
                await asyncio.sleep(0.05)

    async def photos(self, count: int) -> list[str]:
        async with asyncio.timeout(PATIENCE):
            while True:
                nodes = (await self.data("{ photos(first: 500) { nodes { id } } }"))["photos"]["nodes"]
                if len(nodes) == count:
                    return [each["id"] for each in nodes]
                await asyncio.sleep(0.1)

    async def is_refused(self, name: str, photo: str, why: str) -> bool:
        answer = await self.ask(TAG, p=[photo], t=name)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (503, "UNAVAILABLE"), answer.text
        return why in error["message"] and bool(answer.headers["retry-after"])


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
    service.program.terminate()
    service.program.wait(PATIENCE)
    await service.client.aclose()
    end_all()


async def told(service: Served, prefix: str, photos: list[str], turns: int) -> dict[str, dict[str, Any]]:
    """Lets twenty writers write, each to a photo of its own, and returns what each was told, by the name of its tag."""
    answers: dict[str, dict[str, Any]] = {}

    async def write(writer: int) -> None:
        for turn in range(turns):
            name = f"{prefix}{writer}x{turn}"
            answers[name] = (await service.ask(TAG, p=[photos[writer]], t=name)).json()

    await asyncio.gather(*(write(number) for number in range(20)))
    return answers


async def check(service: Served, answers: dict[str, dict[str, Any]], photo: str) -> None:
    codes: dict[str, str] = {}
    for name, answer in answers.items():
        extensions = answer["errors"][0]["extensions"] if "errors" in answer else {"code": "DONE"}
        codes[name] = extensions["code"]
        if codes[name] == "UNKNOWN_OUTCOME":
            asked = await service.data("query ($id: ID!) { outcome(requestId: $id) }", id=extensions["requestId"])
            codes[name] = asked["outcome"]
    # A commit may have ended after its writer was told that nobody knows, but not after somebody asked.
    assert (await service.data(TAG, p=[photo], t="last"))["tagPhotos"]["changed"] in (0, 1)
    stored = await service.names()
    assert {name for name, code in codes.items() if code == "DONE"} == stored & codes.keys()
    assert set(codes.values()) <= {"DONE", "NOT_DONE", "UNAVAILABLE"}


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
