"""The page of one photo, large, with all that is known about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from photos_graph.errors import NotFound
from photos_graph.web.pages.rendering import search_address
from photos_graph.web.pages.visits import SitePage, Visit


async def _show(visit: Visit) -> Mapping[str, Any]:
    """Raises NotFound if there is no such photo."""
    id_, text = visit.request.path_params["id"], visit.given("q")
    filter_ = None
    if text:
        found = (await visit.ask("search", text=text, suggesting=False, first=1))["search"]
        filter_ = json.loads(found["filter"]) if found["filter"] else None
    asked = await visit.ask("detail", photo=id_, filter=filter_, editing=visit.may_edit)
    photo = asked["photo"]
    if photo is None:
        raise NotFound("There is no such photo. It may have been removed.")
    before, after = _neighbours(id_, asked["around"]["nodes"])
    at = visit.given("at")
    place = int(at) if at.isascii() and at.isdecimal() and len(at) < 10 else None
    return {
        "title": photo["title"] or photo["name"],
        "text": text,
        "photo": photo,
        "reasons": [match for edge in asked["why"]["edges"] for match in edge["matches"]],
        "before": before and {**before, "address": _address(before, text, place, -1)},
        "after": after and {**after, "address": _address(after, text, place, 1)},
        "grid": search_address(text) + ("" if place is None else f"#at={place}"),
    }


def _neighbours(id_: str, nodes: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    places = [place for place, node in enumerate(nodes) if node["id"] == id_]
    if not places:  # the filter does not match the photo
        return None, None
    [place] = places
    return nodes[place - 1] if place else None, nodes[place + 1] if place + 1 < len(nodes) else None


def _address(photo: Mapping[str, Any], text: str, place: int | None, step: int) -> str:
    given = {"q": text} if text else {}
    if place is not None:
        given["at"] = str(max(place + step, 0))
    return f"/photo/{photo['id']}" + (f"?{urlencode(given)}" if given else "")


PHOTO = SitePage("/photo/{id}", "photo.html", _show)
