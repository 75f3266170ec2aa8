"""Inheritance in plain Cypher, as docs/cypher.md asks it, against the pure rules, over random libraries."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from photos_graph.graph.engine.connection import Graph
from photos_graph.settings import Settings
from tests.kit.cookbook import questions
from tests.kit.engines import RunningEngine
from tests.kit.oracles.worlds import PHOTOS, TAGS, World, arrange, moves, opened, worlds

NAMED = "(:Tag {name: 'Italy'})-[:CHILD_OF]->(:Tag {name: 'Places'})"
HAVING = questions()["A tag"][1]
PREDICTED = "MATCH (p:Photo)-[r:PREDICTED]->(s) WHERE r.score >= s.threshold RETURN p\n  UNION"
UNTAGGED = questions()["Untagged"][1]


async def numbers(graph: Graph, query: str, **parameters: str) -> set[int]:
    return {row["p"]["number"] for row in await graph.read(query, **parameters)}


async def compare(graph: Graph, world: World) -> None:
    having = HAVING.replace(NAMED, "(:Tag {name: $tag})")
    confirmed = having.replace(PREDICTED, "")
    assert len({HAVING, having, confirmed}) == 3, "the page says it otherwise now"
    for tag_id in TAGS:
        assert await numbers(graph, having, tag=tag_id) == world.having(tag_id), tag_id
        assert await numbers(graph, confirmed, tag=tag_id) == world.having(tag_id, confirmed=True), tag_id
    shown = {photo for photo, _ in world.files - world.missing}
    assert await numbers(graph, UNTAGGED) == {photo for photo in PHOTOS if not world.tags_of(photo)} & shown


@given(data=st.data())
@rules(max_examples=15, suppress_health_check=list(HealthCheck))
def test_plain_cypher_and_the_rules_agree(engine: RunningEngine, settings: Settings, data: st.DataObject) -> None:
    world = data.draw(worlds())
    moved = data.draw(moves(world))

    async def check() -> None:
        async with opened(engine, settings, world) as graph:
            await compare(graph, world)
            await arrange(graph, moved)
            await compare(graph, moved)

    asyncio.run(check())
