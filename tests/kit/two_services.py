"""Services of one process on one Neo4j, each with a data directory of its own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from photos_graph.access.secrets import load_or_make
from photos_graph.settings import Settings
from resolvers.asgi import create_app
from tests.kit.graphql import data
from tests.kit.server import in_process
from tests.kit.waiting import Pauses

STATE = "query($j: ID!) { job(id: $j) { state message } }"


@dataclass(frozen=True)
class Service:
    """A running service, and its owner's token as its own file has it."""

    app: Starlette
    client: httpx.AsyncClient
    settings: Settings

    @property
    def token(self) -> str:
        return load_or_make(self.settings).token

    async def ask(self, query: str, token: str | None = None, **variables: object) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    async def knows(self, token: str) -> bool:
        return "errors" not in await self.ask("{ viewer { role } }", token)

    async def is_signed_in(self, cookie: str) -> bool:
        headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        answer = await self.client.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
        return "errors" not in answer.json()


def beside(settings: Settings, name: str) -> Settings:
    """Settings of a service with a data directory of that name and the same graph."""
    return settings.model_copy(update={"data_dir": settings.data_dir.with_name(name)})


async def ready(client: httpx.AsyncClient) -> None:
    pause = Pauses()
    while (await client.get("/readyz")).status_code != 200:
        await pause()


async def started(own: Settings, closing: AsyncExitStack) -> Service:
    """Returns a service that is ready, and runs until ``closing`` ends."""
    app = create_app(own)
    client = await closing.enter_async_context(in_process(app))
    await ready(client)
    return Service(app, client, own)


async def scan(service: Service, folder: Path) -> str:
    """Adds the folder, and returns the id of the job that scans it."""
    data(await service.ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(folder)))
    job: str = data(await service.ask("mutation { scan { id } }"))["scan"]["id"]
    return job


async def address(service: Service) -> str:
    """Returns the address of a picture, as this service gives it out."""
    url: str = data(await service.ask("{ photos(first: 1) { nodes { thumbnail(size: SMALL) } } }"))["photos"]["nodes"][
        0
    ]["thumbnail"]
    return url


async def succeeded(service: Service, job: str) -> None:
    """Waits until the service says that the job has ended. Fails if it did not succeed."""
    pause = Pauses()
    while (seen := data(await service.ask(STATE, j=job))["job"])["state"] != "SUCCEEDED":
        assert seen["state"] in ("QUEUED", "RUNNING"), seen
        await pause()
