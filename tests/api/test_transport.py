"""What a document, a body and a socket may ask, and what a client is told that asks for too much."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
from pathlib import Path
from types import AsyncGeneratorType

import httpx
import pytest
import websockets
from pydantic import SecretStr

from photos_graph.errors import EngineUnavailable
from photos_graph.search.listing import cursor_of
from photos_graph.settings import GraphSettings, Settings, WebSettings
from resolvers.asgi import create_app
from resolvers.sockets import MAX_OPERATIONS
from tests.kit.graphql import TOKENS, Ask, code, codes
from tests.kit.server import serving
from tests.kit.sockets import connect_to, opened_socket
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.http]


FORBIDDEN = {
    "viewer": ("mutation { scan { id } }", "mutation { favouritePhotos(photos: [], favourite: true) { matched } }"),
    "editor": ('mutation { addRoot(path: "/tmp") { id } }', 'mutation { removeRoot(id: "Um9vdDox") }'),
}


async def test_a_role_reaches_no_further(ask: Ask) -> None:
    for role, mutations in FORBIDDEN.items():
        assert await codes(ask, mutations, role) == dict.fromkeys(mutations, "FORBIDDEN")


NO_SENSE = {
    "{ photos(first: -1) { totalCount } }": "BAD_INPUT",
    "{ photos(first: 1, last: 1) { totalCount } }": "BAD_INPUT",
    '{ photos(after: "rubbish") { totalCount } }': "BAD_INPUT",
    '{ photo(id: "rubbish") { name } }': "BAD_INPUT",
    '{ photo(id: "Sm9iOjE=") { name } }': "BAD_INPUT",
    '{ photos(filter: { taken: { after: "2020-01-01T00:00:00+02:00" } }) { totalCount } }': "BAD_INPUT",
    '{ photos(filter: { folder: { path: "nowhere" } }) { totalCount } }': "NOT_FOUND",
    "{ nothing }": "BAD_INPUT",
    "{ photos": "BAD_INPUT",
    "subscription { jobs { id } }": "BAD_INPUT",
    "{ photos(first: 500) { nodes { files { folder { photos(first: 500) { nodes { name } } } } } } }": "TOO_COMPLEX",
    "{ " + " ".join(f"a{n}: viewer {{ name }}" for n in range(31)) + " }": "TOO_COMPLEX",
    '{ folder(path: "x") ' + "{ parent " * 20 + "{ name }" + " }" * 20 + " }": "TOO_COMPLEX",
    "{ viewer { " + "name " * 6000 + "} }": "TOO_COMPLEX",
}


async def test_what_makes_no_sense_is_told_apart(ask: Ask) -> None:
    assert await codes(ask, NO_SENSE) == NO_SENSE


async def test_a_request_that_is_not_executed_has_status_400_and_no_data(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ nothing }"}, headers={"Accept": "application/graphql-response+json"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    assert "data" not in answer.json()


NO_REQUESTS = (
    b"{",
    b"[]",
    b'[{"query": "{ viewer { name } }"}]',
    b'{"query": 1}',
    b"{}",
    b'{"query": "\xff"}',
    b"[" * 200,
    b'{"query": ' + b"1" * 5_000 + b"}",
)


async def test_a_body_that_is_no_request_is_bad_input(client: httpx.AsyncClient) -> None:
    for body in NO_REQUESTS:
        answer = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, code(answer.json())) == (400, "BAD_INPUT"), body[:40]


async def test_a_message_that_is_no_json_closes_its_socket(client: httpx.AsyncClient) -> None:
    async with opened_socket(client) as ws:
        await ws.send("[" * 200_000)
        with pytest.raises(websockets.ConnectionClosed):
            await ws.recv()
        assert ws.close_code == 4400


async def test_a_cursor_of_what_is_no_text_is_bad_input(ask: Ask) -> None:
    for field in ("jobs", "faces", "faceClusters"):
        query = f"query($t: String!) {{ {field}(after: $t) {{ totalCount }} }}"
        assert code(await ask(query, t=cursor_of((5, "\ud800")))) == "BAD_INPUT", field
        assert code(await ask(query, t=base64.b64encode(b"[" * 100_000).decode())) == "BAD_INPUT", field


async def test_a_folder_whose_path_is_no_text_is_bad_input(client: httpx.AsyncClient) -> None:
    request = {"query": "mutation($p: String!) { addRoot(path: $p) { id } }", "variables": {"p": "/\ud800"}}
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/graphql", content=json.dumps(request), headers=headers)
    assert code(answer.json()) == "BAD_INPUT"


async def test_a_body_without_end_is_refused(client: httpx.AsyncClient) -> None:
    content = b'{"query": "' + b" " * 5_000_000 + b'"}'
    answer = await client.post("/graphql", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_INPUT")


async def test_a_subscription_tells_each_step_and_the_end(client: httpx.AsyncClient, ask: Ask, library: str) -> None:
    job = (await ask("mutation { scan { id } }"))["data"]["scan"]["id"]
    subscribe = {"query": "subscription($j: ID!) { job(id: $j) { state } }", "variables": {"j": job}}
    states = []
    async with connect_to(client) as ws:
        payload = {"Authorization": f"Bearer {TOKENS['editor']}"}
        await ws.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await ws.recv())["type"] == "connection_ack"
        await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": subscribe}))
        while (message := json.loads(await ws.recv()))["type"] == "next":
            states.append(message["payload"]["data"]["job"]["state"])
    assert message["type"] == "complete"
    assert states[-1] == "SUCCEEDED"


async def test_a_socket_of_a_stranger_is_closed(client: httpx.AsyncClient) -> None:
    async with connect_to(client) as ws:
        await ws.send(json.dumps({"type": "connection_init", "payload": {"Authorization": "Bearer wrong"}}))
        with pytest.raises(websockets.ConnectionClosed):
            await ws.recv()
        assert ws.close_code == 4403


async def test_a_watcher_that_goes_away_leaves_nothing_running(client: httpx.AsyncClient, library: str) -> None:
    async with connect_to(client) as ws:
        payload = {"Authorization": f"Bearer {TOKENS['editor']}"}
        await ws.send(json.dumps({"type": "connection_init", "payload": payload}))
        await ws.recv()
        subscribe = {"query": "subscription { jobs { id } }"}
        await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": subscribe}))
        await ws.recv()
        assert any("watch_all" in name for name in running_generators())
    async with asyncio.timeout(PATIENCE):
        while any("watch_all" in name for name in running_generators()):
            await asyncio.sleep(0.05)


def running_generators() -> list[str]:
    # By type(): isinstance would look through proxies, and find some that are dead.
    generators = [each for each in gc.get_objects() if type(each) is AsyncGeneratorType]
    return [each.__qualname__ for each in generators if each.ag_frame]


async def test_an_operation_that_takes_too_long_is_ended(settings: Settings, folder: Path) -> None:
    tokens = {"token": SecretStr(TOKENS["owner"]), "web": WebSettings(timeout_seconds=0.0001)}
    query = {"query": "{ library { fileCount formats { extension } } }"}
    async with serving(create_app(settings.model_copy(update=tokens))) as client:
        client.headers["Authorization"] = f"Bearer {TOKENS['owner']}"
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)
        answer = await client.post("/graphql", json=query)
        async with opened_socket(client) as ws:
            await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": query}))
            ended = json.loads(await ws.recv())
            watch = {"id": "2", "type": "subscribe", "payload": {"query": "subscription { jobs { id } }"}}
            await ws.send(json.dumps(watch))
            with pytest.raises(TimeoutError):  # what is watched goes on
                async with asyncio.timeout(0.5):
                    await ws.recv()
    assert (answer.status_code, code(answer.json())) == (504, "UNAVAILABLE")
    assert (ended["type"], ended["payload"][0]["extensions"]["code"]) == ("error", "UNAVAILABLE")


# The driver leaves its socket to the garbage collector when it is cancelled while it connects.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_socket_watches_a_bounded_number_of_things(client: httpx.AsyncClient) -> None:
    watch = {"type": "subscribe", "payload": {"query": "subscription { jobs { id } }"}}
    async with opened_socket(client) as ws:
        for number in range(MAX_OPERATIONS + 1):
            await ws.send(json.dumps({"id": str(number), **watch}))
        while (message := json.loads(await ws.recv()))["type"] != "error":
            pass
    assert message["id"] == str(MAX_OPERATIONS)


# The driver leaves its socket to the garbage collector when it is cancelled while it connects.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_before_the_library_is_loaded_a_client_is_told_when_to_come_back(tmp_path: Path) -> None:
    waiting = GraphSettings(uri="bolt://127.0.0.1:1", connect_seconds=60)  # nobody answers there
    settings = Settings(data_dir=tmp_path / "data", graph=waiting, token=SecretStr(TOKENS["owner"]))
    async with serving(create_app(settings)) as client:
        client.headers["Authorization"] = f"Bearer {TOKENS['owner']}"
        answer = await client.post("/graphql", json={"query": "{ viewer { name } }"})
        async with connect_to(client) as ws:
            await ws.send(json.dumps({"type": "connection_init"}))
            with pytest.raises(websockets.ConnectionClosed):
                await ws.recv()
    assert ws.close_code == 1013  # try again later
    assert (answer.status_code, code(answer.json())) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_service_that_cannot_start_says_why_and_stops(tmp_path: Path) -> None:
    unreachable = GraphSettings(uri="bolt://127.0.0.1:1", connect_seconds=0.2)
    app = create_app(Settings(data_dir=tmp_path / "data", graph=unreachable))
    stopped = asyncio.Event()
    app.state.stop = stopped.set
    async with serving(app):
        await asyncio.wait_for(stopped.wait(), PATIENCE)
    assert isinstance(app.state.failure, EngineUnavailable)
