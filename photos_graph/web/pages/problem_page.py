"""What a browser shows in place of an error: a page that says what happened, and where to go from there. Programs get
the error as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, quote

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from photos_graph.access.roles import Viewer
from photos_graph.errors import PhotosGraphError, Unavailable
from photos_graph.logs import request_id
from photos_graph.model.access import Role
from photos_graph.web.answers import MASK, error_answer, status_of
from photos_graph.web.login import login_address, problem_page, waiting_page
from photos_graph.web.negotiation import displays_pages
from photos_graph.web.pages.page_routes import header_values, page_headers
from photos_graph.web.pages.rendering import rendered

HEADINGS: Mapping[int, str] = {401: "Sign in first", 403: "This is not for you", 404: "There is nothing here"}
OTHERWISE = "That did not work"
NO_PAGE = "No page has this address. It may be mistyped."
NOT_SHOWN = "This address shows nothing, because programs and forms use it."


def error_response(scope: Scope, error: PhotosGraphError, headers: Mapping[str, str] | None = None) -> Response:
    """Answers a request with an error. ``headers`` are added to what JSON has."""
    plain = error_answer(error, headers)
    if not displays_pages(scope):
        return plain
    if isinstance(error, Unavailable):
        page: Response = waiting_page(error.public_message)
    else:
        page = _page(scope, status_of(error), error.public_message)
    for name, value in plain.headers.items():
        page.headers.setdefault(name, value)
    return page


def masked_response(scope: Scope) -> Response:
    """Answers a request with an unforeseen error, whose own message may reveal too much."""
    return error_response(scope, PhotosGraphError(MASK))


def status_page(scope: Scope, status: int, headers: Mapping[str, str] | None) -> Response:
    """Returns the page of a request that no route answers. ``headers`` are added."""
    said = {HTTPStatus.NOT_FOUND: NO_PAGE, HTTPStatus.METHOD_NOT_ALLOWED: NOT_SHOWN}
    page = _page(scope, status, said.get(HTTPStatus(status), OTHERWISE))
    page.headers.update(headers or {})
    return page


def _page(scope: Scope, status: int, message: str) -> Response:
    viewer: Viewer | None = scope.get("state", {}).get("viewer")
    if viewer is None:  # the styles of the other pages are for those who have signed in
        return problem_page(status, message)
    asked = parse_qs(scope["query_string"].decode("ascii", "replace"))
    failed = status == HTTPStatus.INTERNAL_SERVER_ERROR
    values = {
        "title": "Problem",
        "heading": HEADINGS.get(status, OTHERWISE),
        "problem": message,
        "text": asked.get("q", [""])[0].strip(),
        "request": request_id() if failed else None,
        "ways": _ways(scope, status, viewer),
    }
    html = rendered("problem.html", {**header_values(viewer), **values})
    return HTMLResponse(html, status, {**page_headers(), "Vary": "Accept"})


def _ways(scope: Scope, status: int, viewer: Viewer) -> list[tuple[str, str]]:
    """Returns where to go from a problem, as words and addresses."""
    query = scope["query_string"].decode("ascii", "replace")
    here = f"/{quote(scope['path'].lstrip('/'))}" + (f"?{query}" if query else "")  # two slashes would lead elsewhere
    ways = [("All photos", "/")]
    if status == HTTPStatus.NOT_FOUND:
        ways.append(("All folders", "/folders"))
    elif status == HTTPStatus.FORBIDDEN:
        ways.append(("Sign in with another token", login_address(here)))
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        ways.insert(0, ("Try again", here))
        if viewer.may(Role.EDITOR):
            ways.append(("What the service does", "/system"))
    return ways
