"""The whole way of learning with real pictures: described, tagged through the API, learnt, predicted, corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.settings import LearnSettings, Settings
from resolvers.asgi import create_app
from tests.kit.corpora import CORPORA, SCENES
from tests.kit.graphql import TOKENS, Ask, data, names, photo_ids
from tests.kit.pictures import put
from tests.kit.waiting import Pauses

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KINDS = ("forest", "sea", "street")
EACH, SAID = 30, 12
THRESHOLD = 0.4


def named(kind: str, number: int) -> str:
    """Two of each kind a day. Of the days on which some are tagged, two are held out, whatever else is in the graph."""
    return f"{kind} {number} 2019-07-{10 + number // 2}.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """EACH pictures of each kind."""
    root = tmp_path / "Pictures"
    for kind in KINDS:
        for number, picture in enumerate(sorted((SCENES / kind).iterdir())[:EACH]):
            put(root / named(kind, number), picture.read_bytes())
    return root


@pytest.fixture
async def app(settings: Settings, backbone_home: Path) -> Starlette:
    settings.models.folder = backbone_home
    learn = LearnSettings(threads=2, precision=0.9)
    return create_app(settings.model_copy(update={"token": SecretStr(TOKENS["owner"]), "learn": learn}))


async def at_rest(ask: Ask) -> list[Any]:
    """No job is left; all of them, newest first."""
    pause = Pauses()
    while True:
        jobs: list[Any] = data(await ask("{ jobs(first: 100) { nodes { state kind message } } }"))["jobs"]["nodes"]
        assert not [job for job in jobs if job["state"] == "FAILED"], jobs
        if all(job["state"] == "SUCCEEDED" for job in jobs):
            return jobs
        await pause()


async def trained(ask: Ask) -> Any:
    """The version that came of it."""
    data(await ask("mutation { train(kind: TAGS) { id kind } }"))
    await at_rest(ask)
    return (await models(ask))[0]


async def models(ask: Ask) -> list[Any]:
    query = """{ models(kind: TAGS) { id version state reason labels examples snapshot
      metrics { heldOut precision recall f1 averagePrecision }
      perLabel { label examples precision recall threshold } } }"""
    found: list[Any] = data(await ask(query))["models"]
    return found


async def say(ask: Ask, how: str, photos: list[str], tags: list[str]) -> None:
    query = f"mutation($p: [ID!]!, $t: [String!]!) {{ {how}(photos: $p, tags: $t) {{ changed }} }}"
    data(await ask(query, p=photos, t=tags))


async def set_thresholds(ask: Ask) -> None:
    for tag in data(await ask("{ tags { nodes { id } } }"))["tags"]["nodes"]:
        query = "mutation($t: ID!, $x: Float!) { setThreshold(tag: $t, threshold: $x) { threshold } }"
        assert data(await ask(query, t=tag["id"], x=THRESHOLD))["setThreshold"] == {"threshold": THRESHOLD}


async def queue(ask: Ask, **arguments: Any) -> Any:
    query = """query($kind: ModelKind, $tag: ID, $first: Int, $after: String) {
      reviewQueue(kind: $kind, tag: $tag, first: $first, after: $after) { totalCount reason
        pageInfo { hasNextPage endCursor }
        nodes { id kind label score reason photo { name } tag { id name } face { id } } } }"""
    return data(await ask(query, **arguments))["reviewQueue"]


async def answered(ask: Ask, how: str, item: Any) -> Any:
    query = f"mutation($i: [ID!]!) {{ {how}(items: $i) {{ matched changed change }} }}"
    answer = data(await ask(query, i=[item["id"]]))[how]
    assert (answer["matched"], answer["changed"]) == (1, 1)
    return answer["change"]


async def suggested(ask: Ask) -> None:
    """Before anything was said there are classes of ImageNet to say yes or no to."""
    everything = (await queue(ask, first=500))["nodes"]
    assert len(everything) > 5
    assert all(item["reason"].startswith("ImageNet's classes, not your labels") for item in everything)
    assert all(item["tag"] is None and item["score"] >= 0.3 for item in everything)
    assert not data(await ask("{ tags { totalCount } }"))["tags"]["totalCount"]
    right = everything[0]
    wrong = next(item for item in everything if item["label"] != right["label"])  # and so does not use its tag
    change = await answered(ask, "confirm", right)
    await answered(ask, "reject", wrong)
    left = {item["id"] for item in (await queue(ask, first=500))["nodes"]}
    assert left == {item["id"] for item in everything} - {right["id"], wrong["id"]}
    assert await names(ask, {"tags": {"any": [right["label"]]}}) == {right["photo"]["name"]}
    data(await ask("mutation($c: ID!) { undo(change: $c) { changed } }", c=change))
    assert not data(await ask("{ tags { totalCount } }"))["tags"]["totalCount"], "the undo takes the new tag away"


async def seen(ask: Ask) -> None:
    """Words find photos by what the pictures show, and say that they are guesses."""
    query = """query($text: String!) { search(text: $text, first: 100) { terms { kind label count } unmatched
      photos { totalCount nodes { name } edges { matches { kind label } } } } }"""
    found = data(await ask(query, text="photos of the beach"))["search"]
    shown = {node["name"] for node in found["photos"]["nodes"]}
    assert found["terms"] == [{"kind": "LOOKS_LIKE", "label": "beach", "count": len(shown)}] and not found["unmatched"]
    assert shown
    if CORPORA.is_dir():  # pictures that tests make show no beach
        assert len(shown) > EACH / 5 and tagged_right(shown, "sea") > 0.8
    assert {match["kind"] for edge in found["photos"]["edges"] for match in edge["matches"]} == {"LOOKS_LIKE"}
    assert await names(ask, {"looksLike": "spiaggia"}) == shown
    assert not await names(ask, {"looksLike": "beach", "certainty": "CONFIRMED"})


async def reviewed(ask: Ask) -> None:
    """What was asked is answered, and asked no more."""
    everything = await queue(ask, kind="TAGS", first=500)
    asked = [(item["photo"]["name"], item["label"]) for item in everything["nodes"]]
    assert len(asked) == everything["totalCount"] == len(set(asked)) > 10
    assert not [name for name, label in asked if name in {named(label, number) for number in range(SAID)}]
    assert all(item["reason"] and item["tag"]["name"] == item["label"] for item in everything["nodes"])
    page = await queue(ask, kind="TAGS", first=2)
    rest = await queue(ask, kind="TAGS", first=500, after=page["pageInfo"]["endCursor"])
    assert [item["id"] for item in page["nodes"] + rest["nodes"]] == [item["id"] for item in everything["nodes"]]
    tag = everything["nodes"][0]["tag"]
    assert {item["label"] for item in (await queue(ask, tag=tag["id"]))["nodes"]} == {tag["name"]}
    assert (await queue(ask, kind="PERSONS"))["totalCount"] == 0

    right, wrong = everything["nodes"][:2]  # as far as what follows is concerned
    answers = [await answered(ask, how, item) for how, item in (("confirm", right), ("reject", wrong))]
    left = await queue(ask, kind="TAGS", first=500)
    assert left["totalCount"] == everything["totalCount"] - 2
    assert {right["id"], wrong["id"]}.isdisjoint(item["id"] for item in left["nodes"])
    said = await names(ask, {"tags": {"any": [right["label"]]}, "certainty": "CONFIRMED"})
    assert right["photo"]["name"] in said
    assert wrong["photo"]["name"] not in await names(ask, {"tags": {"any": [wrong["label"]]}})
    for change in answers:
        data(await ask("mutation($c: ID!) { undo(change: $c) { changed } }", c=change))
    assert (await queue(ask, kind="TAGS", first=500))["totalCount"] == everything["totalCount"], "asked again"
    skip = "mutation($i: [ID!]!) { skip(items: $i) { changed change } }"
    skipped = data(await ask(skip, i=[item["id"] for item in everything["nodes"]]))["skip"]
    left = await queue(ask, kind="TAGS", first=500)
    assert (skipped["changed"], left["totalCount"]) == (everything["totalCount"], 0)
    assert "skipped questions are asked again from" in left["reason"]
    data(await ask("mutation($c: ID!) { undo(change: $c) { changed } }", c=skipped["change"]))


async def judged(ask: Ask, kind: str) -> None:
    """A sheet of the tag is judged, and what the tag finds follows from it at once."""
    tag = data(await ask("query($n: String!) { tag(name: $n) { id } }", n=kind))["tag"]["id"]
    data(await ask("mutation($t: ID!) { setThreshold(tag: $t, threshold: null) { id } }", t=tag))
    sheet = "query($t: ID!) { tagSheet(tag: $t) { photos { id name } } }"
    shown = data(await ask(sheet, t=tag))["tagSheet"]["photos"]
    assert len(shown) > 12 and data(await ask(sheet, t=tag))["tagSheet"]["photos"] == shown
    wrong = [photo["id"] for photo in shown if not photo["name"].startswith(kind)]
    query = "mutation($t: ID!, $w: [ID!]!) { judgeSheet(tag: $t, wrong: $w) { matched change } }"
    assert data(await ask(query, t=tag, w=wrong))["judgeSheet"]["matched"] == len(shown)
    trust = "query($n: String!) { tag(name: $n) { trust threshold } }"
    assert data(await ask(trust, n=kind))["tag"]["trust"] == "PROVEN"
    found = await names(ask, {"tags": {"any": [kind]}})
    assert {photo["name"] for photo in shown if photo["id"] not in wrong} <= found
    assert tagged_right(found, kind) > 0.85


def tagged_right(found: set[str], kind: str) -> float:
    return sum(name.startswith(kind) for name in found) / max(1, len(found))


async def test_what_was_said_is_learnt_and_what_is_corrected_stays_corrected(ask: Ask, library: str) -> None:
    jobs = await at_rest(ask)
    messages = [job["message"] for job in jobs if job["kind"] == "PREDICT"]
    # On a slow machine, a second job describes the photos that arrived while the first was running.
    assert sum(int(message.split()[0]) for message in messages if " described. " in message) == 3 * EACH
    photos = await photo_ids(ask)
    await suggested(ask)
    await seen(ask)
    similar = data(
        await ask("query($i: ID!) { photo(id: $i) { similar(first: 9) { name } } }", i=photos[named("forest", 20)])
    )["photo"]["similar"]
    assert len(similar) == 9
    assert tagged_right({each["name"] for each in similar}, "forest") > 0.7

    for kind in KINDS:
        await say(ask, "tagPhotos", [photos[named(kind, number)] for number in range(SAID)], [kind])
    first = await trained(ask)
    assert (first["version"], first["state"], first["labels"], first["examples"]) == (1, "ACTIVE", 3, 3 * SAID)
    assert first["metrics"]["averagePrecision"] > 0.6
    assert {each["label"] for each in first["perLabel"]} == set(KINDS)

    await set_thresholds(ask)
    for kind in KINDS:
        found = await names(ask, {"tags": {"any": [kind]}})
        assert len(found) > SAID + (EACH - SAID) / 2
        assert tagged_right(found, kind) > 0.8
        said = await names(ask, {"tags": {"any": [kind]}, "certainty": "CONFIRMED"})
        assert said == {named(kind, number) for number in range(SAID)}
    query = "query($i: ID!) { photo(id: $i) { tags { source score model { version } tag { name } } } }"
    predicted = [
        (name, tag)
        for name, id_ in photos.items()
        for tag in data(await ask(query, i=id_))["photo"]["tags"]
        if tag["source"] == "PREDICTED"
    ]
    assert all(tag["model"] == {"version": 1} and tag["score"] >= THRESHOLD for _, tag in predicted)

    await reviewed(ask)

    wrong, tag = predicted[0]
    await say(ask, "untagPhotos", [photos[wrong]], [tag["tag"]["name"]])
    assert wrong not in await names(ask, {"tags": {"any": [tag["tag"]["name"]]}})
    second = await trained(ask)
    assert second["version"] == 2
    assert second["snapshot"] != first["snapshot"]
    assert wrong not in await names(ask, {"tags": {"any": [tag["tag"]["name"]]}}), "it does not come back"
    again = await trained(ask)
    assert again["snapshot"] == second["snapshot"]
    assert (again["metrics"], again["perLabel"]) == (second["metrics"], second["perLabel"]), "the same twice"

    back = data(await ask("mutation($i: ID!) { activateModel(id: $i) { version state } }", i=first["id"]))
    assert back["activateModel"] == {"version": 1, "state": "ACTIVE"}
    assert [model["state"] for model in await models(ask)].count("ACTIVE") == 1
    await at_rest(ask)
    assert wrong not in await names(ask, {"tags": {"any": [tag["tag"]["name"]]}}), "nor by an older version"
    shown = data(await ask(query, i=photos[predicted[1][0]]))["photo"]["tags"]
    assert {tag["model"]["version"] for tag in shown if tag["source"] == "PREDICTED"} == {1}
    await judged(ask, "sea")
