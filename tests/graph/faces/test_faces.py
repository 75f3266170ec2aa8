"""Pages of faces: every face once, best first, whatever the qualities and wherever a page ends."""

from __future__ import annotations

import random

import pytest

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.windows import AFTER_ALL
from photos_graph.graph.faces import pages
from photos_graph.model.faces import FaceFilter
from photos_graph.search.listing import Stretch
from tests.kit.faces import Found, find
from tests.kit.planted import photo_id, plant

pytestmark = pytest.mark.anyio


def qualities() -> list[float]:
    drawn = random.Random(5)
    return [0.0, 0.0, 0.00001, 0.02, 0.5, 0.5, 0.98, 1.0, 1.0, *(round(drawn.random(), 2) for _ in range(40))]


@pytest.fixture
async def planted(graph: Graph) -> Graph:
    await plant(graph, {"a": "a"}, {"a": range(2)})
    await find(
        graph,
        *(
            Found(f"f{n:02d}", photo_id(n % 2), quality, ignored=n % 3 == 0, cluster="c" if n % 2 else None)
            for n, quality in enumerate(qualities())
        ),
    )
    return graph


@pytest.mark.parametrize("size", [1, 4, 100])
async def test_every_face_is_on_one_page(planted: Graph, size: int) -> None:
    best = sorted((-quality, f"f{n:02d}") for n, quality in enumerate(qualities()))
    expected = [(-quality, face_id) for quality, face_id in best]
    for wanted, fits in (
        (FaceFilter(), lambda n, quality: True),
        (FaceFilter(min_quality=0.5), lambda n, quality: quality >= 0.5),
        (FaceFilter(min_quality=1.5), lambda n, quality: False),
        (FaceFilter(min_quality=-1.0, assigned=False), lambda n, quality: True),
        (FaceFilter(assigned=True), lambda n, quality: False),
        (FaceFilter(ignored=True), lambda n, quality: n % 3 == 0),
        (FaceFilter(ignored=False), lambda n, quality: n % 3 != 0),
        (FaceFilter(photo_id=photo_id(1), min_quality=0.3), lambda n, quality: n % 2 == 1 and quality >= 0.3),
        (FaceFilter(cluster_id="c"), lambda n, quality: n % 2 == 1 and n % 3 != 0),
    ):
        seen: list[str] = []
        while page := await pages.ranks(planted, wanted, Stretch((0, seen[-1]) if seen else None, None, size, False)):
            assert len(page) <= size
            seen += page
        found = [pages.face_id_of(rank) for rank in seen]
        assert found == [id_ for quality, id_ in expected if fits(int(id_[1:]), quality)]
        assert await pages.count(planted, wanted) == len(found)


def test_a_rank_goes_up_as_quality_goes_down() -> None:
    ranks = [pages.rank(quality, "x") for quality in (2.0, 1.0, 0.999, 0.5, 0.001, 0.0, -1.0)]
    assert ranks == sorted(ranks) and ranks[-1] < AFTER_ALL
    assert pages.rank(0.5, "a") < pages.rank(0.5, "b")
    assert pages.face_id_of(pages.rank(0.5, "a")) == "a"
