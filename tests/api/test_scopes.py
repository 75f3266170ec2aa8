"""What a token shows that shows only some of the photos, and what it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

import resolvers
from photos_graph.bootstrap import Services
from photos_graph.facade import MOST_SCOPES
from photos_graph.search.filters import IntRange, PhotoFilter
from photos_graph.settings import Settings
from resolvers import ids
from resolvers.scoped_fields import BEYOND, KEPT
from tests.kit.everything import furnish
from tests.kit.planted import photo_id
from tests.kit.scoped_asking import CORE, SCOPES, Ask, Askers, known_of, leaks

pytestmark = pytest.mark.anyio

ALL_FIELDS = {
    name: tuple(type_.fields) for name, type_ in CORE.type_map.items() if isinstance(type_, GraphQLObjectType)
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


COUNTS = """{ tags(first: 100) { nodes { id photoCount photos { totalCount } } }
  persons(first: 100, includeHidden: true) { nodes { id photoCount photos { totalCount } faceCount faces(first: 500)
    { totalCount nodes { id } } } }
  folders(first: 100) { nodes { id photoCount photos(recursive: true) { totalCount } } }
  albums(first: 100) { nodes { id photoCount photos { totalCount } } }
  trips { nodes { id photoCount photos { totalCount } } } library { photoCount folderCount }
  photos { totalCount facets { tags(first: 100) { tag { id } count } years { count } undated places(first: 100) { count
  place { id } } persons(first: 100) { person { id } count } albums { album { id } count } } }
  timeline(by: YEAR) { count } geo(bounds: {north: 90, south: -90, east: 180, west: -180}, zoom: 0) { count } }"""


@pytest.mark.both_engines
async def test_numbers_and_faces_are_those_of_the_photos_that_are_shown(services: Services) -> None:
    askers = await Askers.of(services)
    await services.assignment.ignore(["n26"], True, by="anna")
    owner, kinds_of_clusters = await askers.owner(), set()
    for scope, (_, numbers) in SCOPES.items():
        viewer = await askers.viewer(scope)
        await check_numbers(owner, viewer, numbers)
        kinds_of_clusters.add(await check_faces(owner, viewer, numbers))
    assert kinds_of_clusters == {0, 2}


async def check_numbers(owner: Ask, viewer: Ask, numbers: Iterable[int]) -> None:
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


OF_FACES = (
    "",
    "(filter: {unassigned: true})",
    "(filter: {unassigned: false})",
    "(filter: {ignored: true})",
    "(filter: {unassigned: true, ignored: false, minQuality: 0.55})",
)
PAGES = """query($after: String) { faces(first: 3, after: $after) {
  nodes { id } pageInfo { hasNextPage endCursor } } }"""
LAST_PAGES = """query($before: String) { faces(last: 3, before: $before) {
  nodes { id } pageInfo { hasPreviousPage startCursor } } }"""
CLUSTERS = "{ faceClusters(minSize: 1, first: 100) { totalCount nodes { id size faces(first: 500) { %s } } } }"
ONE_BY_ONE = """{ faceClusters(minSize: 2, first: 1) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }
  last: faceClusters(minSize: 2, last: 1) { nodes { id } pageInfo { hasPreviousPage } } }"""


async def check_faces(owner: Ask, viewer: Ask, numbers: Iterable[int]) -> int:
    """Compares lists of faces with what of those of the owner is in the photos. Returns the number of clusters."""
    inside = {ids.encode("Photo", photo_id(number)) for number in numbers}
    lists: list[list[str]] = []
    for arguments in OF_FACES:
        call = f"faces{arguments[:-1] or '('}, first: 500)"
        every = (await owner(f"{{ {call} {{ nodes {{ id photo {{ id }} }} }} }}"))["data"]["faces"]["nodes"]
        lists.append([each["id"] for each in every if each["photo"]["id"] in inside])
        found = (await viewer(f"{{ {call} {{ totalCount nodes {{ id photo {{ id }} }} }} }}"))["data"]["faces"]
        assert [each["id"] for each in found["nodes"]] == lists[-1], arguments
        assert found["totalCount"] == len(lists[-1]), arguments
    every_face, _, _, ignored, _ = lists
    assert (await viewer("{ library { faceCount } }"))["data"]["library"] == {
        "faceCount": len(every_face) - len(ignored)
    }
    assert await paged(viewer, PAGES, "after", "endCursor", "hasNextPage") == every_face
    backwards = await paged(viewer, LAST_PAGES, "before", "startCursor", "hasPreviousPage")
    assert sorted(backwards) == sorted(every_face)

    every = (await owner(CLUSTERS % "nodes { id photo { id } }"))["data"]["faceClusters"]["nodes"]
    of_cluster = {
        each["id"]: [face["id"] for face in each["faces"]["nodes"] if face["photo"]["id"] in inside] for each in every
    }
    expected = {id_: faces for id_, faces in of_cluster.items() if len(faces) > 1}
    found = (await viewer(CLUSTERS % "totalCount nodes { id }"))["data"]["faceClusters"]
    assert {each["id"]: [face["id"] for face in each["faces"]["nodes"]] for each in found["nodes"]} == expected
    assert found["totalCount"] == len(expected)
    for each in found["nodes"]:
        assert each["size"] == each["faces"]["totalCount"] == len(expected[each["id"]])
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on FaceCluster { size } } }"
    by_id = (await viewer(nodes, ids=[*of_cluster]))["data"]["nodes"]
    assert [each and (each["id"], each["size"]) for each in by_id] == [
        (id_, len(faces)) if id_ in expected else None for id_, faces in of_cluster.items()
    ]
    alone = (await viewer(ONE_BY_ONE))["data"]
    assert alone["faceClusters"]["nodes"] == [{"id": each["id"]} for each in found["nodes"][:1]]
    assert alone["last"]["nodes"] == [{"id": each["id"]} for each in found["nodes"][-1:]]
    assert alone["faceClusters"]["pageInfo"]["hasNextPage"] is (len(expected) > 1)
    assert alone["last"]["pageInfo"]["hasPreviousPage"] is (len(expected) > 1)
    return len(expected)


async def paged(ask: Ask, document: str, argument: str, cursor: str, more: str) -> list[str]:
    """Returns the ids of the faces of all pages."""
    found: list[str] = []
    at: str | None = None
    while True:
        page = (await ask(document, **({argument: at} if at is not None else {})))["data"]["faces"]
        found += [each["id"] for each in page["nodes"]]
        if not page["pageInfo"][more]:
            return found
        at = page["pageInfo"][cursor]


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


async def test_a_guessed_id_or_name_answers_as_if_there_were_no_such_thing(services: Services) -> None:
    askers = await Askers.of(services)
    owner, viewer, (_, numbers) = await askers.owner(), await askers.viewer("a tag"), SCOPES["a tag"]
    known = await known_of(owner, numbers)
    kinds = {ids.parse(each)[0]: each for each in known.hidden}
    assert kinds.keys() >= {
        "Photo",
        "Folder",
        "Tag",
        "Person",
        "Place",
        "Face",
        "Trip",
        "Album",
        "FaceCluster",
        "Job",
        "Change",
    }

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


async def test_what_is_not_listed_is_refused_when_it_is_asked(services: Services) -> None:
    askers = await Askers.of(services)
    viewer, plain = await askers.viewer("a person"), await askers.viewer()
    for document in (
        "{ changes { totalCount } }",
        "{ jobs { totalCount } }",
        "{ reviewQueue { totalCount } }",
        "{ library { roots { path } } }",
        "{ library { fileCount } }",
        "{ library { failures { totalCount } } }",
        "{ library { replacements { totalCount } } }",
        "{ tags { nodes { trust threshold } } }",
        "{ persons { nodes { note } } }",
        "{ albums { nodes { text } } }",
        "{ albums { nodes { filter updatedAt } } }",
        "{ faceClusters(minSize: 1) { nodes { suggestions { score } } } }",
        "{ photos { nodes { faces { suggestions { score } } } } }",
        "{ query { changes { totalCount } } }",
    ):
        refused = await viewer(document)
        assert refused["errors"] and {e["extensions"]["code"] for e in refused["errors"]} == {"FORBIDDEN"}, document
    assert (await plain("{ changes { totalCount } }"))["errors"] == []


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
