"""``/healthz`` says that the process answers, and ``/readyz`` that it can do its work, or why not."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photos_graph.errors import Unavailable
from photos_graph.web.state import services_of

NO_STORE = {"Cache-Control": "no-store"}


def health_routes() -> list[Route]:
    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def readyz(request: Request) -> Response:
        try:
            graph = services_of(request).graph
        except Unavailable:
            # The services appear all at once, when the graph answers and the search index is loaded.
            return _not_ready({"status": "starting", "missing": ["services"]})
        if (message := graph.trouble) is not None:
            return _not_ready({"status": "unavailable", "missing": ["graph"], "message": message})
        return JSONResponse({"status": "ready"}, headers=NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _not_ready(body: Mapping[str, object]) -> Response:
    return JSONResponse(body, 503, NO_STORE | {"Retry-After": "1"})
