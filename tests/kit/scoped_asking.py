"""Viewers of some photos, how they ask, and what is hidden from them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from graphql import GraphQLSchema

from photos_graph.access.credentials import Access
from photos_graph.bootstrap import Services
from photos_graph.model.access import Role
from photos_graph.model.labels import Certainty
from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter
from photos_graph.settings import WebSettings
from resolvers import ids
from resolvers.context import Context
from resolvers.loaders import Loaders
from resolvers.schema import build_schema
from tests.kit.access import KEYS, MemoryStore
from tests.kit.crawling import objects, values
from tests.kit.everything import furnish
from tests.kit.planted import photo_id

LIMITS = WebSettings(max_depth=100, max_aliases=1000, max_tokens=10**6, max_cost=10**15, timeout_seconds=600)
SCHEMA = build_schema(LIMITS)
CORE: GraphQLSchema = SCHEMA._schema
HASHES = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}){1,2}(?![0-9a-f])")  # ids of photos, and hashes of pictures
NAMED_TRIP = "Honeymoon"

Ask = Callable[..., Awaitable[dict[str, Any]]]


def confirmed(**fields: Any) -> PhotoFilter:
    return PhotoFilter(**fields, certainty=Certainty.CONFIRMED)


def named(name: str) -> TermFilter:
    return TermFilter(any=(Ref(name=name),))


SCOPES: dict[str, tuple[PhotoFilter, Iterable[int]]] = {
    "a tag": (confirmed(tags=named("Places/Abruzzo")), range(12)),
    "an album": (confirmed(albums=named("Favourites")), [*range(0, 48, 7), 43]),  # with the other one of a stack
    "a folder": (confirmed(folder=FolderFilter(path="Pictures/Italy/2020 Rome")), range(12, 24)),
    "a person": (confirmed(persons=named("Cleo")), range(16, 30)),
}
OF_PHOTOS = """{ photos(first: 100, stacks: EXPANDED) { nodes {
  id name takenAt files { folder { id name ancestors { id name } } } tags { tag { id name ancestors { id name } } }
  persons { id name } places { id name parent { id name parent { id name } } } albums { id name } faces { id }
  stack { id photos { id } }
} } }"""
EVERYTHING = """{ folders(first: 100) { nodes { id name } } tags(first: 100) { nodes { id name } }
  persons(first: 100, includeHidden: true) { nodes { id name } } albums(first: 100) { nodes { id name isSmart
  photos(first: 100, stacks: EXPANDED) { nodes { id } } } } faces(first: 500) { nodes { id } }
  a: places(kind: COUNTRY, first: 100) { nodes { id name } } b: places(kind: REGION, first: 100) { nodes { id name } }
  c: places(kind: CITY, first: 100) { nodes { id name } } faceClusters(minSize: 1, first: 100) { nodes { id
  faces(first: 500) { nodes { id } } } }
  trips(first: 100) { nodes { id name photos(first: 100) { nodes { id } } } }
  changes(first: 100) { nodes { id } } jobs(first: 100) { nodes { id } } reviewQueue(first: 100) { nodes { id } }
  library { roots { id } replacements { nodes { old { id } } } } accessTokens { id } }"""


@dataclass(frozen=True)
class Known:
    """What the owner sees, and what of it has to do with the photos of a scope."""

    photos: set[str]
    others: set[str]  # photos
    shown: set[str]  # ids of objects
    hidden: set[str]
    hidden_names: set[str]
    hidden_days: set[str]
    harmless: set[str] = field(default_factory=set)  # values that were looked at already


async def asking(services: Services, access: Access, role: Role, filter: PhotoFilter | None = None) -> Ask:
    scope = services.scope(filter) if filter is not None else None
    _, secret = await access.create_token(uuid4().hex, role, scope=scope)
    viewer = access.viewer_of_token(secret, "")

    async def ask(document: str, **variables: Any) -> dict[str, Any]:
        context = Context(access, viewer, services, Loaders(services), viewer_originals=True, nodes_left=10**12)
        answer = await SCHEMA.execute(document, variable_values=variables, context_value=context)
        return {"data": answer.data, "errors": [error.formatted for error in answer.errors or ()]}

    return ask


async def known_of(owner: Ask, numbers: Iterable[int]) -> Known:
    answers = [await owner(each) for each in (OF_PHOTOS, EVERYTHING)]
    assert [each["errors"] for each in answers] == [[], []]
    photos, everything = (each["data"] for each in answers)
    inside = {ids.encode("Photo", photo_id(number)) for number in numbers}
    nodes = photos["photos"]["nodes"]
    of_scope = [node for node in nodes if node["id"] in inside]
    others = [node for node in nodes if node["id"] not in inside]
    shown, names = set(inside), {node["name"] for node in of_scope}
    for node in of_scope:
        stack = node.pop("stack")
        if stack is not None and len({each["id"] for each in stack["photos"]} & inside) > 1:
            shown.add(stack["id"])
        for each in objects(node):
            shown.add(each["id"])
            names.add(each.get("name", ""))
    for kind in ("albums", "trips"):
        for node in everything[kind]["nodes"]:
            held = {each["id"] for each in node["photos"]["nodes"]}
            if held & inside and (node["name"] != NAMED_TRIP or held <= inside):
                names.add(node["name"])
            if held & inside:
                shown.add(node["id"])
    for node in everything["faceClusters"]["nodes"]:
        if len({each["id"] for each in node["faces"]["nodes"]} & shown) > 1:
            shown.add(node["id"])
    all_objects = [*objects(nodes), *objects(everything)]
    days = [{str(node["takenAt"])[:10] for node in those} for those in (of_scope, others)]
    return Known(
        photos={ids.decode("Photo", id_) for id_ in inside & {node["id"] for node in nodes}},
        others={ids.decode("Photo", node["id"]) for node in others},
        shown=shown,
        hidden={each["id"] for each in all_objects} - shown,
        hidden_names={each["name"] for each in all_objects if "name" in each} - names,
        hidden_days=days[1] - days[0],
    )


def leaks(answer: Any, known: Known) -> list[str]:
    """Returns the values of an answer that tell of what is hidden."""
    found = []
    names = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, sorted(known.hidden_names))) + r")(?!\w)")
    for value in set(values(answer)) - known.harmless:
        hashes = {each[:32] for each in HASHES.findall(value)}
        if value in known.hidden or hashes & known.others or any(day in value for day in known.hidden_days):
            found.append(value)
        elif told := names.search(value):
            found.append(f"{told[0]} in {value}")
        else:
            known.harmless.add(value)
    return found


class Askers:
    """Who asks a furnished library."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._access = Access(KEYS, {}, MemoryStore())

    @classmethod
    async def of(cls, services: Services) -> Askers:
        """Furnishes the library of these services."""
        await furnish(services)
        await services.trips.rename("rome", NAMED_TRIP, by="anna")
        return cls(services)

    async def owner(self) -> Ask:
        return await asking(self._services, self._access, Role.OWNER)

    async def viewer(self, scope: str | None = None) -> Ask:
        """``scope``: one of ``SCOPES``, or None for somebody who sees everything."""
        filter = SCOPES[scope][0] if scope is not None else None
        return await asking(self._services, self._access, Role.VIEWER, filter)
