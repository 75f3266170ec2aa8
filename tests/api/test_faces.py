"""Faces and persons through the API: named, told apart, listed, suggested, drawn, and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from starlette.applications import Starlette

from photos_graph.bootstrap import Services
from photos_graph.services.faces.person_details import age_at
from resolvers import ids
from tests.kit.faces import Found, find, liken
from tests.kit.graphql import Ask, code, data, names, photo_ids

pytestmark = pytest.mark.anyio

CREATE = "mutation($n: String!, $m: Boolean! = false) { createPerson(name: $n, isMe: $m) { id name isMe } }"

RENAME = "mutation($i: ID!, $n: String!) { renamePerson(id: $i, name: $n) { id name } }"

UPDATE = """mutation($i: ID!, $m: Boolean, $h: Boolean, $c: ID) {
  updatePerson(id: $i, isMe: $m, hidden: $h, cover: $c) { name isMe hidden cover { id } } }"""

MERGE = "mutation($f: [ID!]!, $i: ID!) { mergePersons(from: $f, into: $i) { matched changed change } }"

DELETE = "mutation($i: ID!) { deletePerson(id: $i) }"

NAME = "mutation($c: ID!, $p: String!) { nameCluster(cluster: $c, person: $p) { matched changed change } }"

ASSIGN = "mutation($f: [ID!]!, $p: String!) { assignFaces(faces: $f, person: $p) { matched changed change } }"

REJECT = "mutation($f: [ID!]!, $p: ID!) { rejectFaces(faces: $f, person: $p) { matched changed change } }"

IGNORE = "mutation($f: [ID!]!, $i: Boolean! = true) { ignoreFaces(faces: $f, ignored: $i) { matched changed change } }"

ADD = """mutation($p: ID!, $b: BoxInput!, $w: String) { addFace(photo: $p, box: $b, person: $w) {
  id box { x y width height } confidence quality person { name } source ignored photo { name }
  suggestions { score } } }"""

UNDO = "mutation($c: ID!) { undo(change: $c) { matched changed change } }"

PERSON = "query($n: String) { person(name: $n) { id name isMe hidden photoCount faceCount cover { id } } }"

FACES = """query($f: FaceFilter, $n: Int, $a: String) { faces(filter: $f, first: $n, after: $a) {
  totalCount nodes { id quality } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""

PHOTO = """query($p: ID!) { photo(id: $p) { faces { id box { x } person { name } source ignored
  suggestions { person { name } score } } } }"""


def face(*names: str) -> list[str]:
    return [ids.encode("Face", name) for name in names]


CLUSTER = ids.encode("FaceCluster", "c")


@pytest.fixture
async def services(ask: Ask, library: str, app: Starlette) -> Services:
    """Faces f1 to f12 on the photos of those names, better and better, f1 to f4 in a cluster, f5 to f7 in another; g1
    to the right of f1."""
    ours = {name.removesuffix(".jpg"): ids.decode("Photo", id_) for name, id_ in (await photo_ids(ask)).items()}
    services: Services = app.state.services
    clusters = dict.fromkeys("1234", "c") | dict.fromkeys("567", "d")
    found = [
        Found(f"f{name}", photo, quality=int(name) / 20, cluster=clusters.get(name)) for name, photo in ours.items()
    ]
    await find(services.graph, *found, Found("g1", ours["1"], x=0.6))
    await services.index.catch_up()
    return services


async def person(ask: Ask, name: str) -> Any:
    return data(await ask(PERSON, n=name))["person"]


async def listed(ask: Ask, **filter: Any) -> list[str]:
    found = data(await ask(FACES, f=filter, n=500))["faces"]
    assert found["totalCount"] == len(found["nodes"])
    return [ids.decode("Face", node["id"]) for node in found["nodes"]]


@pytest.mark.usefixtures("services")
async def test_a_person_from_first_to_last(ask: Ask) -> None:
    anna = data(await ask(CREATE, "editor", n=" Anna ", m=True))["createPerson"]
    assert (anna["name"], anna["isMe"]) == ("Anna", True)
    done = data(await ask(ASSIGN, "editor", f=face("f1", "f2", "f9"), p=anna["id"]))["assignFaces"]
    assert (done["matched"], done["changed"], done["change"] is not None) == (3, 3, True)
    found = await person(ask, "anna")
    assert (found["photoCount"], found["faceCount"], found["cover"]["id"]) == (3, 3, *face("f9"))
    assert await names(ask, {"persons": {"any": ["Anna"]}}) == {"1.jpg", "2.jpg", "9.jpg"}
    updated = data(await ask(UPDATE, "editor", i=anna["id"], c=face("f2")[0], h=True))["updatePerson"]
    assert updated == {"name": "Anna", "isMe": True, "hidden": True, "cover": {"id": face("f2")[0]}}
    assert data(await ask(UPDATE, "editor", i=anna["id"], h=False))["updatePerson"]["cover"] is not None
    assert data(await ask(RENAME, "editor", i=anna["id"], n="Ann"))["renamePerson"] == {"id": anna["id"], "name": "Ann"}
    assert data(await ask(DELETE, "editor", i=anna["id"]))["deletePerson"] is True
    assert data(await ask(DELETE, "editor", i=anna["id"]))["deletePerson"] is False
    assert await person(ask, "Ann") is None
    assert len(await listed(ask)) == 13, "their faces stay"


@pytest.mark.usefixtures("services")
async def test_a_name_means_the_one_who_has_it_and_is_never_merged_silently(ask: Ask) -> None:
    anna, bob = [data(await ask(CREATE, n=name))["createPerson"]["id"] for name in ("Anna", "Bob")]
    refused = await ask(RENAME, i=bob, n="anna")
    assert (code(refused), refused["errors"][0]["extensions"]["id"]) == ("CONFLICT", anna)
    data(await ask(ASSIGN, f=face("f1"), p="Anna"))
    data(await ask(NAME, c=CLUSTER, p="anna"))
    box = {"x": 0.4, "y": 0, "width": 0.1, "height": 0.1}
    data(await ask(ADD, p=(await photo_ids(ask))["1.jpg"], b=box, w="Anna"))
    assert (await person(ask, "Anna"))["id"] == anna
    assert data(await ask(CREATE, n="ANNA"))["createPerson"]["id"] != anna
    for answer in (await ask(ASSIGN, f=face("f1"), p="Anna"), await ask(NAME, c=CLUSTER, p="anna")):
        assert code(answer) in ("BAD_INPUT", "NOT_FOUND")


@pytest.mark.usefixtures("services")
async def test_merged_persons_come_back_with_undo(ask: Ask) -> None:
    data(await ask(ASSIGN, f=face("f1"), p="Anna"))
    data(await ask(ASSIGN, f=face("f2", "f3"), p="Ann"))
    anna, ann = (await person(ask, "Anna"))["id"], (await person(ask, "Ann"))["id"]
    done = data(await ask(MERGE, "editor", f=[ann], i=anna))["mergePersons"]
    assert (done["matched"], done["changed"]) == (2, 2)
    assert (await person(ask, "Anna"))["faceCount"] == 3
    assert await person(ask, "Ann") is None
    back = data(await ask(UNDO, "editor", c=done["change"]))["undo"]
    assert (await person(ask, "Ann"))["id"] == ann
    assert await names(ask, {"persons": {"any": ["Ann"]}}) == {"2.jpg", "3.jpg"}
    assert code(await ask(UNDO, c=done["change"])) == "CONFLICT"
    data(await ask(UNDO, c=back["change"]))
    assert await person(ask, "Ann") is None
    data(await ask(ASSIGN, f=face("g1"), p="Gus"))
    data(await ask(MERGE, f=[(await person(ask, "Gus"))["id"]], i=anna))
    assert (await person(ask, "Anna"))["faceCount"] == 4, "twice in 1.jpg"


async def test_who_is_hidden_is_not_listed_suggested_or_counted(ask: Ask, services: Services) -> None:
    zoe = data(await ask(CREATE, n="Zoe"))["createPerson"]["id"]
    data(await ask(ASSIGN, f=face("f1"), p=zoe))
    await liken(services.graph, "f2", {ids.decode("Person", zoe): 0.8})
    persons = "query($h: Boolean! = false) { persons(includeHidden: $h) { nodes { name } } }"
    facets = "{ photos { facets { persons { person { name } count } } } }"
    for hidden in (False, True):
        data(await ask(UPDATE, i=zoe, h=hidden))
        listed = [node["name"] for node in data(await ask(persons))["persons"]["nodes"]]
        photo = data(await ask(PHOTO, p=(await photo_ids(ask))["2.jpg"]))["photo"]
        suggested = [each["person"]["name"] for each in photo["faces"][0]["suggestions"]]
        counted = [each["person"]["name"] for each in data(await ask(facets))["photos"]["facets"]["persons"]]
        assert listed == suggested == counted == ([] if hidden else ["Zoe"])
    assert [node["name"] for node in data(await ask(persons, h=True))["persons"]["nodes"]] == ["Zoe"]
    assert await names(ask, {"persons": {"any": ["Zoe"]}}) == {"1.jpg"}, "who asks for them by name finds them"


@pytest.mark.usefixtures("services")
async def test_faces_are_named_moved_rejected_and_ignored_and_all_of_it_is_undone(ask: Ask) -> None:
    named = data(await ask(ASSIGN, "editor", f=face("f1", "f2"), p="Anna"))["assignFaces"]
    anna = (await person(ask, "Anna"))["id"]
    moved = data(await ask(ASSIGN, "editor", f=face("f2"), p="Bob"))["assignFaces"]
    rejected = data(await ask(REJECT, "editor", f=face("f1", "f5"), p=anna))["rejectFaces"]
    ignored = data(await ask(IGNORE, "editor", f=face("f6")))["ignoreFaces"]
    assert (rejected["changed"], ignored["changed"]) == (2, 1)
    assert code(await ask(UNDO, c=named["change"])) == "CONFLICT"
    assert await names(ask, {"persons": {"any": ["Anna"]}}) == set()
    assert await names(ask, {"persons": {"any": ["Bob"]}}) == {"2.jpg"}
    assert await names(ask, {"faceCount": {"max": 0}}) == {"6.jpg"}
    assert data(await ask("{ library { faceCount } }"))["library"]["faceCount"] == 12
    for change in (ignored, rejected, moved, named):
        data(await ask(UNDO, "editor", c=change["change"]))
    assert await names(ask, {"persons": {"any": ["Anna", "Bob"]}}) == set()
    assert len(await listed(ask, unassigned=True, ignored=False)) == 13


@pytest.mark.usefixtures("services")
async def test_a_cluster_gets_a_name(ask: Ask) -> None:
    query = """query($m: Int! = 3, $n: Int, $a: String) { faceClusters(minSize: $m, first: $n, after: $a) {
      totalCount nodes { id size faces(first: 2) { totalCount nodes { quality } } } edges { cursor }
      pageInfo { hasNextPage endCursor } } }"""
    page = data(await ask(query))["faceClusters"]
    assert [(node["size"], node["faces"]["totalCount"]) for node in page["nodes"]] == [(4, 4), (3, 3)]
    assert [node["quality"] for node in page["nodes"][0]["faces"]["nodes"]] == [0.2, 0.15], "best first"
    first = data(await ask(query, n=1))["faceClusters"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    rest = data(await ask(query, n=1, a=first["pageInfo"]["endCursor"]))["faceClusters"]
    assert [node["size"] for node in rest["nodes"]] == [3] and not rest["pageInfo"]["hasNextPage"]
    data(await ask(ASSIGN, f=face("g1"), p="Anna"))
    anna = (await person(ask, "Anna"))["id"]
    done = data(await ask(NAME, "editor", c=CLUSTER, p=anna))["nameCluster"]
    assert (done["matched"], done["changed"]) == (4, 4), "twice on 1.jpg, since a person says so"
    assert (await person(ask, "Anna"))["faceCount"] == 5
    assert [node["size"] for node in data(await ask(query, m=1))["faceClusters"]["nodes"]] == [3]
    node = data(await ask("query($i: ID!) { node(id: $i) { id __typename ... on FaceCluster { size } } }", i=CLUSTER))
    assert node["node"] == {"id": CLUSTER, "__typename": "FaceCluster", "size": 0}
    data(await ask(UNDO, c=done["change"]))
    assert (await person(ask, "Anna"))["faceCount"] == 1
    assert [node["size"] for node in data(await ask(query))["faceClusters"]["nodes"]] == [4, 3]


async def test_whom_faces_and_clusters_are_like(ask: Ask, services: Services) -> None:
    anna, bob, cleo = [data(await ask(CREATE, n=name))["createPerson"]["id"] for name in ("Anna", "Bob", "Cleo")]
    a, b, c = (ids.decode("Person", id_) for id_ in (anna, bob, cleo))
    await liken(services.graph, "f1", {a: 0.5, b: 0.9, c: 0.7})
    await liken(services.graph, "f2", {a: 0.8, c: 0.7})
    await liken(services.graph, "f3", {a: 0.8}, applied=a)
    await services.index.catch_up()
    photos = await photo_ids(ask)
    seen = data(await ask(PHOTO, p=photos["1.jpg"]))["photo"]["faces"]
    assert [round(each["box"]["x"], 3) for each in seen] == [0.2, 0.6], "from left to right"
    assert [each["person"]["name"] for each in seen[0]["suggestions"]] == ["Bob", "Cleo", "Anna"]
    assert (seen[0]["person"], seen[0]["source"], seen[1]["suggestions"]) == (None, None, [])
    [sure] = data(await ask(PHOTO, p=photos["3.jpg"]))["photo"]["faces"]
    assert (sure["person"], sure["source"]) == ({"name": "Anna"}, "PREDICTED")
    assert (await person(ask, "Anna"))["faceCount"] == 1
    assert await listed(ask, person=anna) == ["f3"] and "f3" not in await listed(ask, unassigned=True)
    query = "{ faceClusters { nodes { suggestions { person { name } score } } } }"
    cluster, other = data(await ask(query))["faceClusters"]["nodes"]
    assert [(each["person"]["name"], round(each["score"], 3)) for each in cluster["suggestions"]] == [
        ("Anna", 0.525),
        ("Cleo", 0.35),
        ("Bob", 0.225),
    ]
    assert other["suggestions"] == []
    data(await ask(REJECT, f=face("f1"), p=bob))
    data(await ask(ASSIGN, f=face("f2"), p=cleo))
    seen = data(await ask(PHOTO, p=photos["1.jpg"]))["photo"]["faces"]
    assert [each["person"]["name"] for each in seen[0]["suggestions"]] == ["Cleo", "Anna"]
    [said] = data(await ask(PHOTO, p=photos["2.jpg"]))["photo"]["faces"]
    assert (said["person"], said["source"], said["suggestions"]) == ({"name": "Cleo"}, "MANUAL", [])


async def test_faces_are_listed_best_first_page_by_page(ask: Ask, services: Services) -> None:
    photo = ids.decode("Photo", (await photo_ids(ask))["5.jpg"])
    await find(services.graph, Found("h1", photo), Found("h2", photo))
    seen: list[str] = []
    after = None
    while True:
        page = data(await ask(FACES, n=4, a=after))["faces"]
        assert (page["totalCount"], page["pageInfo"]["hasPreviousPage"]) == (15, after is not None)
        seen += [ids.decode("Face", node["id"]) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    best = [f"f{n}" for n in (12, 11)]
    assert seen == [*best, "f10", "g1", "h1", "h2", *(f"f{n}" for n in range(9, 0, -1))]
    assert data(await ask(FACES, n=0))["faces"]["nodes"] == []


@pytest.mark.usefixtures("services")
async def test_faces_are_found_by_what_is_said_of_them(ask: Ask) -> None:
    data(await ask(ASSIGN, f=face("f1", "f2"), p="Anna"))
    data(await ask(IGNORE, f=face("f2", "f12")))
    anna, photos = (await person(ask, "Anna"))["id"], await photo_ids(ask)
    assert await listed(ask, photo=photos["1.jpg"]) == ["g1", "f1"]
    assert await listed(ask, person=anna) == ["f2", "f1"], "a name that was said stays"
    assert await listed(ask, person=anna, ignored=False) == ["f1"]
    assert await listed(ask, ignored=True) == ["f12", "f2"]
    assert await listed(ask, unassigned=True, minQuality=0.45) == ["f12", "f11", "f10", "g1", "f9"]
    assert await listed(ask, unassigned=False) == ["f2", "f1"]
    assert await listed(ask, photo=photos["1.jpg"], unassigned=True) == ["g1"]
    assert await listed(ask, photo=photos["2.jpg"], person=anna, ignored=True, minQuality=0.1) == ["f2"]
    page = data(await ask('{ person(name: "Anna") { faces(first: 1) { totalCount nodes { id } } } }'))["person"]
    assert page["faces"] == {"totalCount": 2, "nodes": [{"id": face("f2")[0]}]}
    node = data(
        await ask("query($i: ID!) { node(id: $i) { __typename ... on Face { person { name } } } }", i=face("f1")[0])
    )
    assert node["node"] == {"__typename": "Face", "person": {"name": "Anna"}}


@pytest.mark.usefixtures("services")
async def test_a_face_that_was_missed_is_drawn(ask: Ask) -> None:
    """No weights are here: it is kept all the same, for a job to look at."""
    photos, box = await photo_ids(ask), {"x": 0.5, "y": 0.25, "width": 0.25, "height": 0.5}
    drawn = data(await ask(ADD, "editor", p=photos["4.jpg"], b=box, w="Dora"))["addFace"]
    assert drawn == {
        "id": drawn["id"],
        "box": box,
        "confidence": 1.0,
        "quality": 0.0,
        "person": {"name": "Dora"},
        "source": "MANUAL",
        "ignored": False,
        "photo": {"name": "4.jpg"},
        "suggestions": [],
    }
    assert await names(ask, {"persons": {"any": ["Dora"]}}) == {"4.jpg"}
    assert await names(ask, {"faceCount": {"min": 2}}) == {"1.jpg", "4.jpg"}
    again = await ask(ADD, p=photos["4.jpg"], b={**box, "x": 0.45})
    assert (code(again), again["errors"][0]["extensions"]["id"]) == ("CONFLICT", drawn["id"])
    beside = data(await ask(ADD, p=photos["4.jpg"], b={**box, "x": 0.7}))["addFace"]
    assert (beside["person"], beside["source"]) == (None, None)
    mirrored = data(await ask(ADD, p=photos["4.jpg"], b={**box, "x": 0.0, "width": 0.1}, w="Dora"))["addFace"]
    assert mirrored["person"] == {"name": "Dora"}, "she says so"
    assert len(data(await ask(PHOTO, p=photos["4.jpg"]))["photo"]["faces"]) == 4


OUTSIDE = (
    (-0.1, 0, 0.5, 0.5),
    (0, 0, 0, 0.5),
    (0, 0, 0.5, -0.5),
    (0.6, 0, 0.5, 0.5),
    (0, 0.6, 0.5, 0.5),
    (1e300, 1e300, 1e300, 1e300),
)


@pytest.mark.usefixtures("services")
async def test_a_box_lies_in_the_picture(ask: Ask) -> None:
    photo = (await photo_ids(ask))["4.jpg"]
    for box in OUTSIDE:
        sides = dict(zip(("x", "y", "width", "height"), box, strict=True))
        assert code(await ask(ADD, p=photo, b=sides)) == "BAD_INPUT", box


@pytest.mark.usefixtures("services")
async def test_all_pictures_of_me_and_me_with_somebody_without_another(ask: Ask) -> None:
    data(await ask(CREATE, n="Anna", m=True))
    data(await ask(ASSIGN, f=face("f1", "f2", "f3", "f4"), p=(await person(ask, "Anna"))["id"]))
    data(await ask(ASSIGN, f=face("g1"), p="Bob"))
    photos = await photo_ids(ask)
    for number, x in (("2", 0.5), ("3", 0.5)):
        bob = (await person(ask, "Bob"))["id"]
        data(await ask(ADD, p=photos[f"{number}.jpg"], b={"x": x, "y": 0, "width": 0.2, "height": 0.2}, w=bob))
    data(await ask(ADD, p=photos["3.jpg"], b={"x": 0.75, "y": 0, "width": 0.2, "height": 0.2}, w="Cleo"))

    async def found(text: str) -> tuple[set[str], list[str]]:
        query = "query($t: String!) { search(text: $t) { unmatched photos { nodes { name } } } }"
        answer = data(await ask(query, t=text))["search"]
        return {node["name"] for node in answer["photos"]["nodes"]}, answer["unmatched"]

    assert await found("all pictures of me") == ({"1.jpg", "2.jpg", "3.jpg", "4.jpg"}, [])
    assert await found("me and Bob without Cleo") == ({"1.jpg", "2.jpg"}, [])
    data(await ask(UPDATE, i=(await person(ask, "Bob"))["id"], m=True))
    assert await found("all pictures of me") == ({"1.jpg", "2.jpg", "3.jpg"}, [])
    assert await names(ask, {"persons": {"any": ["Anna"], "only": True}}) == {"4.jpg"}


@pytest.mark.usefixtures("services")
async def test_how_old_a_person_was_in_a_photo(ask: Ask) -> None:
    create = """mutation { createPerson(name: "Kim", birthday: "1990-06-01", note: "cousin", groups: ["Family"]) {
      id birthday note groups } }"""
    kim = data(await ask(create))["createPerson"]
    assert kim == {"id": kim["id"], "birthday": "1990-06-01", "note": "cousin", "groups": ["Family"]}
    data(await ask(ASSIGN, f=face("f1"), p="Kim"))
    query = "query($p: ID!) { photo(id: $p) { takenAt faces { age } } }"
    photo = data(await ask(query, p=(await photo_ids(ask))["1.jpg"]))["photo"]
    taken = date.fromisoformat(photo["takenAt"][:10]) if photo["takenAt"] else None
    expected = age_at("1990-06-01", taken) if taken else None
    assert expected in [each["age"] for each in photo["faces"]]
    update = "mutation($i: ID!) { updatePerson(id: $i, birthday: null, groups: []) { birthday note groups } }"
    assert data(await ask(update, i=kim["id"]))["updatePerson"] == {"birthday": None, "note": "cousin", "groups": []}
    assert await names(ask, {"persons": {"any": ["Family"]}}) == set()


@pytest.mark.usefixtures("services")
async def test_faces_are_moved_deleted_and_ignored_as_clusters(ask: Ask) -> None:
    move = "mutation($f: ID!) { moveFace(face: $f, box: {x: 0.5, y: 0.6, width: 0.2, height: 0.2}) { box { x } } }"
    assert data(await ask(move, "editor", f=face("f1")[0]))["moveFace"] == {"box": {"x": 0.5}}
    delete = """mutation($f: [ID!]!) { deleteFaces(faces: $f) {
      matched changed change photos(first: 9) { name faces { id } } } }"""
    deleted = data(await ask(delete, "editor", f=face("f1", "f6")))["deleteFaces"]
    assert (deleted["matched"], deleted["changed"]) == (2, 2)
    left = {photo["name"]: [each["id"] for each in photo["faces"]] for photo in deleted["photos"]}
    assert set(left) == {"1.jpg", "6.jpg"} and not set(face("f1", "f6")) & {id_ for ids in left.values() for id_ in ids}
    assert await names(ask, {"faceCount": {"max": 0}}) >= {"6.jpg"}
    data(await ask(UNDO, "editor", c=deleted["change"]))
    assert "6.jpg" not in await names(ask, {"faceCount": {"max": 0}})
    ignore = "mutation($c: ID!) { ignoreCluster(cluster: $c) { matched changed change } }"
    ignored = data(await ask(ignore, "editor", c=CLUSTER))["ignoreCluster"]
    assert (ignored["matched"], ignored["changed"]) == (3, 3), "a restored face is grouped again by the next job"
    shown = data(await ask("{ faces(filter: {ignored: true}) { totalCount nodes { ignored ignoredBy } } }"))["faces"]
    assert shown["totalCount"] == 3 and {each["ignoredBy"] for each in shown["nodes"]} == {"MANUAL"}
    assert code(await ask(ignore, "editor", c=CLUSTER)) == "NOT_FOUND"
    data(await ask(UNDO, "editor", c=ignored["change"]))
    assert data(await ask("{ faces(filter: {ignored: true}) { totalCount } }"))["faces"]["totalCount"] == 0
