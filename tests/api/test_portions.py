"""Large answers are put together, encoded and sent in portions, so that others are answered meanwhile."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from resolvers import portions
from resolvers.execution import _BLOCK, SelectedField, Selection, Shape, _rows
from resolvers.portions import PORTION_BYTES, Portions, encoded
from tests.kit.graphql import data
from tests.kit.sockets import open_socket

pytestmark = pytest.mark.anyio

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(LEAVES, lambda below: st.lists(below) | st.dictionaries(st.text(), below))
SCHEMA = "{ __schema { types { name description fields { name description args { name description } } } } }"


def plain(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


@settings(max_examples=50)
@given(VALUES)
def test_the_portions_of_json_are_the_whole(value: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "MOST_TOGETHER", 2)
        patch.setattr(portions, "PORTION_BYTES", 5)
        assert b"".join(encoded(value)) == plain(value)


def test_no_portion_is_large() -> None:
    photos = [{"id": str(number), "tags": [{"name": "Sea"}] * 20} for number in range(5_000)]
    found = list(encoded({"data": {"photos": {"nodes": photos}}, "extensions": {}}))
    assert b"".join(found) == plain({"data": {"photos": {"nodes": photos}}, "extensions": {}})
    assert len(found) > 10 and max(map(len, found)) < 2 * PORTION_BYTES
    assert list(encoded({"data": None})) == [b'{"data":null}']


async def test_others_come_first_while_many_objects_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "HOLD_SECONDS", -1)
    turns, count = 0, 20 * _BLOCK

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    meanwhile = asyncio.create_task(other())
    read = SelectedField("id", lambda source: source.id, Shape(nullable=False), is_async=False, from_loaders=False)
    rows = await _rows(Selection((read,), waits=False), [SimpleNamespace(id=n) for n in range(count)], Portions())
    meanwhile.cancel()
    assert rows == [{"id": number} for number in range(count)]
    assert turns >= 3 * 20, "it lets others come first after each block that is read, completed and put together"


async def test_a_large_answer_arrives_whole(
    app: Starlette, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "MOST_TOGETHER", 500)
    for encoding in ("identity", "gzip", "zstd"):
        answer = await client.post("/graphql", json={"query": SCHEMA}, headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        assert "content-length" not in answer.headers and len(answer.content) > 2 * PORTION_BYTES
        assert len(data(answer.json())["__schema"]["types"]) > 100
    async with open_socket(app, {"authorization": client.headers["Authorization"]}) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": SCHEMA}})
        assert (await socket.receive())["payload"]["data"] == answer.json()["data"]
