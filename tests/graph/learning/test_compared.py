"""What photos that are compared have, as it is in the graph."""

from __future__ import annotations

import pytest

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import compared
from photos_graph.graph.learning.compared import ComparedPhoto
from tests.kit.faces import Found, find
from tests.kit.planted import photo_id, plant

pytestmark = pytest.mark.anyio


async def test_pictures_and_the_quality_of_their_faces(graph: Graph) -> None:
    await plant(graph, {"a": "a"}, {"a": range(3)})
    await find(graph, Found("f1", photo_id(1), quality=0.4), Found("f2", photo_id(1), quality=0.8, x=0.6))
    found = await compared.pictures(graph, [1, 2, 99])
    assert found == {number: ComparedPhoto(number, photo_id(number), 4, 3, "") for number in (1, 2)}
    assert await compared.face_quality(graph, [0, 1]) == {1: pytest.approx(0.6)}
