"""What a document asks of the engine: the same however long the page is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import pytest
from graphql import OperationDefinitionNode, parse

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.bootstrap import Services, build
from photos_graph.errors import TooComplex
from photos_graph.model.access import Role
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.settings import FaceSettings, SearchSettings, Settings, WebSettings
from resolvers import ids
from resolvers.context import Context
from resolvers.limits import Scale, exceeded, with_defaults
from resolvers.loaders import Loaders
from tests.kit.faces import Found, find, introduce, liken, predict
from tests.kit.graphql import SCHEMA, Ask, code, data, execute
from tests.kit.planted import plant

pytestmark = pytest.mark.anyio

PAGE = """query($n: Int, $f: PhotoFilter) { photos(filter: $f, first: $n, orderBy: NAME_ASC) {
  totalCount
  facets { tags { tag { name photoCount parent { name } } count } persons { person { name photoCount } count }
    years { year count } places { place { name } count } }
  edges {
    matches { kind label via }
    node {
      name thumbnail original places { name kind } persons { name isMe photoCount }
      files { path state folder { path parent { name } tags { tag { name } from { path } } } }
      tags { tag { name parent { name } children { name } } source from { path } model { version } }
    } } } }"""


DATED: LiteralString = "MATCH (p:Photo) SET p.takenAt = $at, p.takenSource = 'FILE_TIME'"


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Of a library of 112 photos, without whom looks for work or changes now and then."""
    alone = settings.model_copy(
        update={"search": SearchSettings(follow_seconds=3600), "faces": FaceSettings(enabled="off")}
    )
    async with build(alone, run_jobs=False) as services:
        folders = [f"c{number}" for number in range(7)]
        await plant(services.graph, {at: at for at in folders}, {at: range(n, 112, 7) for n, at in enumerate(folders)})
        await services.graph.write(DATED, at=datetime(2019, 8, 15))
        await services.index.catch_up()
        yield services


@dataclass(frozen=True)
class Answered:
    data: Any
    queries: int  # to the engine


async def ask_of(services: Services, document: str, **variables: Any) -> Answered:
    before = services.graph.queries
    result = await execute(services, document, **variables)
    assert result.errors is None
    return Answered(result.data, services.graph.queries - before)


HOME = 'mutation($f: ID!) { tagFolder(folder: $f, tags: ["Places/Home"]) { matched } }'


async def tag_home(services: Services) -> None:
    folder = (await ask_of(services, '{ folder(path: "Pictures") { id } }')).data["folder"]["id"]
    await ask_of(services, HOME, f=folder)


async def test_a_page_costs_the_engine_the_same_however_long_it_is(services: Services) -> None:
    photos = [
        node["id"]
        for node in (await ask_of(services, "{ photos(first: 500) { nodes { id } } }")).data["photos"]["nodes"]
    ]
    ours = [ids.decode("Photo", id_) for id_ in photos]
    await tag_home(services)
    await ask_of(services, 'mutation($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Sea"]) { matched } }', p=photos)
    sky = (await ask_of(services, 'mutation { createTag(name: "Sky") { id } }')).data["createTag"]["id"]
    await predict(services, ids.decode("Tag", sky), dict.fromkeys(ours, 0.7))
    await introduce(services, "Anna", ours[:80])
    await introduce(services, "Bob", ours[40:], sure=False)
    filter_ = {"tags": {"all": ["Places"]}, "or": [{"persons": {"any": ["Anna", "Bob"]}}, {"text": "1"}]}
    for size in (10, 100):
        answered = await ask_of(services, PAGE, n=size, f=filter_)
        page = answered.data["photos"]
        assert len(page["edges"]) == size and page["totalCount"] == 112
        assert all(len(edge["node"]["tags"]) == 3 and edge["node"]["persons"] for edge in page["edges"])
        assert all(any(match["via"] for match in edge["matches"]) for edge in page["edges"])
        assert answered.queries == 6, "photos, and of them places, files, tags, persons; models"


FACES = """query($n: Int) { faces(first: $n) { totalCount nodes { box { x } quality person { name } source thumbnail
  suggestions { person { name isMe } score } photo { name faces { id person { name } } } } } }"""
PERSONS = """query($n: Int) { persons(first: $n) { nodes { name photoCount faceCount cover { thumbnail photo { name } }
  faces(first: 3) { totalCount nodes { quality photo { name } } } } } }"""
CLUSTERS = """query($n: Int) { faceClusters(first: $n, minSize: 2) { totalCount nodes { size
  suggestions { person { name } score } faces(first: 3) { totalCount nodes { thumbnail photo { name } } } } } }"""


@pytest.mark.parametrize(
    ("document", "queries", "again", "why"),
    [
        (
            FACES,
            8,
            6,
            "all faces, a window of quality, faces, photos, faces of those; how many there are, and are not shown; "
            "what was written",
        ),
        (
            PERSONS,
            5,
            0,
            "chosen covers, the faces of those persons; what was written; the faces that are shown; their photos",
        ),
        (
            CLUSTERS,
            10,
            4,
            "clusters, how many; likes, first faces; all those faces; their photos; what was written (4)",
        ),
    ],
)
async def test_faces_cost_the_engine_the_same_however_many_are_shown(
    services: Services, document: str, queries: int, again: int, why: str
) -> None:
    page = services.browse.photos(None, PhotoOrder.NAME_ASC, first=100)
    await find(
        services.graph,
        *(Found(f"f{n}", id_, cluster=f"c{n // 4}" if n < 80 else None) for n, id_ in enumerate(page.ids)),
    )
    for number in range(15):
        person = await services.person_editing.create(f"Person {number}")
        await services.assignment.assign([f"f{80 + number}"], Ref(id=person.id))
        await liken(services.graph, f"f{number}", {person.id: 0.5})
    for size in (3, 12):
        answered = await ask_of(services, document, n=size)
        [found] = answered.data.values()
        assert len(found["nodes"]) == size
        assert answered.queries == queries, why
        assert (await ask_of(services, document, n=size)).queries == again


@pytest.mark.parametrize(
    ("document", "queries"),
    [
        ('{ search(text: "home") { photos { totalCount edges { matches { via } node { name } } } } }', 1),
        ("{ tags { nodes { name photoCount parent { name } children { photoCount } } } }", 0),
        ("{ persons(includeHidden: true) { nodes { name photoCount } } }", 0),
        ('{ tag(name: "Home") { photoCount photos { totalCount } } person(name: "Anna") { photoCount } }', 0),
        ('{ folder(path: "Pictures") { tags { from { path } } folders { nodes { tags { tag { name } } } } } }', 0),
    ],
)
async def test_what_is_in_the_index_is_not_asked_of_the_engine(services: Services, document: str, queries: int) -> None:
    await tag_home(services)
    assert (await ask_of(services, document)).queries == queries


@pytest.mark.parametrize(("first", "expected"), [("first: 400", "TOO_COMPLEX"), ("first: 40", None), ("", None)])
async def test_a_search_weighs_what_its_page_holds(ask: Ask, first: str, expected: str | None) -> None:
    arguments = 'text: "x"' + (f", {first}" if first else "")
    below = "nodes { files { folder { tags { from { path } tag { name parent { name } } } } } }"
    answer = await ask("{ search(" + arguments + ") { photos { " + below + " } } }")
    assert (code(answer) if "errors" in answer else None) == expected


@pytest.mark.parametrize(
    ("arguments", "variables", "items"),
    [
        ('after: "x"', {}, 50),
        ('before: "x"', {}, 50),
        ("after: $a", {"a": "x"}, 50),
        ("after: $d", {}, 50),
        ('after: "x", last: 3', {}, 3),
        ("after: $a", {}, 1),
        ("after: $a, first: null", {"a": None}, 1),
    ],
)
def test_a_page_of_a_search_with_a_cursor_of_its_own_has_a_size_of_its_own(
    arguments: str, variables: dict[str, Any], items: int
) -> None:
    document = parse(
        'query($a: String, $d: String = "x") { search(text: "", first: 1) { photos('
        + arguments
        + ") { nodes { id } } } }"
    )
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    scale = Scale(SCHEMA._schema, {}, with_defaults(document, variables))
    assert scale.weigh(operation.selection_set, SCHEMA._schema.query_type).nodes == 2 + items


async def test_objects_by_id_and_changes_cost_the_engine_the_same_however_many_there_are(services: Services) -> None:
    page = services.browse.photos(None, PhotoOrder.NAME_ASC, first=12).ids
    await find(services.graph, *(Found(f"f{n}", page[n], cluster=f"c{n}") for n in range(6)))
    tag = "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { change } }"
    stack = "mutation($p: [ID!]!) { stackPhotos(photos: $p) { photos { id stack { id } } } }"
    photos = [ids.encode("Photo", each) for each in page]
    kinds: list[list[str]] = [photos[:6], [], [], [ids.encode("FaceCluster", f"c{n}") for n in range(6)]]
    for n in range(6):
        tagged = await ask_of(services, tag, p=photos[n : n + 3], t=[f"Sea/{n}"])
        kinds[1].append(tagged.data["tagPhotos"]["change"])
        stacked = await ask_of(services, stack, p=photos[2 * n : 2 * n + 2])
        kinds[2].append(stacked.data["stackPhotos"]["photos"][0]["stack"]["id"])
    root = (await ask_of(services, "{ library { roots { id } } jobs { nodes { id } } }")).data
    rest = [root["library"]["roots"][0]["id"], root["jobs"]["nodes"][0]["id"]]
    document = "query($i: [ID!]!) { nodes(ids: $i) { __typename id } }"
    await ask_of(services, document, i=photos)
    costs = set()
    for count in (2, 6):
        wanted = [*rest, *(id_ for kind in kinds for id_ in kind[:count])]
        answered = await ask_of(services, document, i=wanted)
        assert [each and each["id"] for each in answered.data["nodes"]] == wanted
        costs.add(answered.queries)
    assert costs == {6}, "roots, jobs, successors, changes, stacks, clusters; photos are remembered"
    listed = "query($n: Int) { changes(first: $n) { nodes { photos { name } tags { name } } } }"
    costs = set()
    for count in (2, 10):
        answered = await ask_of(services, listed, n=count)
        assert sum(bool(each["tags"] and each["photos"]) for each in answered.data["changes"]["nodes"]) == count // 2
        costs.add(answered.queries)
    assert costs == {3}, "how many, which, and what they concern"


async def test_lists_without_pages_weigh_what_they_hold(services: Services) -> None:
    folder = (await ask_of(services, '{ folder(path: "Pictures") { id } }')).data["folder"]["id"]
    tags = [f"Keywords/k{number}" for number in range(20)]
    mutation = "mutation($f: ID!, $t: [String!]!) { tagFolder(folder: $f, tags: $t) { matched } }"
    await ask_of(services, mutation, f=folder, t=tags)
    up_and_down = "children { parent { children { parent { children { name } } } } }"
    for document in (
        '{ tag(name: "Keywords") { ' + up_and_down + " } }",
        '{ tag(name: "Keywords") { ' + "children { parent { children { photos(first: 100) { nodes { id } } } } } } }",
        "{ tags(first: 500) { nodes { parent { children { parent { children { name } } } } } } }",
    ):
        viewer = Viewer("viewer", Role.VIEWER)
        context = Context(Access(Keys(b""), {}), viewer, services, Loaders(services), nodes_left=4_000)
        errors = (await SCHEMA.execute(document, context_value=context)).errors or ()
        assert errors and all(error.extensions["code"] == "TOO_COMPLEX" for error in errors)
    tree = "children { name photoCount " * 3 + "children { name } " + "} " * 3
    await ask_of(services, "{ tags(first: 500) { nodes { name children { name photoCount } } } }")
    await ask_of(services, '{ tag(name: "Keywords") { ' + tree + " } }")


async def test_a_timeline_weighs_what_it_holds(services: Services) -> None:
    similar = "{ timeline(by: DAY) { cover { similar(first: 500) { id } } } }"
    viewer, loaders = Viewer("viewer", Role.VIEWER), Loaders(services)
    context = Context(Access(Keys(b""), {}), viewer, services, loaders, nodes_left=400)
    [streamed] = [each async for each in await SCHEMA.stream("{ timeline { count } }", context_value=context)]
    assert (streamed.errors, context.nodes_left) == (None, 400), "each operation of a WebSocket has its own"
    result = await SCHEMA.execute(similar, context_value=context)
    assert [error.extensions for error in result.errors or ()] == [{"code": "TOO_COMPLEX", "field": "timeline"}]
    assert (await execute(services, similar)).errors is None


@pytest.mark.parametrize("field", ["tags { tag { name } count }", "persons { person { name } count }"])
async def test_facets_weigh_what_they_were_asked_for(ask: Ask, field: str) -> None:
    name = field.partition(" ")[0]
    photos = "photos(first: 500) { nodes { name } }"

    def asking(size: int) -> str:
        inner = field.replace(name, f"{name}(first: {size})").replace("{ name }", "{ name " + photos + " }")
        return "{ photos(first: 1) { facets { " + inner + " } } }"

    assert code(await ask(asking(200))) == "TOO_COMPLEX"
    data(await ask(asking(20)))


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("query($n: Int = 500) { persons(first: $n) { nodes { photos(first: $n) { nodes { id } } } } }", {}),
        ("query($n: Int) { persons(first: $n) { nodes { photos(first: $n) { nodes { id } } } } }", {"n": 500.0}),
        ("{ photos(first: null, last: 500) { nodes { similar(first: 500) { id } } } }", {}),
        ("query($n: Int) { photos(first: $n, last: 500) { nodes { similar(first: 500) { id } } } }", {"n": None}),
        ("query A($n: Int = 5) { viewer { name } }  query B($n: Int = 500) { photos(first: $n) { ...P } }"
         " fragment P on PhotoConnection { nodes { similar(first: 500) { id } } }", {}),
    ],
)  # fmt: skip
def test_a_page_weighs_as_much_however_its_size_is_said(document: str, variables: dict[str, Any]) -> None:
    [error] = exceeded(SCHEMA._schema, parse(document), variables, WebSettings())
    assert isinstance(error.original_error, TooComplex)


@pytest.mark.parametrize(
    "variables", [{"n": 5}, {"n": None}, {"n": float("nan")}, {"n": float("inf")}, {"n": "500"}, {"n": -(10**400)}]
)
def test_what_a_client_gives_goes_before_the_default(variables: dict[str, Any]) -> None:
    document = parse("query($n: Int = 500) { persons(first: $n) { nodes { photos(first: $n) { nodes { id } } } } }")
    assert exceeded(SCHEMA._schema, document, variables, WebSettings()) == []
