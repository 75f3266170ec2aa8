"""Who may do what: a service is asked for everything that the table in docs/access.md has, as each role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import graphql
import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.settings import Settings
from resolvers import ids
from resolvers.schema import print_sdl
from resolvers.warming import ASKER, QUESTIONS
from tests import access_table
from tests.access_table import ALLOWED, NO, NULL, SCOPED, WHO, YES
from tests.kit.everything import furnish
from tests.kit.graphql import TOKENS, Ask, data, ended
from tests.kit.planted import photo_id
from tests.kit.questions import Way, alone, arguments, asked, at_the_end, selected, together, ways
from tests.kit.sockets import open_socket

pytestmark = pytest.mark.anyio

TABLE = access_table.read(access_table.PAGE.read_text())
SCHEMA = graphql.build_schema(print_sdl())
# Types that only mutations and subscriptions lead to, and those of which a planted library has no object.
OF_ANSWERS = {"AlbumPayload", "BulkResult", "FolderTagProposal", "NewTokenPayload", "PhotoChange"}
NONE_PLANTED = {"Exposure", "LabelMetrics", "PassedOver", "PlaceNames", "TagSheet"}
READING = ("query", "deletedIds", "lastDeletion")  # the mutations that change nothing

# What an editor does, by mutation: its arguments, in which names in braces stand for ids.
WORK = {
    "ratePhotos": 'photos: ["{Photo}"], rating: 5',
    "favouritePhotos": 'photos: ["{Other}"], favourite: true',
    "describePhotos": 'photos: ["{Photo}"], title: "Here"',
    "placePhotos": 'photos: ["{Photo}"], latitude: 1, longitude: 2',
    "datePhotos": 'photos: ["{Photo}"], takenAt: "2020-01-01T00:00:00"',
    "revertToFile": 'photos: ["{Described}"], properties: [TITLE]',
    "stackPhotos": 'photos: ["{Photo}", "{Other}"]',
    "unstackPhotos": 'photos: ["{Stacked}"]',
    "succeedPhoto": 'old: "{Old}", new: "{New}"',
    "createTag": 'name: "Fresh"',
    "renameTag": 'id: "{Tag}", name: "Ocean"',
    "moveTag": 'id: "{Tag}"',
    "mergeTags": 'from: ["{Tag}"], into: "{OtherTag}"',
    "deleteTag": 'id: "{Tag}"',
    "tagPhotos": 'photos: ["{Photo}"], tags: ["Fresh"]',
    "untagPhotos": 'photos: ["{Photo}"], tags: ["Places/Abruzzo"]',
    "tagFolder": 'folder: "{Folder}", tags: ["Fresh"]',
    "untagFolder": 'folder: "{Folder}", tags: ["Holiday"]',
    "tagFoldersByName": "dryRun: false",
    "confirmTags": 'tags: ["Sea"], photos: ["{Predicted}"]',
    "rejectTags": 'tags: ["Sea"], photos: ["{Predicted}"]',
    "createAlbum": 'name: "Fresh", photos: ["{Photo}"]',
    "renameAlbum": 'album: "{Album}", name: "Fresh"',
    "editAlbum": 'album: "{Album}", description: "All of it"',
    "addToAlbum": 'album: "{Album}", photos: ["{Described}"]',
    "removeFromAlbum": 'album: "{Album}", photos: ["{Photo}"]',
    "moveInAlbum": 'album: "{Album}", photos: ["{Photo}"], after: "{Other}"',
    "setAlbumCover": 'album: "{Album}", photo: "{Other}"',
    "deleteAlbum": 'album: "{Album}"',
    "createPerson": 'name: "Dora"',
    "renamePerson": 'id: "{Person}", name: "Hannah"',
    "updatePerson": 'id: "{Person}", note: "Tall"',
    "mergePersons": 'from: ["{OtherPerson}"], into: "{Person}"',
    "deletePerson": 'id: "{Person}"',
    "nameCluster": 'cluster: "{FaceCluster}", person: "Dora"',
    "ignoreCluster": 'cluster: "{FaceCluster}"',
    "assignFaces": 'faces: ["{Face}"], person: "Dora"',
    "rejectFaces": 'faces: ["{Face}"], person: "{Person}"',
    "ignoreFaces": 'faces: ["{Face}"]',
    "addFace": 'photo: "{Photo}", box: {x: 0.7, y: 0.7, width: 0.1, height: 0.1}',
    "moveFace": 'face: "{Face}", box: {x: 0.7, y: 0.7, width: 0.1, height: 0.1}',
    "deleteFaces": 'faces: ["{Face}"]',
    "undo": 'change: "{Change}"',
    "setThreshold": 'tag: "{Tag}", threshold: 0.3',
    "confirm": 'items: ["{ReviewItem}"]',
    "reject": 'items: ["{ReviewItem}"]',
    "skip": 'items: ["{ReviewItem}"]',
    "renameTrip": 'id: "{Trip}", name: "The summer"',
    "tagTrip": 'trip: "{Trip}", tags: ["Fresh"]',
    "albumOfTrip": 'trip: "{Trip}", name: "Fresh"',
}
# The planted library has no sheet to judge. tests/api/test_learning.py takes the answers to one back.
UNPLANTED = {"judgeSheet"}

SAMPLES = """{
  tag(name: "Sea") { id } other: tag(name: "Sky") { id } folder(path: "Pictures/Italy") { id }
  album(name: "Abruzzo") { id } person(name: "Anna") { id faces(first: 1) { nodes { id } } }
  ben: person(name: "Ben") { id }
  faceClusters(first: 1) { nodes { id } } trips(first: 1) { nodes { id } } models { id }
  reviewQueue(kind: TAGS, first: 1) { nodes { id } }
  library { replacements(first: 1) { nodes { old { id } new { id } } } }
  changes(first: 1) { nodes { id } } accessTokens { id }
}"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    settings.web.timeout_seconds = 300
    return settings


@pytest.fixture
async def sample(app: Starlette, client: httpx.AsyncClient, ask: Ask) -> dict[str, str]:
    """The ids of some objects of a planted library."""
    await furnish(app.state.services)
    job = data(await ask("mutation { findTrips { id } }"))["findTrips"]["id"]
    await ended(ask, job)
    found = data(await ask(SAMPLES))
    [replaced] = found["library"]["replacements"]["nodes"]
    numbers = {"Photo": 0, "Other": 1, "Described": 20, "Stacked": 42, "Predicted": 36}
    return {
        **{name: ids.encode("Photo", photo_id(number)) for name, number in numbers.items()},
        **{"Old": replaced["old"]["id"], "New": replaced["new"]["id"], "Job": job},
        **{"Tag": found["tag"]["id"], "OtherTag": found["other"]["id"], "Folder": found["folder"]["id"]},
        **{"Album": found["album"]["id"], "Person": found["person"]["id"], "OtherPerson": found["ben"]["id"]},
        "Face": found["person"]["faces"]["nodes"][0]["id"],
        "FaceCluster": found["faceClusters"]["nodes"][0]["id"],
        "Trip": found["trips"]["nodes"][0]["id"],
        "Model": found["models"][0]["id"],
        "ReviewItem": found["reviewQueue"]["nodes"][0]["id"],
        "Change": found["changes"]["nodes"][0]["id"],
        "AccessToken": found["accessTokens"][0]["id"],
    }


@pytest.fixture(autouse=True)
async def scoped(client: httpx.AsyncClient, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of a viewer that shows some of the photos, as far as it knows, and in truth all of them."""
    made = await ask(
        'mutation { createAccessToken(name: "Scoped", role: VIEWER, scope: { faceCount: { min: 0 } }) { secret } }'
    )
    monkeypatch.setitem(TOKENS, SCOPED, data(made)["createAccessToken"]["secret"])


def codes_of(answer: dict[str, Any]) -> set[str]:
    return {str(error.get("extensions", {}).get("code")) for error in answer.get("errors") or ()}


def fields_of(name: str) -> dict[str, graphql.GraphQLField]:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, graphql.GraphQLObjectType)
    return type_.fields


def everything_of(name: str, sample: dict[str, str]) -> str:
    """The selection of all fields of a type."""
    return " ".join(f"{key}{arguments(key, field, sample)}{selected(field)}" for key, field in fields_of(name).items())


def cells(of: str, who: int) -> Iterator[tuple[str, str, graphql.GraphQLField]]:
    """The fields of a type, with what the table says that somebody gets of each."""
    known = {what.partition("(")[0]: given for what, given in TABLE[of].items()}
    for name, field in fields_of(of).items():
        yield known[name][who], name, field


async def wrong_of_type(ask: Ask, role: str, of: str, way: Way, sample: dict[str, str]) -> list[str]:
    """Asks for each field of a type, with each argument, and returns what is otherwise than the table says."""
    wrong, by_cell = [], {cell: [] for cell in (YES, NO, NULL, ALLOWED)}
    for cell, name, field in cells(of, WHO.index(role)):
        by_cell[cell] += [(call, field) for call in alone(name, field, sample)]
    reached = at_the_end((await ask(asked(way, "__typename"), role)).get("data"), way)
    if of not in NONE_PLANTED and bool(reached) is not bool(by_cell[YES]):
        wrong.append(f"{role}: {of} is {'reached' if reached else 'not reached'}")
    for inner in together([call for call, _ in by_cell[YES]], most=1 if of == "Query" else 15):
        answer = await ask(asked(way, inner), role)
        if "FORBIDDEN" in codes_of(answer):
            wrong.append(f"{role}: {of} {{ {inner} }} is forbidden")
    for cell in (NO, NULL, ALLOWED):
        for call, field in by_cell[cell]:
            answer = await ask(asked(way, f"it: {call}"), role)
            got = [each["it"] for each in at_the_end(answer.get("data"), way) if each.get("it") is not None]
            is_refused = cell == NO or (cell == ALLOWED and graphql.is_non_null_type(field.type))
            if got or is_refused is not ("FORBIDDEN" in codes_of(answer)):
                wrong.append(f"{role}: {of}.{call} is {got} with {codes_of(answer)}")
    return wrong


async def test_each_role_gets_what_the_table_says(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, sample: dict[str, str]
) -> None:
    await client.post("/login", data={"token": TOKENS["viewer"]})  # so that there is a session
    found = await ways(SCHEMA, ask, sample)
    empty = [
        name
        for name, way in found.items()
        if way and not at_the_end((await ask(asked(way, "__typename")))["data"] or {}, way)
    ]
    assert set(empty) == NONE_PLANTED
    types = {name for name in TABLE if not name.startswith("/")} - {"Mutation", "Subscription"}
    assert types == found.keys() | OF_ANSWERS
    on_the_server = ("/photos", str(app.state.services.settings.data_dir))
    told = []

    async def listen(document: str, role: str) -> dict[str, Any]:
        answer = await ask(document, role)
        told.extend((role, document) for path in on_the_server if path in json.dumps(answer))
        return answer

    wrong = []
    for role in WHO[1:]:
        for of, way in found.items():
            wrong += await wrong_of_type(listen, role, of, way, sample)
    assert wrong == []
    assert {role for role, _ in told} == {"owner"}, told
    first = [await ask(question, ASKER.role.lower()) for question in QUESTIONS]
    assert "FORBIDDEN" not in {code for answer in first for code in codes_of(answer)}


async def test_whatever_an_editor_does_can_be_undone(
    client: httpx.AsyncClient, ask: Ask, sample: dict[str, str]
) -> None:
    editors = {name for cell, name, _ in cells("Mutation", WHO.index("editor")) if cell == YES}
    assert editors == WORK.keys() | UNPLANTED | set(READING)
    wrong = []
    for name, given in WORK.items():
        written = re.sub(r"\{(\w+)\}", lambda found: sample[found[1]], given)
        payload = graphql.get_named_type(fields_of("Mutation")[name].type)
        inner = "" if graphql.is_leaf_type(payload) else f" {{ {everything_of(payload.name, sample)} }}"
        answer = await ask(f"mutation {{ it: {name}({written}){inner} }}", "editor")
        [newest] = data(await ask("{ changes(first: 1) { nodes { id by undone } } }"))["changes"]["nodes"]
        undone = await ask(f'mutation {{ undo(change: "{newest["id"]}") {{ changed }} }}', "editor")
        if "errors" in answer or "errors" in undone or newest["by"] != "editor" or newest["id"] == sample["Change"]:
            wrong.append((name, answer.get("errors"), newest, undone.get("errors")))
        [sample["Change"]] = [
            each["id"] for each in data(await ask("{ changes(first: 1) { nodes { id } } }"))["changes"]["nodes"]
        ]
    assert wrong == []


@pytest.mark.parametrize("role", [SCOPED, "viewer", "editor"])
async def test_who_may_not_change_something_is_told_before_anything_is_read(
    client: httpx.AsyncClient, ask: Ask, role: str
) -> None:
    """No id here is one of anything, and nothing is in the library."""
    given = {"Photo": "UGhvdG86eA==", "Tag": "x", "Job": "x"}
    wrong = []
    for cell, name, field in cells("Mutation", WHO.index(role)):
        if cell == NO:
            answer = await ask(f"mutation {{ {name}{arguments(name, field, given)}{selected(field)} }}", role)
            wrong += [name] if codes_of(answer) != {"FORBIDDEN"} else []
    assert wrong == []


async def test_the_owner_may_do_everything_and_others_see_it(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, sample: dict[str, str]
) -> None:
    gone = everything_of("PhotoChange", sample)
    async with (
        open_socket(app, {"authorization": f"Bearer {TOKENS[SCOPED]}"}) as scoped,
        open_socket(app, {"authorization": f"Bearer {TOKENS['viewer']}"}) as viewer,
        open_socket(app, {"authorization": f"Bearer {TOKENS['editor']}"}) as editor,
    ):
        watched = {
            "photoChanges": f"photoChanges {{ {gone} }}",
            "changes": f"changes {{ {everything_of('ChangeRecord', sample)} }}",
            "jobs": f"jobs {{ {everything_of('Job', sample)} }}",
            "job": f'job(id: "{sample["Job"]}") {{ {everything_of("Job", sample)} }}',
        }
        assert watched.keys() == fields_of("Subscription").keys()
        seen: dict[tuple[str, str], set[str]] = {}
        sockets = {SCOPED: scoped, "viewer": viewer, "editor": editor}
        for socket in sockets.values():
            for name, inner in watched.items():
                await socket.send(
                    {"id": name, "type": "subscribe", "payload": {"query": f"subscription {{ {inner} }}"}}
                )
            await socket.send({"id": "last", "type": "subscribe", "payload": {"query": "{ viewer { name } }"}})
        wrong = []
        for cell, name, field in cells("Mutation", WHO.index("owner")):
            if name == "removeRoot" or name in WORK:
                continue
            answer = await ask(f"mutation {{ {name}{arguments(name, field, sample)}{selected(field)} }}")
            wrong += [name] if cell != YES or "FORBIDDEN" in codes_of(answer) else []
        assert wrong == []
        made = f'createAccessToken(name: "T", role: VIEWER) {{ {everything_of("NewTokenPayload", sample)} }}'
        data(await ask(f"mutation {{ {made} }}"))
        data(await ask(f'mutation {{ ratePhotos(photos: ["{sample["Photo"]}"], rating: 1) {{ changed }} }}'))
        [root] = data(await ask("{ library { roots { id } } }"))["library"]["roots"]
        assert data(await ask(f'mutation {{ removeRoot(id: "{root["id"]}") }}')) == {"removeRoot": True}
        for role, socket in sockets.items():
            while not {"photoChanges", "changes", "jobs", "job"} <= {name for who, name in seen if who == role}:
                message = await socket.receive()
                if message["type"] in ("next", "error") and message["id"] != "last":
                    payload = message["payload"]
                    errors = payload if isinstance(payload, list) else payload.get("errors") or []
                    seen.setdefault((role, message["id"]), set()).update(codes_of({"errors": errors}))
    said = {(role, name): cell for role in sockets for cell, name, _ in cells("Subscription", WHO.index(role))}
    assert {key: NO if "FORBIDDEN" in found else YES for key, found in seen.items()} == said
    assert {code for found in seen.values() for code in found} <= {"FORBIDDEN"}


async def test_a_stranger_gets_nothing_and_the_ids_of_what_a_role_may_not_see_are_those_of_nothing(
    client: httpx.AsyncClient, ask: Ask, sample: dict[str, str]
) -> None:
    node = "query($i: ID!) { node(id: $i) { id } nodes(ids: [$i]) { id } }"
    found = {
        (role, kind): data(await ask(node, role, i=sample[kind]))
        for role in WHO[1:]
        for kind in ("Photo", "Job", "Model", "ReviewItem", "AccessToken")
    }
    none = {"node": None, "nodes": [None]}
    hidden = {key for key, answer in found.items() if answer == none}
    assert hidden == {
        *((who, kind) for who in (SCOPED, "viewer") for kind in ("Job", "Model", "ReviewItem", "AccessToken")),
        ("editor", "AccessToken"),
    }
    del client.headers["Authorization"]
    for of in ("Query", "Mutation", "Subscription"):
        for cell, name, field in cells(of, WHO.index("stranger")):
            call = f"{of.lower()} {{ {name}{arguments(name, field, sample)}{selected(field)} }}"
            answer = await client.post("/graphql", json={"query": call})
            assert (cell, answer.status_code, codes_of(answer.json())) == (NO, 401, {"UNAUTHENTICATED"})


async def test_each_route_is_open_to_those_whom_the_table_names(client: httpx.AsyncClient, app: Starlette) -> None:
    of_the_service = {str(getattr(route, "path", "")) for route in app.routes}
    assert of_the_service == access_table.paths()
    wrong = []
    for of in sorted(of_the_service - {"/media/{named}/{what}"}):  # tests/api/test_originals.py asks for these
        path = of.replace("{version}", "x").replace("{name}", "graphiql.js")
        for who, cell in zip(WHO, next(iter(TABLE[of].values())), strict=True):
            client.headers.pop("Authorization", None)
            headers = {"Authorization": f"Bearer {TOKENS[who]}"} if who in TOKENS else {}
            for method in ("GET",) if of == "/login" else ("GET", "POST"):
                answer = await client.request(method, path, headers={"Content-Type": "application/json", **headers})
                refused = answer.status_code == 401 or "requires the role" in answer.text
                if answer.status_code != 405 and refused is not (cell == NO):
                    wrong.append((who, method, of, answer.status_code))
    assert wrong == []
