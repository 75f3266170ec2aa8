"""The application behind a real server on a loopback port, for tests of what goes over HTTP, and without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from tests.kit.waiting import PATIENCE


@asynccontextmanager
async def serving(app: ASGIApp, certificate: Path | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTPS if there is a ``certificate``, a file that also has the key."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=2, ssl_certfile=certificate)
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        scheme = "https" if certificate else "http"
        async with httpx.AsyncClient(base_url=f"{scheme}://127.0.0.1:{port}", timeout=PATIENCE) as client:
            yield client
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def in_process(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Hands requests to the application as a server would, without a socket between them."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=PATIENCE) as client,
    ):
        yield client
