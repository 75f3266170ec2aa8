"""The HTTP service. The routes of GraphQL are passed in."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from photos_graph.access.credentials import Access
from photos_graph.errors import PhotosGraphError
from photos_graph.monitoring import Metrics
from photos_graph.settings import WebSettings
from photos_graph.web.access_cookie import access_routes
from photos_graph.web.compression import Compression
from photos_graph.web.graphiql import graphiql_routes
from photos_graph.web.health import health_routes
from photos_graph.web.hosts import Hosts
from photos_graph.web.login import login_routes
from photos_graph.web.media import routes as media_routes
from photos_graph.web.middleware import AtOnce, Authentication, BrowserHeaders, Masking
from photos_graph.web.negotiation import displays_pages
from photos_graph.web.pages.page_routes import page_routes
from photos_graph.web.pages.problem_page import error_response, masked_response, status_page
from photos_graph.web.pages.visits import Answer
from photos_graph.web.scraping import metrics_routes
from photos_graph.web.watching import REQUEST_ID, Watching

EXPOSED = (
    "Allow",
    "Content-Length",
    "Content-Range",
    "ETag",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
    REQUEST_ID,
)
PREFLIGHT_SECONDS = 7200  # the longest that Chromium keeps the answer to a preflight

_CODES = {400: "BAD_INPUT", 404: "NOT_FOUND", 405: "BAD_INPUT", 415: "BAD_INPUT"}


def build_app(
    graphql: Sequence[BaseRoute],
    *,
    answer: Answer | None = None,
    settings: WebSettings,
    access: Access,
    lifespan: Lifespan[Starlette] | None = None,
    metrics: Metrics | None = None,
) -> Starlette:
    """Builds the application. ``graphql`` are the routes for ``POST`` and WebSocket at ``/graphql``; they find the
    viewer in ``scope["state"]``. ``answer`` answers what the pages ask; without it there are none.

    ``lifespan`` sets ``app.state.services`` when the services are built. Until then, pictures and ``/readyz`` answer
    503. ``metrics`` count what is answered.
    """
    metrics = metrics or Metrics()
    _hide_queries_from_access_log()
    routes = [
        *health_routes(access),
        *metrics_routes(metrics, settings),
        *login_routes(access, settings),
        *access_routes(access, settings),
        *media_routes(access, metrics, settings.viewer_originals),
        *graphiql_routes(),
        *(page_routes(answer, settings) if answer is not None else ()),
        *graphql,
    ]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Watching, routes, metrics),
            Middleware(BrowserHeaders, settings.origins),
            Middleware(Hosts, settings),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_methods=("DELETE", "GET", "HEAD", "POST"),
                allow_headers=settings.cors_headers,
                allow_credentials="*" not in settings.origins,
                expose_headers=EXPOSED,
                max_age=PREFLIGHT_SECONDS,
            ),
            Middleware(Masking),
            Middleware(Authentication, access, settings),
            Middleware(Compression),
            Middleware(AtOnce),
        ],
        exception_handlers={
            PhotosGraphError: _known,
            HTTPException: _http,
            ClientDisconnect: _disconnected,
            Exception: _masked,
        },
        lifespan=lifespan,
    )


async def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, PhotosGraphError):
        raise error
    return error_response(request.scope, error)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if displays_pages(request.scope):
        return status_page(request.scope, error.status_code, error.headers)
    body = {"errors": [{"message": error.detail, "extensions": {"code": _CODES.get(error.status_code, "INTERNAL")}}]}
    return JSONResponse(body, error.status_code, error.headers)


async def _disconnected(request: Request, error: Exception) -> Response:
    return Response(status_code=499)  # for the log only; nginx uses this number


async def _masked(request: Request, error: Exception) -> Response:
    return masked_response(request.scope)


class _WithoutQuery(logging.Filter):
    """Removes queries from the access log, because they contain tokens and signatures."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, target, *rest = record.args
            record.args = (client, method, str(target).partition("?")[0], *rest)
        return True


def _hide_queries_from_access_log() -> None:
    log = logging.getLogger("uvicorn.access")
    if not any(isinstance(known, _WithoutQuery) for known in log.filters):
        log.addFilter(_WithoutQuery())
