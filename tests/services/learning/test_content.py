"""What photos look like reaches the index: after features have come, and after photos have gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from photos_graph.bootstrap import Services
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.learning import features
from photos_graph.learn import content
from photos_graph.model.search import MatchKind
from photos_graph.search.terms.content import LooksLike
from photos_graph.services.learning.content import ContentStage
from photos_graph.services.learning.neighbours import NeighbourStage, learning_pool
from photos_graph.workers.pool import WorkerPool
from tests.kit.library import scanned, searched
from tests.services.learning.test_neighbours import Silent

pytestmark = pytest.mark.anyio

BACKBONE = "EfficientNetLite0"
GOLDEN_RETRIEVER, CHURCH = 207, 497


@pytest.fixture
async def pool(services: Services) -> AsyncIterator[WorkerPool]:
    made = learning_pool(services.settings)
    yield made
    await made.close()


async def test_words_find_what_the_pictures_show(
    services: Services, folder: Path, pool: WorkerPool, backbone_home: Path
) -> None:
    await services.roots.add(str(folder))
    job = await scanned(services)
    (services.settings.data_dir / "models").symlink_to(backbone_home, target_is_directory=True)
    graph, settings, index = services.graph, services.settings, services.index
    near, see = NeighbourStage(graph, pool, settings), ContentStage(graph, index, pool, settings)
    photos = [photo async for page in due.pages(graph, due.FEATURES, 100) for photo in page]
    kernel = content.class_layer(backbone_home, BACKBONE).kernel

    async def show(classes: list[int]) -> None:
        """Gives the first photos features of these classes, and brings the index up to date."""
        some = photos[: len(classes)]
        vectors = np.ones((len(some), 1712), np.float32)
        vectors[:, :1280] = 100 * kernel[:, classes].T

        async def work(tx: Transaction) -> None:
            await features.put(tx, BACKBONE, some, vectors)

        await graph.transaction(work)
        await near.run(job, Silent())
        await see.run(job, Silent())

    assert (await searched(services, "dogs"))[0].unmatched == ("dogs",)
    await show([GOLDEN_RETRIEVER, CHURCH])
    parsed, page = await searched(services, "dogs")
    assert [term.kind for term in parsed.terms] == [MatchKind.LOOKS_LIKE] and page.ids == [photos[0].id]
    assert set(index.search.evaluate(LooksLike("church"))) == {photos[1].number}

    file = settings.content_file
    assert file is not None
    before = file.stat()
    await see.run(job, Silent())
    assert file.stat() == before, "nothing has changed"

    await show([GOLDEN_RETRIEVER, CHURCH, GOLDEN_RETRIEVER])
    assert set(index.search.evaluate(LooksLike("dog"))) == {photos[0].number, photos[2].number}
    await index._rebuild()
    assert set(index.search.evaluate(LooksLike("dog"))) == {photos[0].number, photos[2].number}
    file.write_bytes(b"something else")
    await index.see_content()
    assert not index.search.evaluate(LooksLike("dog"))
    await see.run(job, Silent())
    assert set(index.search.evaluate(LooksLike("dog"))) == {photos[0].number, photos[2].number}
