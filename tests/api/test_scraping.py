"""``/metrics``, over a real server: who may read it, and what is in it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from photos_graph.facade import Services
from photos_graph.graph.engine.pulse import Pulse
from photos_graph.monitoring import Measure
from photos_graph.settings import Settings, WebSettings
from photos_graph.web import scraping
from photos_graph.web.measures import measures
from resolvers.asgi import create_app
from tests.kit.graphql import TOKENS
from tests.kit.pictures import jpeg, put
from tests.kit.server import serving
from tests.kit.sockets import opened_socket

BEARER = {role: {"Authorization": f"Bearer {token}"} for role, token in TOKENS.items()}
METHODS = ("PURGE", "PUT", "PATCH", "LOCK", "TRACE")
SECRET = "a name of the library"

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "FRESH_SECONDS", 0)


@asynccontextmanager
async def started(settings: Settings, **web: object) -> AsyncIterator[httpx.AsyncClient]:
    tokens = {"token": SecretStr(TOKENS["owner"]), "viewer_token": SecretStr(TOKENS["viewer"])}
    app = create_app(settings.model_copy(update={**tokens, "web": WebSettings.model_validate(web)}))
    async with serving(app) as client:
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)
        yield client


async def found(client: httpx.AsyncClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = await client.get("/metrics", headers=BEARER["owner"])
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def one(samples: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return samples.get((f"photos_graph_{name}", frozenset(labels.items())), 0)


def renditions(settings: Settings) -> set[Path]:
    return {path for path in (settings.data_dir / "renditions").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("setting", "stranger", "viewer", "owner"),
    [("token", 401, 403, 200), ("open", 200, 200, 200), ("off", 401, 404, 404)],
)
async def test_who_may_read_it_is_a_setting(
    setting: str, stranger: int, viewer: int, owner: int, settings: Settings
) -> None:
    async with started(settings, metrics=setting) as client:
        asked = [await client.get("/metrics", headers=each) for each in ({}, BEARER["viewer"], BEARER["owner"])]
    assert [each.status_code for each in asked] == [stranger, viewer, owner]


async def test_it_counts_what_clients_ask_and_what_is_there(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path / "Pictures" / f"{SECRET}.jpg", jpeg(1))
    query = "{ photos(first: 1) { nodes { thumbnail(size: SMALL, format: JPEG) } } }"
    async with started(settings) as client:

        async def ask(text: str, **variables: object) -> httpx.Response:
            body = {"query": text, "variables": variables}
            return await client.post("/graphql", json=body, headers=BEARER["owner"])

        await ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(tmp_path / "Pictures"))
        job = (await ask("mutation { scan { id } }")).json()["data"]["scan"]["id"]
        while (await ask("query($j: ID!) { job(id: $j) { state } }", j=job)).json()["data"]["job"][
            "state"
        ] != "SUCCEEDED":
            await asyncio.sleep(0.05)
        before = await found(client)
        answer = await ask(query)
        url = answer.json()["data"]["photos"]["nodes"][0]["thumbnail"]
        kept = renditions(settings)
        made = await client.get(url)
        while renditions(settings) == kept:  # it is kept after it was sent
            await asyncio.sleep(0.01)
        await client.get(url)
        await client.get(url, headers={"If-None-Match": made.headers["etag"]})
        await ask(f'query Nosy {{ folder(path: "{SECRET}") {{ id }} }}')
        await ask("{ nothing }")
        await client.request("PURGE", f"/{SECRET}", headers=BEARER["owner"])
        async with opened_socket(client):
            pass
        while not one(await found(client), "event_loop_delay_seconds_count"):  # it is measured every half second
            await asyncio.sleep(0.05)
        after = await found(client)

    def more(name: str, **labels: str) -> float:
        return one(after, name, **labels) - one(before, name, **labels)

    assert more("graphql_operations_total", kind="query", code="OK") == 2
    assert more("graphql_operations_total", kind="query", code="BAD_INPUT") == 1
    assert more("graphql_operation_seconds_count", kind="query") == 3
    assert more("media_requests_total", rendition="small", cache="miss") == 1
    assert more("media_requests_total", rendition="small", cache="hit") == 1
    assert more("media_requests_total", rendition="small", cache="known") == 1
    assert more("http_requests_total", route="/graphql", method="POST", status="200") == 3
    assert more("http_requests_total", route="/media/", method="GET", status="200") == 2
    assert more("http_requests_total", route="other", method="other", status="404") == 1
    assert one(after, "photos") == 1
    assert one(after, "engine_up") == 1 == one(after, "ready")
    assert one(after, "jobs_ended_total", kind="scan", state="succeeded") == 1
    assert one(after, "jobs_kept", state="succeeded") >= 1
    assert one(after, "jobs", kind="scan", state="running") == 0 == one(after, "index_lag")
    assert (
        one(after, "process_resident_bytes", kind="worker") > 10_000_000 and one(after, "processes", kind="worker") > 0
    )
    assert one(after, "disk_free_bytes", folder="data") > 0 and one(after, "disk_size_bytes", folder="cache") > 0
    assert one(after, "pictures_waiting", priority="interactive") == 0
    assert one(after, "event_loop_delay_seconds_count") > 0
    assert one(after, "graph_queries_total") > one(before, "graph_queries_total")
    assert ("process_resident_memory_bytes", frozenset()) in after
    said = " ".join(f"{name} {dict(labels)}" for name, labels in after)
    assert SECRET not in said and "Nosy" not in said
    assert not re.search("PURGE|nothing", said)


async def test_labels_stay_few_whatever_clients_send(settings: Settings) -> None:
    async with started(settings) as client:

        async def nonsense(number: int) -> None:
            await client.request(METHODS[number % len(METHODS)], f"/{number}", headers=BEARER["owner"])
            query = f"query Q{number} {{ n{number} }}"
            await client.post("/graphql", json={"query": query, "operationName": f"Q{number}"}, headers=BEARER["owner"])
            await client.get(f"/media/{number}/{number}.jpg")

        await nonsense(0)
        await found(client)
        before = await found(client)
        for number in range(1, 30):
            await nonsense(number)
        assert (await found(client)).keys() == before.keys()


async def test_it_answers_while_the_engine_does_not(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(settings, metrics="open") as client:
        monkeypatch.setattr(Pulse, "answers", property(lambda self: False, lambda self, value: None), raising=False)
        samples = await found(client)
        assert one(samples, "engine_up") == 0 and one(samples, "ready") == 0
        assert ("photos_graph_index_lag", frozenset()) not in samples
        assert ("photos_graph_photos", frozenset()) in samples


async def test_many_who_ask_cost_no_more_than_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def counted(services: Services) -> list[Measure]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        return await measures(services)

    monkeypatch.setattr(scraping, "measures", counted)
    monkeypatch.setattr(scraping, "FRESH_SECONDS", 3600)
    async with started(settings, metrics="open") as client:
        answers = await asyncio.gather(*(client.get("/metrics") for _ in range(20)))
    assert asked == 1 and all("photos_graph_index_lag" in answer.text for answer in answers)
