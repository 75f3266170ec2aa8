"""Signs users in by browser: the browser sends a token once, and gets a session cookie.

The address that the service prints has the token in it. Its page sends the token on by ``POST`` at once, so that it
does not stay in the address bar, and no other site can sign a browser in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from photos_graph.access.credentials import SESSION_SECONDS, Access
from photos_graph.errors import Forbidden, TooManyAttempts, Unauthenticated
from photos_graph.settings import WebSettings
from photos_graph.web.clients import address_of, device_of, is_secure

LOGOUT = "/logout"
MAX_FORM_BYTES = 4096
REFRESH_SECONDS = 3  # after which a browser asks again for a page that cannot be shown yet

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto; padding: 0 1rem; color: #222; }
input, button { font: inherit; padding: .5rem .75rem; border: 1px solid #999; border-radius: .4rem; }
input { width: 100%; box-sizing: border-box; margin: .25rem 0 .75rem; }
button { background: #1f5fbf; border-color: #1f5fbf; color: #fff; cursor: pointer; }
.problem { color: #a11; }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #eee; } .problem { color: #f88; } }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_SCRIPT = """
const given = new URLSearchParams(location.search).get("token");
if (given !== null) {
  history.replaceState(null, "", document.querySelector("form").getAttribute("action"));
  document.querySelector("input").value = given;
  document.querySelector("form").submit();
}
"""
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; script-src 'sha256-{_SCRIPT_HASH}'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in - photos-graph</title><link rel="icon" href="data:,">
<style>{style}</style>
<h1>photos-graph</h1>
{problem}
<form method="post" action="{action}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>
<p>The service printed the token when it was started for the first time. The token is stored in the file
<code>secrets.json</code> in the data directory, unless <code>PHOTOS_TOKEN</code> sets one.</p>
<script>{script}</script>
</html>
"""


_WAITING = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>photos-graph</title><link rel="icon" href="data:,">
<style>{style}</style>
<h1>photos-graph</h1>
<p role="status">{message}</p>
</html>
"""
_PROBLEM = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Problem - photos-graph</title><link rel="icon" href="data:,">
<style>{style}</style>
<h1>photos-graph</h1>
<p class="problem" role="alert">{message}</p>
<p><a href="/">All photos</a></p>
</html>
"""


def session_cookie(encrypted: bool) -> str:
    """Returns the name of the cookie. Over HTTPS, browsers accept that name only from this very host."""
    return "__Host-photos_session" if encrypted else "photos_session"


def login_page(
    status: int = 200, message: str = "", headers: Mapping[str, str] | None = None, following: str = ""
) -> Response:
    """``following``: the path that is opened after signing in, or "" for the first page."""
    shown = f'<p class="problem" role="alert">{escape(message)}</p>' if message else ""
    # Without a referrer, browsers would not state the origin of the form either.
    more = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"}
    more |= headers or {}
    if status == 401:
        more["WWW-Authenticate"] = "Bearer"
    action = escape(login_address(following) if following else "/login")
    return HTMLResponse(_PAGE.format(style=_STYLE, script=_SCRIPT, problem=shown, action=action), status, more)


def waiting_page(message: str) -> Response:
    """Returns a page that says why there is none yet, and that asks again by itself."""
    headers = {
        "Cache-Control": "no-store", "Content-Security-Policy": _POLICY, "Refresh": str(REFRESH_SECONDS),
        "Retry-After": str(REFRESH_SECONDS),
    }  # fmt: skip
    return HTMLResponse(_WAITING.format(style=_STYLE, message=escape(message)), 503, headers)


def problem_page(status: int, message: str) -> Response:
    """Returns a page that says what is wrong to somebody who is not known."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return HTMLResponse(_PROBLEM.format(style=_STYLE, message=escape(message)), status, headers)


def login_address(following: str) -> str:
    """Returns the address of the sign-in page that leads on to a path of this service."""
    return f"/login?next={quote(following)}"


def login_routes(access: Access, settings: WebSettings) -> list[Route]:
    async def login(request: Request) -> Response:
        """Raises Forbidden for a form of another site, and Unavailable while the service starts."""
        following = _own_path(request.query_params.get("next", ""))
        if request.method != "POST":
            return login_page(following=following)
        _check_site(request.headers)
        try:
            value = await access.open_session(await _token(request), address_of(request), device_of(request))
        except TooManyAttempts as error:
            return login_page(429, error.public_message, {"Retry-After": str(error.retry_after)}, following)
        except Unauthenticated as error:
            return login_page(401, error.public_message, following=following)
        response = RedirectResponse(following or "/", status_code=303, headers={"Cache-Control": "no-store"})
        encrypted = is_secure(request, settings)
        response.set_cookie(
            session_cookie(encrypted),
            value,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=encrypted,
        )
        return response

    async def logout(request: Request) -> Response:
        """Raises Forbidden for a request of another site."""
        _check_site(request.headers)
        encrypted = is_secure(request, settings)
        await access.end_session(request.cookies.get(session_cookie(encrypted), ""))
        response = RedirectResponse("/login", status_code=303, headers={"Cache-Control": "no-store"})
        response.delete_cookie(session_cookie(encrypted), secure=encrypted, httponly=True, samesite="strict")
        return response

    return [Route("/login", login, methods=["GET", "POST"]), Route(LOGOUT, logout, methods=["POST"])]


def _own_path(given: str) -> str:
    """Returns a path of this service, with its query, or "" for everything else. Browsers take a backslash for a slash,
    and leave out control characters, so that "/\\example.org" would lead elsewhere."""
    is_own = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if is_own and not given.startswith(("/login", LOGOUT)) else ""


def from_here(headers: Headers) -> bool:
    """Returns whether one of our pages made the request, by Sec-Fetch-Site and Origin. A client that sends neither
    header is not a browser and should use a token."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site is not None
    # Only host and port are compared, because the browser's scheme is unknown behind a proxy that terminates TLS.
    try:
        return bool(origin) and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


def _check_site(headers: Headers) -> None:
    """Raises Forbidden if a page of another site sent a form. A client that is not a browser may sign in."""
    is_browser = headers.get("sec-fetch-site") is not None or headers.get("origin") is not None
    if is_browser and not from_here(headers):
        raise Forbidden("This form comes from another site. Open the sign-in page of this service.")


async def _token(request: Request) -> str:
    """Returns the token of the form, or "" if there is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()
