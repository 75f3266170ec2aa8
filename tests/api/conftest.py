"""The whole service on a real engine with real pictures; behind a real server where a test is marked ``http``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.settings import Settings
from resolvers.asgi import create_app
from tests.kit.graphql import TOKENS, Ask, scan
from tests.kit.pictures import jpeg, put
from tests.kit.server import in_process, serving


@pytest.fixture(autouse=True, scope="module")
def _warm(warm_workers: None) -> None:
    """For tests that build services themselves as well."""


@pytest.fixture
async def app(settings: Settings) -> Starlette:
    tokens = {
        "token": SecretStr(TOKENS["owner"]),
        "editor_token": SecretStr(TOKENS["editor"]),
        "viewer_token": SecretStr(TOKENS["viewer"]),
    }
    return create_app(settings.model_copy(update=tokens))


@pytest.fixture
async def client(app: Starlette, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    opened = serving if request.node.get_closest_marker("http") else in_process
    async with opened(app) as client:
        client.headers["Authorization"] = f"Bearer {TOKENS['owner']}"
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)
        yield client


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    async def ask(query: str, role: str = "owner", **variables: object) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {TOKENS[role]}"}
        answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    return ask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root: a/1.jpg, a/2.jpg, a/deep/3.jpg, b/4.jpg ... b/12.jpg."""
    root = tmp_path / "Pictures"
    for number in range(1, 13):
        below = "a/deep" if number == 3 else "a" if number < 3 else "b"
        put(root / below / f"{number}.jpg", jpeg(number))
    return root


@pytest.fixture
async def library(ask: Ask, folder: Path) -> str:
    """The id of a scanned root."""
    root: str = (await ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(folder)))["data"]["addRoot"][
        "id"
    ]
    await scan(ask)
    return root
