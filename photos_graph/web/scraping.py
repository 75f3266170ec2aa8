"""``/metrics``, for Prometheus."""

from __future__ import annotations

import asyncio
import math
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photos_graph.access.roles import require
from photos_graph.bootstrap import Services
from photos_graph.errors import Unavailable
from photos_graph.model.access import Role
from photos_graph.monitoring import CONTENT_TYPE, Measure, Metrics
from photos_graph.settings import WebSettings
from photos_graph.web.measures import measures
from photos_graph.web.middleware import METRICS
from photos_graph.web.state import services_of

FRESH_SECONDS = 1.0  # for which what was looked up is shown again, so that many who ask cost no more than one


def metrics_routes(metrics: Metrics, settings: WebSettings) -> list[Route]:
    looking, looked_up = asyncio.Lock(), -math.inf
    found: list[Measure] = []

    async def look_up(services: Services) -> list[Measure]:
        nonlocal looked_up, found
        async with looking:
            if time.monotonic() - looked_up >= FRESH_SECONDS:
                found = await measures(services)
                looked_up = time.monotonic()
        return found

    async def answer(request: Request) -> Response:
        if settings.metrics == "token":
            require(request.state.viewer, Role.OWNER)
        try:
            seen = await look_up(services_of(request))
        except Unavailable:  # the service starts
            seen = []
        return Response(metrics.text(seen), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return [Route(METRICS, answer)] if settings.metrics != "off" else []
