"""The pages that the service has itself, and what all of them have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from photos_graph.access.roles import Viewer, require
from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
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
    """``answer`` answers the documents of the pages. What fails raises PhotosGraphError."""
    headers = page_headers(settings.public_url)

    def route(page: SitePage) -> Route:
        async def show(request: Request) -> Response:
            visit = Visit(request, answer)
            require(visit.viewer, page.role)
            values = {**header_values(visit.viewer, page), **await page.show(visit)}
            return HTMLResponse(rendered(page.template, values), headers=headers)

        return Route(page.path, show)

    return [*map(route, PAGES), asset_route()]


def header_values(viewer: Viewer, page: SitePage | None = None) -> Mapping[str, Any]:
    """Returns what the header of a page needs. ``text`` stands in the search box."""
    links = [each for each in PAGES if each.label and viewer.may(each.role)]
    return {"viewer": viewer, "may_edit": viewer.may(Role.EDITOR), "links": links, "page": page, "text": ""}


def page_headers(public_url: str | None = None) -> Mapping[str, str]:
    """Returns headers that let a page load only what this service serves. Pictures may have its public address."""
    outside = urlsplit(public_url or "")
    pictures = f" {outside.scheme}://{outside.netloc}" if outside.netloc else ""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{pictures}; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # Without a referrer, browsers would not state the origin of the form that signs out.
    return {"Cache-Control": "no-store", "Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
