"""The whole service over a real server: real engine, real pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.settings import Settings
from resolvers.asgi import create_app
from tests.api.asking import TOKENS, Ask
from tests.api.serving import serving


@pytest.fixture
async def app(settings: Settings) -> Starlette:
    tokens = {
        "token": SecretStr(TOKENS["owner"]),
        "editor_token": SecretStr(TOKENS["editor"]),
        "viewer_token": SecretStr(TOKENS["viewer"]),
    }
    return create_app(settings.model_copy(update=tokens))


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app) as client:
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
