"""A service as people run it, with a client that tells what it was told."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.kit.commands import COMMAND, start
from tests.kit.engines import free_port
from tests.kit.graphql import TOKENS
from tests.kit.waiting import PATIENCE, Pauses

TAG = "mutation ($p: [ID!]!, $t: String!) { tagPhotos(photos: $p, tags: [$t]) { changed } }"
TAGS = "{ tags(first: 500) { nodes { name } } }"


class Served:
    """A service, as its clients see it."""

    def __init__(
        self, data_dir: Path, log: Path, *roots: Path, program: Sequence[str | Path] = (COMMAND,), **more: str
    ) -> None:
        self.data_dir, self.log = data_dir, log
        port = free_port()
        arguments = ("serve", *roots, "--data-dir", data_dir, "--port", str(port))
        more = {"PHOTOS_TOKEN": TOKENS["owner"], "PHOTOS_GRAPH__SILENCE_SECONDS": "2"} | more
        self.program: subprocess.Popen[bytes] = start(*arguments, log=log, program=program, **more)
        headers = {"Authorization": f"Bearer {TOKENS['owner']}"}
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, headers=headers)

    async def ask(self, query: str, **variables: object) -> httpx.Response:
        return await self.client.post("/graphql", json={"query": query, "variables": variables})

    async def data(self, query: str, **variables: object) -> Any:
        return (await self.ask(query, **variables)).json()["data"]

    async def names(self) -> set[str]:
        return {each["name"] for each in (await self.data(TAGS))["tags"]["nodes"]}

    async def ready(self, status: int) -> dict[str, Any]:
        pause = Pauses(longest=0.3)
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (answer := await self.client.get("/readyz")).status_code == status:
                        found: dict[str, Any] = answer.json()
                        return found
                assert self.program.poll() is None, self.log.read_text()
                await pause()

    async def photos(self, count: int) -> list[str]:
        pause = Pauses()
        async with asyncio.timeout(PATIENCE):
            while True:
                nodes = (await self.data("{ photos(first: 500) { nodes { id } } }"))["photos"]["nodes"]
                if len(nodes) == count:
                    return [each["id"] for each in nodes]
                await pause()

    async def end(self) -> None:
        self.program.terminate()
        self.program.wait(PATIENCE)
        await self.client.aclose()

    async def is_refused(self, name: str, photo: str, why: str) -> bool:
        answer = await self.ask(TAG, p=[photo], t=name)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (503, "UNAVAILABLE"), answer.text
        return why in error["message"] and bool(answer.headers["retry-after"])


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
