"""The whole way with real faces: found, grouped, named through the API, recognised, and searched for in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.settings import Settings
from resolvers.asgi import create_app
from tests.kit.corpora import PORTRAITS
from tests.kit.graphql import TOKENS, Ask, data, names
from tests.kit.pictures import encoded, put
from tests.kit.portraits import heard, with_models
from tests.kit.waiting import Pauses

pytestmark = pytest.mark.anyio

WHO = {"me": "George_W_Bush", "Colin": "Colin_Powell", "Tony": "Tony_Blair"}
EACH = 6
TOGETHER = {"me and Colin.jpg", "me and Tony.jpg", "all.jpg"}


def portraits(name: str, count: int) -> list[Path]:
    return sorted((PORTRAITS / WHO[name]).iterdir())[:count]


def together(*pictures: Path) -> bytes:
    """Several pictures beside one another, as one."""
    opened = [PIL.Image.open(picture) for picture in pictures]
    wide = PIL.Image.new("RGB", (sum(each.width for each in opened), max(each.height for each in opened)))
    left = 0
    for each in opened:
        wide.paste(each, (left, 0))
        left += each.width
    return encoded(wide, "JPEG", quality=95)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of each of three persons alone; and others of me with Colin, with Tony, and with both."""
    root = tmp_path / "Pictures"
    for name in WHO:
        for number, picture in enumerate(portraits(name, EACH)):
            put(root / f"{name} {number}.jpg", picture.read_bytes())
    me, colin, tony = (portraits(name, EACH + 2)[EACH:] for name in WHO)
    put(root / "me and Colin.jpg", together(me[0], colin[0]))
    put(root / "me and Tony.jpg", together(me[1], tony[0]))
    put(root / "all.jpg", together(portraits("me", 9)[8], colin[1], tony[1]))
    return root


@pytest.fixture
async def app(settings: Settings, weights_home: Path) -> Starlette:
    settings = with_models(settings, weights_home)
    return create_app(settings.model_copy(update={"token": SecretStr(TOKENS["owner"])}))


async def at_rest(app: Starlette, ask: Ask) -> None:
    """What people said a moment ago was looked at, and no job is left."""
    await heard(app.state.services)
    pause = Pauses()
    while True:
        jobs = data(await ask("{ jobs(first: 100) { nodes { state kind message } } }"))["jobs"]["nodes"]
        assert not [job for job in jobs if job["state"] == "FAILED"], jobs
        if all(job["state"] == "SUCCEEDED" for job in jobs):
            return
        await pause()


async def clusters(ask: Ask) -> list[Any]:
    query = """{ faceClusters(minSize: 2) { nodes { id size faces(first: 20) { nodes { id photo { name } thumbnail } }
      suggestions { person { name } score } } } }"""
    found: list[Any] = data(await ask(query))["faceClusters"]["nodes"]
    return found


def whose(cluster: Any) -> str:
    """Of whom most of its pictures are, by their names; those with several persons tell nothing."""
    shown = [node["photo"]["name"] for node in cluster["faces"]["nodes"]]
    alone = [name.split()[0] for name in shown if name not in TOGETHER]
    return max(sorted(set(alone)), key=alone.count)


async def searched(ask: Ask, text: str) -> set[str]:
    query = "query($t: String!) { search(text: $t) { unmatched photos { nodes { name } } } }"
    answer = data(await ask(query, t=text))["search"]
    assert answer["unmatched"] == []
    return {node["name"] for node in answer["photos"]["nodes"]}


async def test_all_pictures_of_me_and_of_me_with_one_without_another(app: Starlette, ask: Ask, library: str) -> None:
    await at_rest(app, ask)
    grouped = {whose(cluster): cluster for cluster in await clusters(ask)}
    assert set(grouped) == set(WHO)
    people = {}
    for name, cluster in grouped.items():
        known = "Me" if name == "me" else name
        create = "mutation($n: String!, $m: Boolean!) { createPerson(name: $n, isMe: $m) { id } }"
        people[name] = data(await ask(create, n=known, m=name == "me"))["createPerson"]["id"]
        # Half of them is said by hand; the others have to be recognised.
        alone = [n["id"] for n in cluster["faces"]["nodes"] if n["photo"]["name"].startswith(f"{name} ")]
        assign = "mutation($f: [ID!]!, $p: String!) { assignFaces(faces: $f, person: $p) { changed change } }"
        data(await ask(assign, f=alone[:3], p=people[name]))
    await at_rest(app, ask)
    mine = {f"me {n}.jpg" for n in range(EACH)}
    found = await names(ask, {"persons": {"any": [people["me"]]}})
    assert found == mine | TOGETHER, "said of three, recognised on the others"
    assert len(await names(ask, {"persons": {"any": [people["me"]]}, "certainty": "CONFIRMED"})) == 3
    assert await searched(ask, "all pictures of me") == mine | TOGETHER
    assert await searched(ask, "me and Colin without Tony") == {"me and Colin.jpg"}
    assert await searched(ask, "me and Tony") == {"me and Tony.jpg", "all.jpg"}
    only = await names(ask, {"persons": {"any": [people["me"]], "only": True}})
    assert only == mine
    rejected = data(
        await ask(
            "mutation($f: [ID!]!, $p: ID!) { rejectFaces(faces: $f, person: $p) { change } }",
            f=await faces_of(ask, "all.jpg", "Me"),
            p=people["me"],
        )
    )["rejectFaces"]
    await at_rest(app, ask)
    assert await searched(ask, "all pictures of me") == mine | TOGETHER - {"all.jpg"}, "and it does not come back"
    data(await ask("mutation($c: ID!) { undo(change: $c) { changed } }", c=rejected["change"]))
    await at_rest(app, ask)
    assert await searched(ask, "all pictures of me") == mine | TOGETHER

    data(await ask("mutation { train(kind: PERSONS) { id } }"))
    await at_rest(app, ask)
    query = "{ models(kind: PERSONS) { version state labels examples reason perLabel { label threshold } } }"
    [learnt] = data(await ask(query))["models"]
    assert (learnt["version"], learnt["state"], learnt["labels"], learnt["examples"]) == (1, "ACTIVE", 3, 9), learnt
    assert {each["label"] for each in learnt["perLabel"]} == {"Me", "Colin", "Tony"}
    assert await searched(ask, "all pictures of me") == mine | TOGETHER, "now by the model that was trained"
    await asked_about(app, ask, people["Colin"])


async def asked_about(app: Starlette, ask: Ask, person: str) -> None:
    """A face under the wrong name is asked about; the answer stays."""
    nodes = data(await ask("{ photos { nodes { name faces { id } } } }"))["photos"]["nodes"]
    [[wrong]] = [[face["id"] for face in node["faces"]] for node in nodes if node["name"] == "Tony 5.jpg"]
    assign = "mutation($f: [ID!]!, $p: String!) { assignFaces(faces: $f, person: $p) { changed } }"
    data(await ask(assign, f=[wrong], p=person))
    await at_rest(app, ask)
    query = """query($p: ID) { reviewQueue(kind: PERSONS, person: $p) { totalCount
      nodes { id label reason photo { name } face { id } person { name } tag { name } } } }"""
    queue = data(await ask(query, p=person))["reviewQueue"]
    [item] = [node for node in queue["nodes"] if node["face"]["id"] == wrong]
    assert item["reason"].startswith("It is less similar to the other 3 faces of this person")
    assert (item["label"], item["photo"], item["tag"]) == ("Colin", {"name": "Tony 5.jpg"}, None)
    answer = data(await ask("mutation($i: [ID!]!) { reject(items: $i) { matched changed } }", i=[item["id"]]))
    assert answer["reject"] == {"matched": 1, "changed": 1}
    left = data(await ask(query, p=person))["reviewQueue"]
    assert left["totalCount"] == queue["totalCount"] - 1
    assert wrong not in {node["face"]["id"] for node in left["nodes"]}
    found = data(await ask("query($p: ID!) { person(id: $p) { faces { nodes { id } } } }", p=person))["person"]["faces"]
    assert wrong not in {node["id"] for node in found["nodes"]}


async def faces_of(ask: Ask, photo: str, person: str) -> list[str]:
    """The ids of the faces on a photo that are a person's."""
    query = """query($f: PhotoFilter) { photos(filter: $f) { nodes { name faces { id person { name } source
      thumbnail suggestions { person { name } score } } } } }"""
    nodes = data(await ask(query, f={"persons": {"any": [person]}}))["photos"]["nodes"]
    [shown] = [node["faces"] for node in nodes if node["name"] == photo]
    found = [face for face in shown if face["person"] == {"name": person}]
    assert [face["source"] for face in found] == ["PREDICTED"]
    assert all(face["suggestions"][0]["person"]["name"] == person for face in found)
    return [face["id"] for face in found]
