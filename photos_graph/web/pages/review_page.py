"""The page of what a person can tell the models: questions, one after the other, and sheets of a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from photos_graph.errors import Conflict, PhotosGraphError, Unavailable
from photos_graph.model.access import Role
from photos_graph.web.pages.visits import SitePage, Visit

FIRST = 12  # questions that come with the page; a script asks for the others
KINDS = ("TAGS", "PERSONS")


async def _show(visit: Visit) -> Mapping[str, Any]:
    """Raises NotFound if the address names a tag that is not there."""
    sheet, kind = visit.given("sheet"), visit.given("kind")
    tag = sheet or visit.given("tag")
    chosen = kind if kind in KINDS else None
    asked = await visit.ask("review", kind=chosen, tag=tag or None, first=FIRST, asking=not sheet)
    promises = await _promises(visit, asked["models"])
    [name] = [each["label"] for each in promises if each["tag"] and each["tag"]["id"] == tag][:1] or [""]
    values = {"kind": chosen, "tag": tag, "name": name, "promises": promises, "owner": visit.is_owner}
    if sheet:
        return {**values, "title": "Sheet", "queue": None, **await _sheet(visit, tag)}
    return {**values, "title": "Review", "queue": asked["reviewQueue"], "sheet": None, "problem": None}


async def _promises(visit: Visit, models: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Returns the tags that the active model knows, the least certain first: those need a person most."""
    for model in models:
        if model["kind"] == "TAGS" and model["state"] == "ACTIVE":
            found = (await visit.ask("promises", model=model["id"]))["node"]["perLabel"]
            return sorted(found, key=lambda each: (each["trust"] == "PROVEN", each["label"].casefold()))
    return ()


async def _sheet(visit: Visit, tag: str) -> Mapping[str, Any]:
    """Returns the sheet of a tag, or why there is none now."""
    try:
        return {"sheet": (await visit.ask("sheets", tag=tag))["tagSheet"], "problem": None}
    except PhotosGraphError as error:
        if not isinstance(error, Conflict | Unavailable):
            raise
        return {"sheet": None, "problem": error.public_message}


REVIEW = SitePage("/review", "review.html", _show, label="Review", role=Role.EDITOR)
