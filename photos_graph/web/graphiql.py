"""Serves GraphiQL at ``GET /graphql``. This service also serves its assets, whose addresses change with their
content."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from photos_graph.web.negotiation import wants_html

FOLDER = Path(__file__).parent / "static" / "graphiql"
EXAMPLES = Path(__file__).parent / "static" / "examples"
IDS = Path(__file__).parent / "static" / "examples-ids.graphql"
ASSETS = {"graphiql.js": "text/javascript", "graphiql.css": "text/css", "LICENSES.txt": "text/plain"}

# Inline styles are allowed, because CodeMirror and the menus of GraphiQL add style elements and attributes.
# Everything else comes from this service, and no script is inline or made from text.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>photos-graph</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/graphiql/{version}/graphiql.css">
<body><div id="graphiql"></div><aside id="pictures" aria-label="Pictures of the answer" hidden></aside>
<script id="page" type="application/json">{page}</script>
<script src="/static/graphiql/{version}/graphiql.js"></script>
</body></html>
"""


class _PageRoute(Route):
    """A route for browsers that display a page; programs get the GraphQL route of the same address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if wants_html(scope) else (Match.NONE, {})


def graphiql_routes() -> list[Route]:
    async def page(request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY, "Vary": "Accept"}
        return HTMLResponse(_page(), headers=headers)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS or request.path_params["version"] != _version():
            raise HTTPException(404, "There is no such file.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(FOLDER / name, media_type=ASSETS[name], headers=headers)

    return [_PageRoute("/graphql", page), Route("/static/graphiql/{version}/{name}", asset)]


@cache
def examples() -> tuple[str, ...]:
    """Returns the documents that the first visit shows, one for each tab, in the order of their file names."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.graphql")))


@cache
def ids() -> str:
    """Returns the document that finds an object of the library for each variable of the examples, by its name."""
    return IDS.read_text(encoding="utf-8")


@cache
def _page() -> str:
    data = json.dumps({"tabs": examples(), "ids": ids()}).replace(
        "<", "\\u003c"
    )  # so that no text can end the script element
    return _PAGE.format(version=_version(), page=data)


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name in sorted(ASSETS):
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:16]
