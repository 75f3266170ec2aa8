"""``/metrics``, for Prometheus."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photos_graph.access.roles import require
from photos_graph.errors import Unavailable
from photos_graph.model.access import Role
from photos_graph.monitoring import CONTENT_TYPE, Metrics
from photos_graph.settings import WebSettings
from photos_graph.web.measures import measures
from photos_graph.web.middleware import METRICS
from photos_graph.web.state import services_of


def metrics_routes(metrics: Metrics, settings: WebSettings) -> list[Route]:
    async def answer(request: Request) -> Response:
        if settings.metrics == "token":
            require(request.state.viewer, Role.OWNER)
        try:
            found = await measures(services_of(request))
        except Unavailable:  # the service starts
            found = []
        return Response(metrics.text(found), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return [Route(METRICS, answer)] if settings.metrics != "off" else []
