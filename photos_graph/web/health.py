"""``/healthz`` says that the process answers, and ``/readyz`` that it can do its work."""

from __future__ import annotations

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
            services_of(request)
        except Unavailable:
            # The services appear all at once, when the graph answers and the search index is loaded.
            return JSONResponse({"status": "starting", "missing": ["services"]}, 503, NO_STORE | {"Retry-After": "1"})
        return JSONResponse({"status": "ready"}, headers=NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
