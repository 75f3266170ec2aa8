"""The style and the scripts of the pages, whose addresses change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parents[1] / "static" / "pages"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}


def asset_route() -> Route:
    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in asset_names() or request.path_params["version"] != _version():
            raise HTTPException(404, "There is no such file.")
        path = FOLDER / name
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=headers)

    return Route("/static/pages/{version}/{name}", asset)


def asset_address(name: str) -> str:
    """Returns the address of a file. Scripts import one another by addresses relative to theirs."""
    return f"/static/pages/{_version()}/{name}"


@cache
def asset_names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES)


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name in sorted(asset_names()):
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:16]
