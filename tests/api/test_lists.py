"""What the answers of mutations say about lists, so that clients need not ask for them again."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.settings import Settings
from tests.kit.everything import furnish
from tests.kit.graphql import Ask, data

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

LISTS = "{ faceClusters { nodes { id faces { nodes { id } } } } reviewQueue { nodes { id kind } } }"
NAME = 'mutation($c: ID!) { nameCluster(cluster: $c, person: "Emil") { change deletedIds } }'
ASSIGN = 'mutation($f: [ID!]!) { assignFaces(faces: $f, person: "Emil") { deletedIds } }'
ANSWERS = """mutation($a: [ID!]!, $b: [ID!]!, $c: [ID!]!) {
  confirm(items: $a) { deletedIds } reject(items: $b) { deletedIds } skip(items: $c) { deletedIds }
}"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


async def test_clusters_and_questions_that_are_done_are_gone_from_their_lists(
    app: Starlette, client: httpx.AsyncClient, ask: Ask
) -> None:
    await furnish(app.state.services)
    before = data(await ask(LISTS))
    one, two, three = before["faceClusters"]["nodes"]
    named = data(await ask(NAME, c=one["id"]))["nameCluster"]
    assert named["deletedIds"] == [one["id"]]
    faces = [face["id"] for face in two["faces"]["nodes"]]
    assert data(await ask(ASSIGN, f=faces[1:]))["assignFaces"]["deletedIds"] == []
    assert data(await ask(ASSIGN, f=faces[:1]))["assignFaces"]["deletedIds"] == [two["id"]]
    changed = data(await ask("{ changes(first: 3) { nodes { id deletedIds } } }"))["changes"]["nodes"]
    assert changed[-1] == {"id": named["change"], "deletedIds": [one["id"]]}

    tags = [item["id"] for item in before["reviewQueue"]["nodes"] if item["kind"] == "TAGS"]
    answered = data(await ask(ANSWERS, a=tags[:2], b=tags[2:3], c=tags[3:5]))
    assert [each["deletedIds"] for each in answered.values()] == [tags[:2], tags[2:3], tags[3:5]]
    after = data(await ask(LISTS))
    assert [each["id"] for each in after["faceClusters"]["nodes"]] == [three["id"]]
    assert [each["id"] for each in after["reviewQueue"]["nodes"] if each["kind"] == "TAGS"] == tags[5:]
