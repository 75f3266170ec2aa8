"""Tokens that show only some of the photos tell nothing of the others, whatever is asked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, GraphQLSchema

import resolvers
from photos_graph.access.credentials import Access
from photos_graph.bootstrap import Services
from photos_graph.facade import MOST_SCOPES
from photos_graph.model.access import Role
from photos_graph.model.labels import Certainty
from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, IntRange, PhotoFilter, TermFilter
from photos_graph.settings import Settings, WebSettings
from resolvers import ids
from resolvers.context import Context
from resolvers.loaders import Loaders
from resolvers.schema import build_schema
from resolvers.scoped_fields import BEYOND, KEPT
from tests.kit.access import KEYS, MemoryStore
from tests.kit.crawling import objects, selection, values
from tests.kit.everything import furnish
from tests.kit.planted import photo_id

pytestmark = pytest.mark.anyio

LIMITS = WebSettings(max_depth=100, max_aliases=1000, max_tokens=10**6, max_cost=10**15, timeout_seconds=600)
SCHEMA = build_schema(LIMITS)
CORE: GraphQLSchema = SCHEMA._schema
ALL_FIELDS = {
    name: tuple(type_.fields) for name, type_ in CORE.type_map.items() if isinstance(type_, GraphQLObjectType)
}
LEFT_OUT = {name: [f for f in fields if f not in KEPT.get(name, ())] for name, fields in ALL_FIELDS.items()}
AGAIN = {"PhotoChange": ["query"], "Query": ["query", "node", "nodes"], "Suggestion": ["node"]}
WITHOUT = {name: [*fields, *AGAIN.get(name, ())] for name, fields in LEFT_OUT.items()}
WORDS = [
    *("anna", "ben", "cleo", "abruzzo", "rome", "pescara", "berlin", "france", "tuscany", "sea", "sky", "mountains"),
    *("holiday", "home", "italy", "favourites", "seaside", "canon", "family", "jpg", "2019", "2020", "2021"),
    *("seaa", "mountain", "berlim"),
]
HASHES = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}){1,2}(?![0-9a-f])")  # ids of photos, and hashes of pictures
NAMED_TRIP = "Honeymoon"
WORLD = "bounds: {north: 90, south: -90, east: 180, west: -180}"

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
  c: places(kind: CITY, first: 100) { nodes { id name } } faceClusters(first: 100) { nodes { id } }
  trips(first: 100) { nodes { id name photos(first: 100) { nodes { id } } } }
  changes(first: 100) { nodes { id } } jobs(first: 100) { nodes { id } } reviewQueue(first: 100) { nodes { id } }
  library { roots { id } replacements { nodes { old { id } } } } accessTokens { id } }"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


@dataclass(frozen=True)
class Known:
    """What the owner sees, and what of it has to do with the photos of a scope."""

    photos: set[str]
    others: set[str]  # photos
    shown: set[str]  # ids of objects
    hidden: set[str]
    hidden_names: set[str]
    hidden_days: set[str]


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
    for value in values(answer):
        hashes = {each[:32] for each in HASHES.findall(value)}
        if value in known.hidden or hashes & known.others or any(day in value for day in known.hidden_days):
            found.append(value)
        elif told := names.search(value):
            found.append(f"{told[0]} in {value}")
    return found


def questions() -> Iterator[str]:
    """Yields questions that together ask for everything that a viewer of some photos may ask for."""

    def enum(name: str) -> Iterable[str]:
        return CORE.type_map[name].values  # type: ignore[attr-defined,no-any-return]

    def below(field: str, arguments: str = "", depth: int = 3) -> str:
        given = f"({arguments})" if arguments else ""
        named_type = CORE.query_type.fields[field].type  # type: ignore[union-attr]
        type_name = re.sub(r"[\[\]!]", "", str(named_type))
        return f"{{ {field}{given} {selection(CORE, type_name, depth, WITHOUT)} }}"

    for field in ("library", "viewer", "photos", "trips", "places"):
        yield below(field, "first: 100" if field not in ("library", "viewer") else "")
    for order in enum("PhotoOrder"):
        if order != "ALBUM":
            yield below("photos", f"first: 100, stacks: EXPANDED, orderBy: {order}", 1)
    for field, orders in (("tags", "TagOrder"), ("folders", "FolderOrder"), ("albums", "AlbumOrder")):
        for order in enum(orders):
            yield below(field, f"first: 100, orderBy: {order}", 2)
    for order in enum("PersonOrder"):
        yield below("persons", f"first: 100, includeHidden: true, orderBy: {order}", 2)
    for order in ("TAKEN_ASC", "TAKEN_DESC"):
        yield below("timeline", f"by: DAY, stacks: EXPANDED, orderBy: {order}", 2)
    for zoom in (0, 5, 15):
        yield below("geo", f"{WORLD}, zoom: {zoom}, stacks: EXPANDED", 2)
    for kind in enum("PlaceKind"):
        yield below("places", f"first: 100, kind: {kind}", 2)
    for kind in enum("SimilarKind"):
        yield below("similarGroups", f"first: 100, kind: {kind}")
    for word in WORDS:
        yield below("search", f'text: "{word}", first: 100', 2)
        yield below("search", f'text: "{word} nonsense not in 1999"', 2)
        yield below("suggest", f'text: "{word[:3]}", first: 100', 1)
        yield below("explainFilter", f'filter: {{text: "{word}"}}', 2)


async def owner_and_viewer(services: Services, scope: str) -> tuple[Ask, Ask, Iterable[int]]:
    """Furnishes the library, and returns how its owner and a viewer of that scope ask, and the photos of the scope."""
    await furnish(services)
    await services.trips.rename("rome", NAMED_TRIP, by="anna")
    access = Access(KEYS, {}, MemoryStore())
    filter, numbers = SCOPES[scope]
    return await asking(services, access, Role.OWNER), await asking(services, access, Role.VIEWER, filter), numbers


@pytest.mark.parametrize("scope", SCOPES)
async def test_nothing_is_told_of_what_a_token_does_not_show(services: Services, scope: str) -> None:
    owner, viewer, numbers = await owner_and_viewer(services, scope)
    known = await known_of(owner, numbers)
    assert known.photos and known.others and len(known.hidden_names) > 10
    met: dict[str, set[str]] = {}
    for question in questions():
        answer = await viewer(question)
        assert answer["errors"] == [], (question[:200], answer["errors"][:3])
        assert not (told := leaks(answer["data"], known)), (question[:200], sorted(set(told))[:9])
        for each in objects(answer["data"]):
            met.setdefault(ids.parse(each["id"])[0], set()).add(each["id"])
    assert met["Photo"] == {ids.encode("Photo", each) for each in known.photos}
    assert set(met) >= {"Photo", "Folder", "Tag", "Person", "Place", "Face", "Trip", "Album", "Suggestion"}
    of_kinds = {kind: each for kind, each in met.items() if kind != "Suggestion"}
    assert set().union(*of_kinds.values()) - {*met.get("SimilarGroup", ())} <= known.shown
    for kind, found in met.items():
        inner = selection(CORE, kind, 3, WITHOUT)
        answer = await viewer(f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {inner} }} }}", ids=[*found])
        assert answer["errors"] == [] and None not in answer["data"]["nodes"], kind
        assert not (told := leaks(answer["data"], known)), (kind, sorted(set(told))[:9])


COUNTS = """{ tags(first: 100) { nodes { id photoCount photos { totalCount } } }
  persons(first: 100, includeHidden: true) { nodes { id photoCount photos { totalCount } faceCount faces(first: 500)
    { totalCount nodes { id } } } }
  folders(first: 100) { nodes { id photoCount photos(recursive: true) { totalCount } } }
  albums(first: 100) { nodes { id photoCount photos { totalCount } } }
  trips { nodes { id photoCount photos { totalCount } } } library { photoCount folderCount }
  photos { totalCount facets { tags(first: 100) { tag { id } count } years { count } undated places(first: 100) { count
  place { id } } persons(first: 100) { person { id } count } albums { album { id } count } } }
  timeline(by: YEAR) { count } geo(bounds: {north: 90, south: -90, east: 180, west: -180}, zoom: 0) { count } }"""
WITHIN = {"tags": "tags", "persons": "persons", "albums": "albums"}


@pytest.mark.both_engines
@pytest.mark.parametrize("scope", SCOPES)
async def test_numbers_are_those_of_the_photos_that_are_shown(services: Services, scope: str) -> None:
    owner, viewer, numbers = await owner_and_viewer(services, scope)
    found = (await viewer(COUNTS))["data"]
    inside = [ids.encode("Photo", photo_id(number)) for number in numbers]
    of_owner = await owner("query($ids: [ID!]) { photos(ids: $ids) { totalCount facets { undated } } }", ids=inside)
    stacked = 1 if {42, 43} <= set(numbers) else 0  # two photos of a stack count as one
    total = of_owner["data"]["photos"]["totalCount"] - stacked
    assert found["library"] == {"photoCount": total, "folderCount": len(found["folders"]["nodes"])}
    facets = found["photos"]["facets"]
    assert found["photos"]["totalCount"] == total == sum(each["count"] for each in found["geo"])
    assert sum(each["count"] for each in facets["years"]) == total - facets["undated"]
    assert sum(each["count"] for each in found["timeline"]) == total - facets["undated"]
    for kind in ("tags", "persons", "folders", "albums", "trips"):
        assert found[kind]["nodes"], kind
        for each in found[kind]["nodes"]:
            assert each["photoCount"] == each["photos"]["totalCount"] > 0, (kind, each)
    asked = "query($f: PhotoFilter, $ids: [ID!]) { photos(filter: $f, ids: $ids) { totalCount } }"
    for kind in ("tags", "persons"):
        for each in found[kind]["nodes"]:
            of_owner = await owner(asked, f={kind: {"all": [each["id"]]}}, ids=inside)
            assert each["photoCount"] <= of_owner["data"]["photos"]["totalCount"] <= each["photoCount"] + stacked
    for person in found["persons"]["nodes"]:
        assert person["faceCount"] == person["faces"]["totalCount"] == len(person["faces"]["nodes"]) > 0


GUESSES = (
    "photo(id: $id) { id }",
    "folder(id: $id) { id }",
    "tag(id: $id) { id }",
    "album(id: $id) { id }",
    "person(id: $id) { id }",
    "photosAround(id: $id) { totalCount }",
    "photos(ids: [$id]) { totalCount }",
    "folders(parent: $id) { totalCount }",
    "tags(parent: $id) { totalCount }",
    "places(parent: $id) { totalCount }",
    "faces(filter: {photo: $id}) { totalCount }",
    "faces(filter: {person: $id}) { totalCount }",
    "photos(filter: {tags: {all: [$id]}}) { totalCount }",
    "photos(filter: {excludedTags: [$id]}) { totalCount }",
    "photos(filter: {persons: {all: [$id]}}) { totalCount }",
    "photos(filter: {albums: {all: [$id]}}) { totalCount }",
    "photos(filter: {places: {all: [$id]}}) { totalCount }",
    "photos(filter: {folder: {id: $id}}) { totalCount }",
    "explainFilter(filter: {tags: {all: [$id]}, persons: {all: [$id]}}) { text }",
    "node(id: $id) { id }",
    "nodes(ids: [$id]) { id }",
)
NAMES = (
    "tag(name: $name) { id }",
    "album(name: $name) { id }",
    "person(name: $name) { id }",
    "folder(path: $name) { id }",
    "photos(filter: {tags: {all: [$name]}}) { totalCount }",
    "photos(filter: {folder: {path: $name}}) { totalCount }",
    "tags(text: $name) { nodes { id } }",
    "tags(prefix: $name) { nodes { id } }",
    "albums(text: $name) { nodes { id } }",
    "persons(text: $name) { nodes { id } }",
    "folders(text: $name) { nodes { id } }",
    "places(name: $name) { nodes { id } }",
    "search(text: $name) { terms { kind } unmatched photos { nodes { id } } }",
)


@pytest.mark.both_engines
async def test_a_guessed_id_or_name_answers_as_if_there_were_no_such_thing(services: Services) -> None:
    await furnish(services)
    await services.trips.rename("rome", NAMED_TRIP, by="anna")
    access = Access(KEYS, {}, MemoryStore())
    filter, numbers = SCOPES["a tag"]
    owner = await asking(services, access, Role.OWNER)
    viewer = await asking(services, access, Role.VIEWER, filter)
    known = await known_of(owner, numbers)
    kinds = {ids.parse(each)[0]: each for each in known.hidden}
    assert kinds.keys() >= {"Photo", "Folder", "Tag", "Person", "Place", "Face", "Trip", "Album", "Job", "Change"}

    def told(answer: dict[str, Any]) -> str:
        """Returns what is told, without the id or name that was given."""
        errors = [(error["message"], error["extensions"]["code"]) for error in answer["errors"]]
        return f"{answer['data']} {errors}"

    for kind, hidden in kinds.items():
        nothing = ids.encode(kind, photo_id(10**6))  # type: ignore[arg-type]
        for guess in GUESSES:
            document = f"query($id: ID!) {{ {guess} }}"
            if "filter: {" in guess and (
                "tags" in guess or "persons" in guess or "albums" in guess or "places" in guess
            ):
                document = document.replace("$id: ID!", "$id: String!")
            asked = [told(await viewer(document, id=each)).replace(each, "") for each in (hidden, nothing)]
            assert asked[0] == asked[1], (kind, guess)
            assert "FORBIDDEN" not in asked[0], (kind, guess)
    for name in sorted(known.hidden_names):
        for guess in NAMES:
            answer = await viewer(f"query($name: String!) {{ {guess} }}", name=name)
            assert "FORBIDDEN" not in told(answer), (name, guess)
            searched = (answer["data"] or {}).get("search")
            if searched is None:
                assert leaks(answer["data"], known) == [], (name, guess, answer)
            else:  # it says what was typed
                kinds_told = {each["kind"] for each in searched["terms"]}
                assert not {"PERSON", "FOLDER", "ALBUM"} & kinds_told, (name, kinds_told)
                assert leaks(searched["photos"], known) == [], (name, guess)


def test_what_is_not_listed_is_refused() -> None:
    for name, fields in KEPT.items():
        assert set(fields) <= set(ALL_FIELDS[name]), name
    unlisted = {
        (name, field)
        for name, fields in ALL_FIELDS.items()
        if not name.startswith("__")
        for field in fields
        if field not in KEPT.get(name, ())
    }
    guarded = {
        (type_.name, name)
        for type_ in CORE.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if BEYOND in field.extensions
    }
    assert guarded == unlisted and {("Query", "jobs"), ("Mutation", "scan"), ("Subscription", "jobs")} <= guarded


@pytest.mark.both_engines
async def test_what_is_not_listed_is_refused_when_it_is_asked(services: Services) -> None:
    await furnish(services)
    await services.trips.rename("rome", NAMED_TRIP, by="anna")
    access = Access(KEYS, {}, MemoryStore())
    viewer = await asking(services, access, Role.VIEWER, SCOPES["a tag"][0])
    plain = await asking(services, access, Role.VIEWER)
    for document in (
        "{ changes { totalCount } }",
        "{ jobs { totalCount } }",
        "{ faceClusters { totalCount } }",
        "{ reviewQueue { totalCount } }",
        "{ library { roots { path } } }",
        "{ library { fileCount } }",
        "{ library { failures { totalCount } } }",
        "{ library { replacements { totalCount } } }",
        "{ faces { totalCount } }",
        "{ faces(filter: {unassigned: true}) { totalCount } }",
        "{ tags { nodes { trust threshold } } }",
        "{ persons { nodes { note } } }",
        "{ albums { nodes { text } } }",
        "{ albums { nodes { filter updatedAt } } }",
        "{ photos { nodes { faces { suggestions { score } } } } }",
        "{ query { changes { totalCount } } }",
    ):
        refused = await viewer(document)
        assert refused["errors"] and {e["extensions"]["code"] for e in refused["errors"]} == {"FORBIDDEN"}, document
    assert (await plain("{ changes { totalCount } }"))["errors"] == []


@pytest.mark.both_engines
async def test_services_of_scopes_that_nobody_uses_are_given_back(services: Services) -> None:
    await furnish(services)
    filters = [PhotoFilter(rating=IntRange(min(n, 5), n)) for n in range(MOST_SCOPES + 2)]
    first, *others = [services.scope(each) for each in filters]
    kept = services.in_scope(first)
    watched = aiter(services.in_scope(others[0]).photo_watch.watch())
    waiting = asyncio.ensure_future(anext(watched))
    await asyncio.sleep(0)
    for scope in others[1:]:
        services.in_scope(scope)
    assert len(services.scoped) == MOST_SCOPES and first not in services.scoped and others[0] in services.scoped
    before = kept.browse.photo_count()
    await services.ratings.rate([photo_id(1)], None if before else 0, by="anna")
    await services.ratings.rate([photo_id(2)], 0, by="anna")
    expected = services.in_scope(first).browse.photo_count()
    assert kept.browse.photo_count() == expected != before, "who still has them is told nothing that is over"
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


def test_resolvers_ask_no_index_themselves() -> None:
    """The services of a viewer know what the viewer may see; the index of the library knows everything."""
    for path in Path(resolvers.__file__).parent.glob("*.py"):
        assert "services.index" not in path.read_text(), path.name
