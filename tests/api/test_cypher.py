"""docs/cypher.md: each question in Cypher finds the photos that the API answers with."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from photos_graph.graph.engine.connection import Graph
from tests.kit.cookbook import PAGE, SHOTS, plant_cookbook, questions
from tests.kit.graphql import Ask

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

# The numbers of the photos that each question is about, so that both cannot be wrong in the same way.
FOUND = {
    "A tag": {0, 1, 3, 4, 5, 7},
    "A person": {0},
    "A person, without predictions": {0, 2, 6},
    "One person without another": {1, 2, 6},
    "Nobody else": {1, 2, 6},
    "Several faces": {0},
    "A place": {0, 1, 2, 3},
    "A folder": {0, 1, 2, 3, 4, 7},
    "A date": {0, 1, 3, 7},
    "Near a position": {0, 1},
    "A rating": {0, 1, 6},
    "An exposure": {3, 4, 7},
    "The picture and its files": {0, 6},
    "A word": {0, 3, 4, 5, 6, 7, 8},
    "Not": {4, 5, 6, 7, 8, 10},
    "Untagged": {8, 10},
    "Landscapes in Abruzzo containing me": {0, 1, 2},
}


@pytest.fixture
async def planted(graph: Graph) -> Graph:
    await plant_cookbook(graph)
    return graph


@pytest.fixture
async def app(planted: Graph, app: Starlette) -> Starlette:
    """The service starts when the library is there."""
    return app


def test_every_question_of_the_page_is_asked() -> None:
    assert list(questions()) == list(FOUND)
    assert PAGE.read_text().count("```cypher") == len(FOUND)


async def test_cypher_and_the_api_answer_alike(planted: Graph, ask: Ask) -> None:
    names = [shot[0] for shot in SHOTS]
    in_cypher: dict[str, set[int]] = {}
    in_api: dict[str, set[int]] = {}
    for title, (graphql, cypher) in questions().items():
        in_cypher[title] = {row["p"]["number"] for row in await planted.read(cypher)}
        answer = await ask(graphql.replace("totalCount", "totalCount nodes { name }"))
        page = answer["data"]["photos"]
        in_api[title] = {names.index(node["name"]) for node in page["nodes"]}
        assert page["totalCount"] == len(in_api[title]), title
    assert in_cypher == FOUND
    assert in_api == FOUND
