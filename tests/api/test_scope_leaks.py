"""Tokens that show only some of the photos tell nothing of the others, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from graphql import GraphQLObjectType

from photos_graph.bootstrap import Services
from photos_graph.settings import Settings
from resolvers import ids
from resolvers.scoped_fields import KEPT
from tests.kit.crawling import objects, selection
from tests.kit.scoped_asking import CORE, SCOPES, Askers, known_of, leaks

pytestmark = pytest.mark.anyio

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
WORLD = "bounds: {north: 90, south: -90, east: 180, west: -180}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


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
    yield below("faces", "first: 500", 2)
    yield below("faceClusters", "first: 100, minSize: 1", 2)
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


async def test_nothing_is_told_of_what_a_token_does_not_show(services: Services) -> None:
    askers = await Askers.of(services)
    owner, kinds_met = await askers.owner(), set()
    for scope, (_, numbers) in SCOPES.items():
        viewer, known = await askers.viewer(scope), await known_of(owner, numbers)
        assert known.photos and known.others and len(known.hidden_names) > 10
        met: dict[str, set[str]] = {}
        for question in questions():
            answer = await viewer(question)
            assert answer["errors"] == [], (scope, question[:200], answer["errors"][:3])
            assert not (told := leaks(answer["data"], known)), (scope, question[:200], sorted(set(told))[:9])
            for each in objects(answer["data"]):
                met.setdefault(ids.parse(each["id"])[0], set()).add(each["id"])
        assert met["Photo"] == {ids.encode("Photo", each) for each in known.photos}
        assert set(met) >= {"Photo", "Folder", "Tag", "Person", "Place", "Face", "Trip", "Album", "Suggestion"}
        of_kinds = {kind: each for kind, each in met.items() if kind != "Suggestion"}
        assert set().union(*of_kinds.values()) - {*met.get("SimilarGroup", ())} <= known.shown
        for kind, found in met.items():
            inner = selection(CORE, kind, 3, WITHOUT)
            asked = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {inner} }} }}"
            answer = await viewer(asked, ids=[*found])
            assert answer["errors"] == [] and None not in answer["data"]["nodes"], (scope, kind)
            assert not (told := leaks(answer["data"], known)), (scope, kind, sorted(set(told))[:9])
        kinds_met |= met.keys()
    assert kinds_met >= {"FaceCluster", "Stack"}
