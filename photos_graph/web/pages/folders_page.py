"""The page of folders: the tree, what each folder has in it, and the tags that it gives to its photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photos_graph.errors import NotFound
from photos_graph.web.pages.search_texts import naming
from photos_graph.web.pages.visits import SitePage, Visit

BELOW = 60  # folders in one page
PHOTOS = 48


async def _show(visit: Visit) -> Mapping[str, Any]:
    """Raises NotFound if there is no such folder."""
    path = visit.request.query_params.get("path", "")  # names may begin or end with spaces
    asked = await visit.ask("folders", path=path, first=BELOW, after=visit.given("after") or None, photos=PHOTOS)
    folder = asked["folder"]
    if path and folder is None:
        raise NotFound("There is no such folder. It may have been renamed or removed.")
    return {
        "title": folder["name"] if folder else "Folders",
        "roots": asked["library"]["roots"],
        "folder": folder,
        "below": [edge["node"] for edge in folder["folders"]["edges"]] if folder else [],
        "photos": [edge["node"] for edge in folder["photos"]["edges"]] if folder else [],
        "finding": naming("in", folder["path"]) if folder else "",
    }


FOLDERS = SitePage("/folders", "folders.html", _show, label="Folders")
