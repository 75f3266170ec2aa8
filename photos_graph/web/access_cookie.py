"""``/session`` gives a page of another origin access by a cookie, so that its scripts need not keep a token.

The page sends the token once, with ``POST`` and ``Authorization: Bearer ...``, and forgets it. The cookie works only
for the origin that asked for it, is hidden from scripts and expires soon; another ``POST`` renews it, and ``DELETE``
ends it.
"""

from __future__ import annotations

import hashlib
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photos_graph.auth import Signer, Tokens
from photos_graph.errors import Forbidden
from photos_graph.settings import WebSettings


def access_cookie(origin: str) -> str:
    """Returns the name of the cookie of an origin. Browsers send it to this service whichever page asks, so that pages
    of several origins need a cookie each."""
    return f"photos_access_{hashlib.sha256(origin.encode()).hexdigest()[:16]}"


def access_routes(tokens: Tokens, signer: Signer, settings: WebSettings) -> list[Route]:
    seconds = settings.access_seconds

    async def session(request: Request) -> Response:
        """Raises Forbidden for a page whose origin is not listed, and Unauthenticated."""
        origin = request.headers.get("origin")
        if origin is None or origin not in settings.origins:
            raise Forbidden("Only the origins of the setting web.origins may use /session.")
        name, is_secure = access_cookie(origin), _is_secure(request, settings)
        if request.method == "DELETE":
            return _answered(Response(status_code=204), name, "", 0, is_secure=is_secure)
        known, now = request.cookies.get(name), time.time()
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token or known is None:
            access = tokens.open_access(token, origin, signer, now, seconds)
        else:
            access = tokens.renew_access(known, origin, signer, now, seconds)
        body = {"expiresIn": seconds, "role": request.state.viewer.role}
        return _answered(JSONResponse(body), name, access, seconds, is_secure=is_secure)

    return [Route("/session", session, methods=["DELETE", "POST"])]


def _is_secure(request: Request, settings: WebSettings) -> bool:
    return (settings.public_url or str(request.base_url)).startswith("https:")


def _answered(response: Response, name: str, access: str, seconds: int, *, is_secure: bool) -> Response:
    """Sets the cookie. Browsers send it to another site only with ``SameSite=None``, which needs HTTPS; without HTTPS
    it reaches only pages of the same site, such as those of another port of this machine. ``Partitioned`` keeps it
    where browsers block the cookies of other sites, and apart for each site that embeds the page."""
    reach = "SameSite=None; Secure; Partitioned" if is_secure else "SameSite=Strict"
    response.headers["set-cookie"] = f"{name}={access}; HttpOnly; Path=/; Max-Age={seconds}; {reach}"
    response.headers["cache-control"] = "no-store"
    return response
