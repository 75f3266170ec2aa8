"""``/healthz`` says that the process answers, and ``/readyz`` that it can do its work, or why not. An owner also learns
of what will be in its way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photos_graph.access.credentials import Access
from photos_graph.errors import PhotosGraphError, Unavailable
from photos_graph.model.access import Role
from photos_graph.web.clients import address_of
from photos_graph.web.state import services_of

NO_STORE = {"Cache-Control": "no-store"}


def health_routes(access: Access) -> list[Route]:
    def is_owner(request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        try:
            return access.viewer_of_token(token.strip(), address_of(request)).role is Role.OWNER
        except PhotosGraphError:  # everybody may ask, and a wrong token changes nothing
            return False

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def readyz(request: Request) -> Response:
        try:
            services = services_of(request)
        except Unavailable:
            # The services appear all at once, when the graph answers and the search index is loaded.
            return _not_ready({"status": "starting", "missing": ["services"]})
        if (message := services.graph.trouble) is not None:
            return _not_ready({"status": "unavailable", "missing": ["graph"], "message": message})
        warnings = await asyncio.to_thread(services.storage.low) if is_owner(request) else []
        return JSONResponse({"status": "ready", **({"warnings": warnings} if warnings else {})}, headers=NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _not_ready(body: Mapping[str, object]) -> Response:
    return JSONResponse(body, 503, NO_STORE | {"Retry-After": "1"})
