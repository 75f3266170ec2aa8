"""How tests ask the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

TOKENS = {"owner": "the owner's token", "editor": "the editor's token", "viewer": "the viewer's token"}

Ask = Callable[..., Awaitable[dict[str, Any]]]  # ask(query, role="owner", **variables) -> the answer


async def scan(ask: Ask) -> None:
    job = (await ask("mutation { scan { id } }"))["data"]["scan"]["id"]
    query = "query($j: ID!) { job(id: $j) { state } }"
    while (await ask(query, j=job))["data"]["job"]["state"] != "SUCCEEDED":
        await asyncio.sleep(0.05)
