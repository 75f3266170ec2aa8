"""Two services on one Neo4j, of which one reaches it as a cluster, keep small pictures for one another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from photos_graph.settings import Settings
from tests.kit.engines import routed
from tests.kit.originals import opened_originals
from tests.kit.two_services import Service, address, beside, scan, started, succeeded
from tests.kit.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.neo4j]

PICTURES = 12  # in the folder of the fixture


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
async def pair(settings: Settings, shared: Path, warm_workers: None) -> AsyncIterator[tuple[Service, Service]]:
    images = settings.images.model_copy(update={"shared_cache_url": str(shared)})
    assert settings.graph.uri is not None
    cluster = settings.graph.model_copy(update={"uri": routed(settings.graph.uri)})
    async with AsyncExitStack() as closing:
        services = []
        for name, graph in (("first", settings.graph), ("second", cluster)):
            own = beside(settings, name).model_copy(update={"images": images, "graph": graph})
            services.append(await started(own, closing))
        yield services[0], services[1]


async def test_a_picture_that_both_are_asked_for_is_made_once(
    pair: tuple[Service, Service], shared: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = opened_originals(monkeypatch)
    one, other = pair
    await succeeded(other, await scan(one, folder))
    await until(lambda: len(list(shared.rglob("*.LARGE.jpg"))) == PICTURES)
    url = await address(one)
    assert (await other.client.get(url)).status_code == 200
    assert not opened, "the picture of the scan is there for both"
    await until(lambda: len(list(shared.rglob("*.SMALL.jpg"))) == 1)  # it is kept after it was sent

    for kept in (shared, *(service.settings.data_dir / "renditions" for service in pair)):
        for file in kept.rglob("*.jpg"):
            file.unlink()
    pictures = await asyncio.gather(*(service.client.get(f"{url}&wait") for service in pair))
    assert [picture.status_code for picture in pictures] == [200, 200]
    asked = url.split("/media/")[1].split("/")[0]
    assert pictures[0].content == pictures[1].content
    assert opened.count(asked) == 1, "the picture of the next page is made as well, and is another one"
