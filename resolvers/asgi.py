"""The whole service as one ASGI application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from photos_graph.access.credentials import Access
from photos_graph.access.secrets import Secrets, load_or_make
from photos_graph.bootstrap import Services, build, make_private
from photos_graph.errors import PhotosGraphError
from photos_graph.monitoring import Metrics
from photos_graph.services.access import access_of
from photos_graph.settings import Settings
from photos_graph.web.app import build_app
from resolvers.documents import open_documents
from resolvers.schema import Schema, build_schema
from resolvers.transport import METHODS, GraphQLTransport
from resolvers.warming import ask_first

log = logging.getLogger(__name__)

Started = Callable[[Services, Secrets], Awaitable[None]]


def create_app(settings: Settings, started: Started | None = None) -> Starlette:
    """Listens at once, and answers as soon as the library is loaded, when ``started`` is called.

    If building fails, the error is kept in ``app.state.failure``, and ``app.state.stop()`` is called if it is set.
    """
    make_private(settings)
    access = access_of(settings, load_or_make(settings))
    metrics = Metrics()
    schema = build_schema(settings.web, settings.log.slow_seconds, metrics)
    graphql = GraphQLTransport(schema, access, settings.web, open_documents(settings.web))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(_run(app, schema, access, settings, started), name="services")
        watching = asyncio.create_task(metrics.watch_loop(), name="delay of the event loop")
        yield
        running.cancel()
        watching.cancel()
        await asyncio.gather(running, watching, return_exceptions=True)

    return build_app(
        [Route("/graphql", graphql, methods=METHODS), WebSocketRoute("/graphql", graphql)],
        answer=graphql.answer,
        settings=settings.web,
        access=access,
        lifespan=lifespan,
        metrics=metrics,
    )


async def _run(app: Starlette, schema: Schema, access: Access, settings: Settings, started: Started | None) -> None:
    try:
        async with build(settings, access, poll=True) as services:
            app.state.services = services
            asking = asyncio.create_task(ask_first(schema, services), name="first answers")
            try:
                if started is not None:
                    await started(services, load_or_make(settings))  # another service may have given others
                await asyncio.Event().wait()
            finally:
                app.state.services = None
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
    except Exception as error:
        if not isinstance(error, PhotosGraphError):
            log.exception("The service could not start.")
        app.state.failure = error
        if (stop := getattr(app.state, "stop", None)) is not None:
            stop()
