"""The page of people: groups of faces that wait for a name, and the persons who have one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from photos_graph.web.pages.search_texts import naming
from photos_graph.web.pages.visits import SitePage, Visit

GROUPS = 6  # those that are named next; a script gets the others
PERSONS = 48
LEAST = 3  # faces in a group that is worth a name


async def _show(visit: Visit) -> Mapping[str, Any]:
    hidden, name = bool(visit.given("hidden")), visit.given("name")
    asked, waiting = await asyncio.gather(
        visit.ask(
            "people",
            first=PERSONS,
            after=visit.given("after") or None,
            includeHidden=hidden,
            text=name or None,
            counting=False,
        ),
        _waiting(visit, name),
    )
    persons = [edge["node"] for edge in asked["persons"]["edges"]]
    return {
        "title": "People",
        "waiting": waiting,
        "persons": [{**person, "finding": naming("person", person["name"])} for person in persons],
        "found": asked["persons"],
        "hidden": hidden,
        "name": name,
        "me": next((person for person in persons if person["isMe"]), None),
    }


async def _waiting(visit: Visit, name: str) -> Mapping[str, Any] | None:
    """Returns the groups that wait for a name, if this viewer may give one and looks for nobody."""
    if not visit.may_edit or name:
        return None
    asked = await visit.ask("naming", minSize=LEAST, first=GROUPS, after=visit.given("groups") or None)
    groups: Mapping[str, Any] = asked["faceClusters"]
    return groups


PEOPLE = SitePage("/people", "people.html", _show, label="People")
