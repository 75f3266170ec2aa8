"""The page of people: groups of faces that wait for a name, and the persons who have one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photos_graph.web.pages.search_texts import naming
from photos_graph.web.pages.visits import SitePage, Visit

GROUPS = 10
PERSONS = 100
LEAST = 3  # faces in a group that is worth a name


async def _show(visit: Visit) -> Mapping[str, Any]:
    hidden, name = bool(visit.given("hidden")), visit.given("name")
    waiting: Mapping[str, Any] | None = None
    if visit.may_edit and not name:
        groups = await visit.ask("naming", minSize=LEAST, first=GROUPS, after=visit.given("groups") or None)
        waiting = groups["faceClusters"]
    asked = await visit.ask(
        "people", first=PERSONS, after=visit.given("after") or None, includeHidden=hidden, text=name or None
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


PEOPLE = SitePage("/people", "people.html", _show, label="People")
