"""Persons through the API: who is in a picture, and whose pictures there are."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from resolvers import ids
from tests.kit.faces import introduce
from tests.kit.graphql import Ask, data, names, photo_ids

pytestmark = pytest.mark.anyio

PERSON = """query($n: String) { person(name: $n) { id name isMe hidden photoCount
  photos(first: 5) { totalCount nodes { name } } } }"""


@pytest.fixture
async def people(ask: Ask, library: str, app: Starlette) -> None:
    """Anna on 1 to 3, and taken for her on 4; Bob taken for him on 3; Zoe, who is hidden, on 5."""
    ours = {name: ids.decode("Photo", id_) for name, id_ in (await photo_ids(ask)).items()}
    services = app.state.services
    await introduce(services, "Zo\u00eb", [ours["5.jpg"]], hidden=True)
    await introduce(services, "Bob", [ours["3.jpg"]], sure=False)
    await introduce(services, "Anna", [ours[f"{number}.jpg"] for number in (1, 2, 3)], me=True)
    await introduce(services, "Anna", [ours["4.jpg"]], me=True, sure=False)


@pytest.mark.usefixtures("people")
async def test_a_person_leads_to_their_pictures(ask: Ask) -> None:
    anna = data(await ask(PERSON, "viewer", n="ANNA"))["person"]
    assert (anna["name"], anna["isMe"], anna["hidden"], anna["photoCount"]) == ("Anna", True, False, 4)
    assert {node["name"] for node in anna["photos"]["nodes"]} == {"1.jpg", "2.jpg", "3.jpg", "4.jpg"}
    by_id = data(await ask("query($i: ID!) { person(id: $i) { name } node(id: $i) { __typename } }", i=anna["id"]))
    assert by_id == {"person": {"name": "Anna"}, "node": {"__typename": "Person"}}
    assert data(await ask(PERSON, n="Nobody"))["person"] is None


@pytest.mark.usefixtures("people")
async def test_who_is_hidden_is_listed_when_asked_for(ask: Ask) -> None:
    query = "query($h: Boolean! = false, $n: Int, $a: String) { persons(includeHidden: $h, first: $n, after: $a) { "
    query += "totalCount nodes { name } pageInfo { hasNextPage endCursor } } }"
    assert [node["name"] for node in data(await ask(query))["persons"]["nodes"]] == ["Anna", "Bob"]
    page = data(await ask(query, h=True, n=2))["persons"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    rest = data(await ask(query, h=True, n=2, a=page["pageInfo"]["endCursor"]))["persons"]
    assert [node["name"] for node in rest["nodes"]] == ["Zo\u00eb"]


@pytest.mark.usefixtures("people")
async def test_persons_are_listed_by_their_photos_and_by_words(ask: Ask, app: Starlette) -> None:
    days = {"1.jpg": "2012-01-02", "2.jpg": "2013-01-01", "3.jpg": "2019-08-14", "4.jpg": "2014-01-01"}
    photos = await photo_ids(ask)
    date = "mutation($p: [ID!]!, $t: LocalDateTime) { datePhotos(photos: $p, takenAt: $t) { changed } }"
    for name, day in (days | {"5.jpg": "2021-05-06"}).items():
        data(await ask(date, p=[photos[name]], t=f"{day}T10:00:00"))
    query = """query($h: Boolean! = false, $o: PersonOrder! = NAME, $t: String) {
      persons(includeHidden: $h, orderBy: $o, text: $t) { totalCount nodes { name firstSeen lastSeen } } }"""

    async def listed(**asked: object) -> list[str]:
        return [each["name"] for each in data(await ask(query, **asked))["persons"]["nodes"]]

    assert await listed(o="PHOTO_COUNT", h=True) == ["Anna", "Bob", "Zo\u00eb"]
    assert await listed(o="LAST_SEEN", h=True) == ["Zo\u00eb", "Anna", "Bob"]
    assert (await listed(o="LAST_SEEN"), await listed(t="zoe"), await listed(t="ZOE", h=True)) == (
        ["Anna", "Bob"],
        [],
        ["Zo\u00eb"],
    )
    [anna] = data(await ask(query, t="an"))["persons"]["nodes"]
    assert anna == {"name": "Anna", "firstSeen": "2012-01-02", "lastSeen": "2019-08-14"}
    assert data(await ask(query, t="an"))["persons"]["totalCount"] == 1


@pytest.mark.usefixtures("people")
async def test_who_is_in_a_picture_and_how_sure_it_is(ask: Ask) -> None:
    photos = await photo_ids(ask)
    query = "query($p: ID!, $c: Certainty! = PREDICTED) { photo(id: $p) { persons(certainty: $c) { name } } }"

    async def of(name: str, **arguments: str) -> list[str]:
        return [each["name"] for each in data(await ask(query, p=photos[name], **arguments))["photo"]["persons"]]

    assert await of("3.jpg") == ["Anna", "Bob"]
    assert await of("3.jpg", c="CONFIRMED") == ["Anna"]
    assert await of("4.jpg", c="CONFIRMED") == []


@pytest.mark.usefixtures("people")
async def test_photos_are_found_by_who_is_in_them(ask: Ask) -> None:
    anna = {"1.jpg", "2.jpg", "3.jpg", "4.jpg"}
    assert await names(ask, {"persons": {"any": ["anna"]}}) == anna
    assert await names(ask, {"persons": {"any": ["anna"]}, "certainty": "CONFIRMED"}) == anna - {"4.jpg"}
    assert await names(ask, {"persons": {"all": ["Anna", "Bob"]}}) == {"3.jpg"}
    assert await names(ask, {"persons": {"any": ["Anna"], "only": True}}) == anna - {"3.jpg"}
    assert await names(ask, {"persons": {"all": ["Anna"], "none": ["Bob"]}}) == anna - {"3.jpg"}
    assert await names(ask, {"faceCount": {"min": 2}}) == {"3.jpg"}
    facets = data(await ask("{ photos { facets { persons { person { name } count } } } }"))["photos"]["facets"]
    assert facets["persons"] == [{"person": {"name": "Anna"}, "count": 4}, {"person": {"name": "Bob"}, "count": 1}]
