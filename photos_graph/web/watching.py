"""What is noted of every request: its id, and how it was answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photos_graph.logs import begin_request
from photos_graph.monitoring import Metrics

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-Id"
SOCKET = "WebSocket"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", SOCKET})
OTHER = "other"  # stands for all paths that nothing is served at, and for all other methods


class Watching:
    """Gives each request an id, which the answer has as a header, and counts and logs how it was answered.

    The id holds until the end of the task, so that the server logs it, too, with an error that nobody foresaw.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute], metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics
        paths = {route.path for route in routes if isinstance(route, Route)}
        self._exact = {path for path in paths if "{" not in path}
        self._below = {path.partition("{")[0] for path in paths if "{" in path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        id_ = begin_request(Headers(scope=scope).get(REQUEST_ID))
        started, status = time.perf_counter(), 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                MutableHeaders(scope=message)[REQUEST_ID] = id_
            await send(message)

        try:
            await self.app(scope, receive, with_id)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # Neither paths, which have the signatures of pictures, nor queries, which have tokens.
        place, method = self.place_of(scope["path"]), scope.get("method", SOCKET)
        method = method if method in METHODS else OTHER
        lasts = method == SOCKET  # as long as its client
        self._metrics.note_request(place, method, status, None if lasts else seconds)
        if log.isEnabledFor(logging.INFO):
            log.info("%s %s", method, place, extra={"status": status, "seconds": round(seconds, 4)})

    def place_of(self, path: str) -> str:
        """Returns the address as far as it is that of a route."""
        if path in self._exact:
            return path
        return next((below for below in self._below if path.startswith(below)), OTHER)
