"""``/session`` gives a page of another origin access by a cookie, so that its scripts need not keep a token.

The page sends the token once, with ``POST`` and ``Authorization: Bearer ...``, and forgets it. The cookie works only
for the origin that asked for it, is hidden from scripts and expires soon; another ``POST`` renews it, and ``DELETE``
ends it.
"""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photos_graph.access.credentials import Access
from photos_graph.errors import Forbidden
from photos_graph.settings import WebSettings
from photos_graph.web.clients import address_of, device_of, is_secure


def access_cookie(origin: str) -> str:
    """Returns the name of the cookie of an origin. Browsers send it to this service whichever page asks, so that pages
    of several origins need a cookie each."""
    return f"photos_access_{hashlib.sha256(origin.encode()).hexdigest()[:16]}"


def access_routes(access: Access, settings: WebSettings) -> list[Route]:
    seconds = settings.access_seconds

    async def session(request: Request) -> Response:
        """Raises Forbidden for a page whose origin is not listed, and Unauthenticated."""
        origin = request.headers.get("origin")
        if origin is None or origin not in settings.origins:
            raise Forbidden("Only the origins of the setting web.origins may use /session.")
        name, encrypted = access_cookie(origin), is_secure(request, settings)
        known = request.cookies.get(name)
        if request.method == "DELETE":
            await access.end_session(known or "")
            return _answered(Response(status_code=204), name, "", 0, encrypted=encrypted)
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token or known is None:
            value = await access.open_session(token, address_of(request), device_of(request), origin, seconds)
        else:
            value = await access.renew_session(known, origin, seconds)
        body = {"expiresIn": seconds, "role": request.state.viewer.role}
        return _answered(JSONResponse(body), name, value, seconds, encrypted=encrypted)

    return [Route("/session", session, methods=["DELETE", "POST"])]


def _answered(response: Response, name: str, access: str, seconds: int, *, encrypted: bool) -> Response:
    """Sets the cookie. Browsers send it to another site only with ``SameSite=None``, which needs HTTPS; without HTTPS
    it reaches only pages of the same site, such as those of another port of this machine. ``Partitioned`` keeps it
    where browsers block the cookies of other sites, and apart for each site that embeds the page."""
    reach = "SameSite=None; Secure; Partitioned" if encrypted else "SameSite=Strict"
    response.headers["set-cookie"] = f"{name}={access}; HttpOnly; Path=/; Max-Age={seconds}; {reach}"
    response.headers["cache-control"] = "no-store"
    return response
