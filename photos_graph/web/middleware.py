"""The middleware that runs before every route: it authenticates clients and adds headers for browsers."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.errors import Forbidden, PhotosGraphError, TooManyAttempts, Unauthenticated
from photos_graph.graph.engine.caller import hurried, no_mutation
from photos_graph.settings import WebSettings
from photos_graph.web.access_cookie import access_cookie
from photos_graph.web.answers import status_of
from photos_graph.web.clients import address_of, is_secure
from photos_graph.web.login import LOGOUT, from_here, login_address, login_page, session_cookie
from photos_graph.web.negotiation import wants_html
from photos_graph.web.pages.problem_page import error_response, masked_response

PUBLIC = frozenset({"/healthz", "/readyz", "/login", LOGOUT})
MEDIA = "/media/"  # these addresses are signed
METRICS = "/metrics"
PREFLIGHT_HEADERS = (
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-Requested-With",
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class BrowserHeaders:
    """Adds headers for browsers to every answer, unless the route has set a header itself: what keeps a page safe, and
    what the listed origins may do with an answer."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self._origins = ", ".join(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                is_picture = scope["path"].startswith(MEDIA)
                if self._origins:
                    headers.setdefault("Timing-Allow-Origin", self._origins)
                if self._origins or not is_picture:
                    embedded = "cross-origin" if is_picture else "same-origin"
                    headers.setdefault("Cross-Origin-Resource-Policy", embedded)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class Masking:
    """Answers unforeseen errors, and raises them again for the log. Starlette's own answer would lack the headers of
    the outer layers, so that a page of another origin would get a network error."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = scope["type"] != "http"

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            if not started:
                await masked_response(scope)(scope, receive, send)
            raise


class AtOnce:
    """Requests run for clients, who are told at once if the graph engine does not answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        with hurried(), no_mutation():
            await self.app(scope, receive, send)


class Authentication:
    """Sets ``scope["state"]["viewer"]`` to the Viewer, or to None for a WebSocket that may still present a token."""

    def __init__(self, app: ASGIApp, access: Access, settings: WebSettings) -> None:
        self.app = app
        self._access = access
        self._settings = settings
        self._origins = frozenset(settings.origins)
        self._public = PUBLIC | ({METRICS} if settings.metrics == "open" else frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path = scope["path"]
        viewer: Viewer | None = None
        try:
            if path not in self._public and not path.startswith(MEDIA):
                viewer = self._viewer(connection)
                if viewer is None and scope["type"] == "http":
                    raise Unauthenticated("Sign in first: send a token as 'Authorization: Bearer ...', or use /login.")
        except PhotosGraphError as error:
            await refuse(_refusal(error, connection), scope, receive, send)
            return
        scope.setdefault("state", {})["viewer"] = viewer
        await self.app(scope, receive, send)

    def _viewer(self, connection: HTTPConnection) -> Viewer | None:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise Unauthenticated("Send the token as 'Authorization: Bearer ...'. Other schemes are not supported.")
            return self._access.viewer_of_token(token.strip(), address_of(connection))
        origin = connection.headers.get("origin")
        if origin in self._origins and (access := connection.cookies.get(access_cookie(origin))) is not None:
            # A page cannot forge its origin, so that this needs no other protection against forged requests.
            return self._access.viewer_of_session(access, origin)
        cookie = connection.cookies.get(session_cookie(is_secure(connection, self._settings)))
        if cookie is None:
            return None
        if connection.scope["type"] == "websocket":
            # Browsers send cookies with a WebSocket from any page, without a preflight.
            return self._access.viewer_of_session(cookie) if from_here(connection.headers) else None
        viewer = self._access.viewer_of_session(cookie)
        if connection.scope["method"] not in SAFE_METHODS:
            _check_forgery(connection.headers)
        elif connection.scope["path"] == "/graphql" and not wants_html(connection.scope):
            _check_query(connection.headers)
        return viewer


def _refusal(error: PhotosGraphError, connection: HTTPConnection) -> Response:
    """Returns the answer to somebody who is not let in. A browser that shows pages is led to where people sign in."""
    if not isinstance(error, Unauthenticated) or not wants_html(connection.scope):
        return error_response(connection.scope, error)
    if isinstance(error, TooManyAttempts) or "authorization" in connection.headers:
        return login_page(status_of(error), error.public_message)
    wanted = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
    return RedirectResponse(login_address(wanted), 303, {"Cache-Control": "no-store"})


def _check_forgery(headers: Headers) -> None:
    """Raises Forbidden unless one of our own pages made the request. Any page can make the browser send a request with
    the cookie, but it cannot forge the headers that are checked here."""
    if not from_here(headers):
        raise Forbidden("This request comes from another site. Requests from other origins need a token.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Forbidden("Requests of a browser session must have the content type application/json.")


def _check_query(headers: Headers) -> None:
    """Raises Forbidden unless one of our own pages, or a program, made a request by GET. Other pages cannot set one of
    these headers without a preflight, which is refused."""
    if from_here(headers):
        return
    if headers.get("sec-fetch-site") is not None or headers.get("origin") is not None:
        raise Forbidden("This request comes from another site. Requests from other origins need a token.")
    if not any(headers.get(name) for name in PREFLIGHT_HEADERS):
        raise Forbidden("A query by GET in a browser session needs a header such as GraphQL-Require-Preflight: true.")


async def refuse(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request, or closes a WebSocket that was not opened yet."""
    if scope["type"] == "http":
        await response(scope, receive, send)
    else:
        # Closing a WebSocket before it is accepted is answered as HTTP 403.
        await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
