"""Signs users in by browser: the browser sends a token once, and gets a session cookie."""

from __future__ import annotations

import base64
import hashlib
import time
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from photos_graph.auth import SESSION_SECONDS, Signer, Tokens
from photos_graph.errors import Unauthenticated

COOKIE = "photos_session"
MAX_FORM_BYTES = 4096

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto; padding: 0 1rem; color: #222; }
input, button { font: inherit; padding: .5rem .75rem; border: 1px solid #999; border-radius: .4rem; }
input { width: 100%; box-sizing: border-box; margin: .25rem 0 .75rem; }
button { background: #1f5fbf; border-color: #1f5fbf; color: #fff; cursor: pointer; }
.problem { color: #a11; }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #eee; } .problem { color: #f88; } }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in - photos-graph</title><link rel="icon" href="data:,">
<style>{style}</style>
<h1>photos-graph</h1>
{problem}
<form method="post" action="/login">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>
<p>The service printed the token when it was started for the first time. The token is stored in the file
<code>secrets.json</code> in the data directory, unless <code>PHOTOS_TOKEN</code> sets one.</p>
</html>
"""


def login_page(status: int = 200, message: str = "") -> Response:
    shown = f'<p class="problem" role="alert">{escape(message)}</p>' if message else ""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return HTMLResponse(_PAGE.format(style=_STYLE, problem=shown), status, headers)


def login_routes(tokens: Tokens, signer: Signer) -> list[Route]:
    async def login(request: Request) -> Response:
        token = await _token(request)
        if token is None:
            return login_page()
        try:
            session = tokens.open_session(token, signer, time.time())
        except Unauthenticated as error:
            return login_page(401, error.public_message)
        response = RedirectResponse("/graphql", status_code=303, headers={"Cache-Control": "no-store"})
        response.set_cookie(
            COOKIE,
            session,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    return [Route("/login", login, methods=["GET", "POST"])]


async def _token(request: Request) -> str | None:
    """Returns the token from the printed address or from the form, or None."""
    if request.method != "POST":
        return request.query_params.get("token")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()
