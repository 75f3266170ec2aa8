"""The pages that the service has itself, and what all of them have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from photos_graph.access.roles import require
from photos_graph.errors import PhotosGraphError, Unavailable
from photos_graph.settings import WebSettings
from photos_graph.web.answers import status_of
from photos_graph.web.login import waiting_page
from photos_graph.web.pages.folders_page import FOLDERS
from photos_graph.web.pages.grid_page import GRID
from photos_graph.web.pages.page_assets import asset_route
from photos_graph.web.pages.people_page import PEOPLE
from photos_graph.web.pages.photo_page import PHOTO
from photos_graph.web.pages.rendering import rendered
from photos_graph.web.pages.review_page import REVIEW
from photos_graph.web.pages.system_page import SYSTEM
from photos_graph.web.pages.visits import Answer, SitePage, Visit

PAGES = (GRID, PHOTO, FOLDERS, PEOPLE, REVIEW, SYSTEM)  # those with a label stand in the header, in this order


def page_routes(answer: Answer, settings: WebSettings) -> list[Route]:
    """``answer`` answers the documents of the pages."""
    headers = _headers(settings.public_url)

    def route(page: SitePage) -> Route:
        async def show(request: Request) -> Response:
            visit, status, template = Visit(request, answer), 200, page.template
            try:
                require(visit.viewer, page.role)
                values = await page.show(visit)
            except Unavailable as error:
                return waiting_page(error.public_message)
            except PhotosGraphError as error:
                status, template = status_of(error), "problem.html"
                values = {"title": "Problem", "text": visit.given("q"), "problem": error.public_message}
            html = rendered(template, {**_common(visit, page), **values})
            return HTMLResponse(html, status, headers)

        return Route(page.path, show)

    return [*map(route, PAGES), asset_route()]


def _common(visit: Visit, page: SitePage) -> Mapping[str, Any]:
    """Returns what the header needs. ``text`` stands in the search box."""
    links = [each for each in PAGES if each.label and visit.viewer.may(each.role)]
    return {"viewer": visit.viewer, "may_edit": visit.may_edit, "links": links, "page": page, "text": ""}


def _headers(public_url: str | None) -> Mapping[str, str]:
    """Returns headers that let a page load only what this service serves. Pictures may have its public address."""
    outside = urlsplit(public_url or "")
    pictures = f" {outside.scheme}://{outside.netloc}" if outside.netloc else ""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{pictures}; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # Without a referrer, browsers would not state the origin of the form that signs out.
    return {"Cache-Control": "no-store", "Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
