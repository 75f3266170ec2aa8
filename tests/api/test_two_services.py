"""Two services with data directories of their own on one Neo4j: each answers for the other, and goes on when that one
dies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pyvips

from photos_graph.access.secrets import load_or_make, shared_form
from photos_graph.bootstrap import build
from photos_graph.graph.engine import contents
from photos_graph.graph.engine.connection import Graph
from photos_graph.jobs import leases
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.services import access
from photos_graph.settings import Settings
from resolvers.asgi import create_app
from tests.kit.commands import kill, on, start, until
from tests.kit.graphql import data
from tests.kit.library import ended, files
from tests.kit.pictures import put, told_apart
from tests.kit.server import in_process
from tests.kit.sockets import open_socket
from tests.kit.two_services import Service, address, beside, ready, scan, started, succeeded
from tests.kit.waiting import Pauses

pytestmark = [pytest.mark.anyio, pytest.mark.neo4j]

CREATE = 'mutation { createAccessToken(name: "Tablet", role: VIEWER) { secret token { id } } }'
REVOKE = "mutation($id: ID!) { revokeAccessToken(id: $id) { id } }"
COUNT = 30


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "LOOK_SECONDS", 0.05)


@pytest.fixture
async def pair(settings: Settings, warm_workers: None) -> AsyncIterator[tuple[Service, Service]]:
    async with AsyncExitStack() as closing:
        services = [await started(beside(settings, name), closing) for name in ("first", "second")]
        yield services[0], services[1]


async def test_what_one_service_gave_out_is_good_at_the_other(pair: tuple[Service, Service], folder: Path) -> None:
    one, other = pair
    assert shared_form(one.settings) == shared_form(other.settings)
    async with open_socket(other.app, {"authorization": f"Bearer {other.token}"}) as socket:
        await socket.send(
            {"id": "1", "type": "subscribe", "payload": {"query": "subscription { jobs { id state message } }"}}
        )
        job = await scan(one, folder)
        while True:
            seen = (await socket.receive())["payload"]["data"]["jobs"]
            assert seen["state"] in ("QUEUED", "RUNNING", "SUCCEEDED"), seen
            if (seen["id"], seen["state"]) == (job, "SUCCEEDED"):
                break

    url = await address(one)
    pictures = [await service.client.get(url) for service in pair]
    assert [picture.status_code for picture in pictures] == [200, 200]

    made = data(await one.ask(CREATE))["createAccessToken"]
    signed_in = await one.client.post("/login", data={"token": made["secret"]})
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    one.client.cookies.clear()
    pause = Pauses()
    while not (await other.knows(made["secret"]) and await other.is_signed_in(cookie)):
        await pause()
    data(await other.ask(REVOKE, id=made["token"]["id"]))
    pause = Pauses()
    while await one.knows(made["secret"]) or await one.is_signed_in(cookie):
        await pause()


async def test_keys_are_rotated_for_both(pair: tuple[Service, Service], folder: Path) -> None:
    one, other = pair
    await succeeded(other, await scan(one, folder))
    pause = Pauses()
    url = await address(one)
    assert (await other.client.get(url)).status_code == 200
    assert await access.rotate(one.settings, 0) == 2
    for service in pair:
        while (await service.client.get(url)).status_code == 200:
            await pause()
    url = await address(one)
    while (await other.client.get(url)).status_code != 200:
        await pause()


async def test_the_first_to_start_puts_its_secrets_in(settings: Settings, warm_workers: None) -> None:
    early, late = beside(settings, "early"), beside(settings, "late")
    before = {}
    for own in (early, late):
        own.data_dir.mkdir()
        before[own.data_dir] = load_or_make(own)
    for own in (early, late):
        async with in_process(create_app(own)) as client:
            await ready(client)
    assert load_or_make(late).token == before[early.data_dir].token == load_or_make(early).token
    assert load_or_make(late).key == before[early.data_dir].key
    assert load_or_make(early).fresh, "a start without a greeting has not shown it"


async def test_no_backup_has_them_in_its_records(pair: tuple[Service, Service], graph: Graph) -> None:
    kept = [record.key async for page in contents.nodes(graph, "Meta") for record in page]
    assert "secrets" not in kept
    told = json.loads((await graph.read("MATCH (m:Meta {name: 'secrets'}) RETURN m.secrets AS secrets"))[0]["secrets"])
    assert told["token"] == pair[0].token


@pytest.mark.slow
async def test_a_scan_of_a_killed_service_is_finished_by_the_other(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is shorter than the pause between two renewals, so that two living services would take jobs from each other.
    monkeypatch.setattr(leases, "ABANDONED_SECONDS", 2.0)
    picture: bytes = pyvips.Image.gaussnoise(2600, 1950).cast("uchar").jpegsave_buffer(Q=60)
    root = tmp_path / "Pictures"
    for number in range(COUNT):
        put(root / f"{number}.jpg", told_apart(picture, str(number)))
    dying, living = beside(settings, "dying"), beside(settings, "living")
    program = start("scan", root, log=tmp_path / "log", **on(dying))
    until(lambda: made_by(dying) > 5)
    kill(program.pid)
    program.wait()
    async with build(living) as services:
        [job] = (await services.jobs.page(None, 1, None)).items
        job = await ended(services, job)
        assert (job.kind, job.state) == (JobKind.SCAN, JobState.SUCCEEDED), job.message
        await services.index.catch_up()
        assert len(await files(services)) == COUNT
        # Only what was read and not written by then is read again. Pictures that were not stored are made on request.
        assert made_by(living) <= COUNT - made_by(dying) < COUNT


def made_by(settings: Settings) -> int:
    """Returns how many pictures a scan of this service has read and written."""
    return len(list((settings.data_dir / "renditions").rglob("*.jpg")))
