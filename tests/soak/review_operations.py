"""What a lane answers in the review queue, and when models are trained."""

from __future__ import annotations

from typing import Any

import httpx

from tests.soak.lanes import Lane, Operation
from tests.soak.photo_operations import EXCLUDED, TAGGED
from tests.soak.truth import SCHEDULE_LANES, State

SHARE = 0.08  # of the operations that are answers
QUEUE = """{ reviewQueue(first: 60) { nodes { id photo { name } tag { name } face { id } person { name } } } }"""
ITEMS = 3  # at most in one answer


async def answer(lane: Lane, http: httpx.AsyncClient) -> Operation | None:
    """Answers questions about the photos of the lane, or sets a schedule if there are none."""
    try:
        found = (await http.post("/graphql", json={"query": QUEUE})).json()
    except (httpx.TransportError, ValueError):
        return None
    if not found.get("data"):
        return None
    items = [each for each in found["data"]["reviewQueue"]["nodes"] if each["photo"]["name"].startswith(lane.name)]
    kinds = {each["person"] is None for each in items}
    if not items or lane.random.random() < 0.1:
        return set_schedule(lane)
    about_tags = lane.random.choice(sorted(kinds))
    chosen = [each for each in items if (each["person"] is None) == about_tags]
    chosen = lane.random.sample(chosen, min(len(chosen), lane.random.randint(1, ITEMS)))
    mutation = lane.random.choice(("confirm", "reject", "skip"))
    changes = {} if mutation == "skip" else _changes(lane, chosen, yes=mutation == "confirm")
    if changes is None:
        return None
    document = f"mutation($i: [ID!]!) {{ r: {mutation}(items: $i) {{ change }} }}"
    return Operation(document, {"i": [each["id"] for each in chosen]}, changes)


def _changes(lane: Lane, items: list[dict[str, Any]], *, yes: bool) -> State | None:
    """Returns what the answers change, or None if that is not clear."""
    changes: State = {}
    slots = {face.id: place for place, face in lane.faces.items()}
    for each in items:
        photo = each["photo"]["name"].removesuffix(".jpg")
        if each["person"] is None:
            changes["tag", photo, _handle(each["tag"])] = TAGGED if yes else EXCLUDED
            continue
        place, person = slots.get(each["face"]["id"]), _handle(each["person"])
        if place is None or ("named", *place) in changes:
            return None
        never = ("never", *place, person)
        if yes:
            changes["named", *place] = (person,)
            changes |= {never: None} if never in lane.known else {}
        else:
            changes[never] = True
            if lane.known.get(("named", *place)) == (person,):  # the model doubts what the lane said
                changes["named", *place] = None
    return changes


def _handle(label: dict[str, Any]) -> str:
    return str(label["name"]).partition(".")[0]


def set_schedule(lane: Lane) -> Operation | None:
    """Sets when models are trained, at a time that does not come."""
    kind = next((kind for kind, owner in SCHEDULE_LANES.items() if owner == lane.name), None)
    if kind is None:
        return None
    cron = f"{lane.random.randint(0, 59)} 0 29 2 *"
    document = "mutation($k: ModelKind!, $c: String) { r: setSchedule(kind: $k, cron: $c) }"
    return Operation(document, {"k": kind, "c": cron}, {("schedule", lane.name, kind): cron})
