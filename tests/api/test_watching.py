"""What the log says of a request, over a real server."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.logs import request_id
from photos_graph.services.browse.photos import PhotoBrowser
from photos_graph.settings import LogSettings, Settings
from resolvers.asgi import create_app
from tests.kit.graphql import TOKENS
from tests.kit.server import serving
from tests.kit.sockets import opened_socket

SECRET = "a secret of the library"
ID = "given-by-a-proxy"
BEARER = {"Authorization": f"Bearer {TOKENS['owner']}"}

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(settings: Settings) -> Starlette:
    slow = LogSettings(slow_seconds=1e-9)  # everything is slow
    return create_app(settings.model_copy(update={"token": SecretStr(TOKENS["owner"]), "log": slow}))


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app) as client:
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)
        yield client


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> str:
    """A query whose service fails in a way that nobody foresaw."""

    async def fails(self: PhotoBrowser) -> object:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(PhotoBrowser, "formats", fails)
    return "query Failing { library { formats { extension } } }"


def ids(caplog: pytest.LogCaptureFixture) -> list[str | None]:
    """Returns the ids of requests that the handler of the service would write with the lines that have a traceback."""
    return [getattr(record, "noted_id", None) for record in caplog.records if record.exc_info]


@pytest.fixture(autouse=True)
def noted(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Notes which request was being answered when a line was logged."""

    def note(record: logging.LogRecord) -> bool:
        record.noted_id = request_id()
        return True

    caplog.handler.addFilter(note)
    caplog.set_level(logging.INFO)
    yield
    caplog.handler.removeFilter(note)  # all tests share it


async def test_an_answer_has_the_id_that_was_given_or_one_of_its_own(client: httpx.AsyncClient) -> None:
    given = await client.get("/healthz", headers={"X-Request-Id": ID})
    assert given.headers["x-request-id"] == ID
    made = [(await client.get("/healthz", headers=BEARER)).headers["x-request-id"] for _ in range(2)]
    insane = (await client.get("/healthz", headers={"X-Request-Id": "<b>" + "x" * 300})).headers["x-request-id"]
    assert len({*made, insane}) == 3 and all(len(each) == 16 for each in (*made, insane))
    refused = await client.post("/graphql", json={})
    assert refused.status_code == 401 and len(refused.headers["x-request-id"]) == 16


async def test_a_masked_error_has_the_id_under_which_the_log_has_its_traceback(
    client: httpx.AsyncClient, failing: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.post("/graphql", json={"query": failing}, headers=BEARER)
    [error] = answer.json()["errors"]
    id_ = answer.headers["x-request-id"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": id_}
    assert SECRET not in answer.text
    assert ids(caplog) == [id_]
    assert SECRET in caplog.text


async def test_each_operation_of_a_socket_has_an_id_of_its_own(
    client: httpx.AsyncClient, failing: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = []
    async with opened_socket(client) as ws:
        assert ws.response is not None
        of_the_socket = ws.response.headers["x-request-id"]
        for number in range(2):
            await ws.send(json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": failing}}))
            while (message := json.loads(await ws.recv()))["type"] != "next":
                pass
            told.append(message["payload"]["errors"][0]["extensions"]["requestId"])
    assert len({of_the_socket, *told}) == 3
    assert ids(caplog) == told


async def test_slow_operations_and_queries_are_logged_without_their_variables(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    query = "mutation Naming($name: String!) { createTag(name: $name) { id } }"
    answer = await client.post("/graphql", json={"query": query, "variables": {"name": SECRET}}, headers=BEARER)
    assert "errors" not in answer.json(), answer.text
    id_ = answer.headers["x-request-id"]
    ours = [record for record in caplog.records if record.noted_id == id_]  # type: ignore[attr-defined]
    [operation] = [record for record in ours if record.name == "resolvers.measuring"]
    assert (operation.levelname, operation.operation, operation.kind) == ("WARNING", "Naming", "mutation")  # type: ignore[attr-defined]
    assert len(operation.document) == 12 and operation.seconds >= 0  # type: ignore[attr-defined]
    queries = [record for record in ours if record.name == "photos_graph.graph.engine.slow"]
    assert any("Tag" in record.text for record in queries)  # type: ignore[attr-defined]
    assert all(record.levelname == "WARNING" for record in queries), "a client waited for them"
    every = [str(vars(record)) for record in caplog.records if record.name != "httpx"]
    assert SECRET not in "".join(every)


async def test_no_line_has_tokens_addresses_or_queries(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    await client.get("/login", params={"token": TOKENS["owner"]})
    await client.get("/media/0123-signature/LARGE.jpg", params={"s": "signature"})
    await client.get("/nowhere-signature")
    await client.get("/graphql", params={"query": "{ viewer { name } }"}, headers=BEARER)
    lines = [record for record in caplog.records if record.name == "photos_graph.web.watching"]
    said = [(record.getMessage(), record.status) for record in lines]  # type: ignore[attr-defined]
    assert said == [("GET /login", 200), ("GET /media/", 403), ("GET other", 401), ("GET /graphql", 200)]
    every = "".join(str(vars(record)) for record in caplog.records if record.name != "httpx")  # which is the client
    assert TOKENS["owner"] not in every and "signature" not in every and "viewer" not in every
