"""Objects by their ids, pages from both ends, and what mutations return for the store of a client."""

from __future__ import annotations

import pytest

from tests.kit.graphql import Ask, code, data, photo_ids

pytestmark = pytest.mark.anyio

IN_ORDER = [f"{number}.jpg" for number in range(1, 13)]


async def test_every_kind_of_object_is_found_by_its_id(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    tagged = await ask(
        'mutation($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Sea"]) { change tags { id } } }', p=[photos["1.jpg"]]
    )
    change, tag = data(tagged)["tagPhotos"]["change"], data(tagged)["tagPhotos"]["tags"][0]["id"]
    wanted = [library, tag, photos["1.jpg"], change, photos["2.jpg"]]
    found = data(await ask("query($i: [ID!]!) { nodes(ids: $i) { __typename id } }", i=wanted))["nodes"]
    assert [each["__typename"] for each in found] == ["Root", "Tag", "Photo", "ChangeRecord", "Photo"]
    assert [each["id"] for each in found] == wanted
    assert data(await ask("query($i: ID!) { node(id: $i) { ... on Root { name } } }", i=library)) == {
        "node": {"name": "Pictures"}
    }
    assert code(await ask("query($i: [ID!]!) { nodes(ids: $i) { id } }", i=[library] * 501)) == "BAD_INPUT"
    assert code(await ask('{ nodes(ids: ["rubbish"]) { id } }')) == "BAD_INPUT"


async def test_photos_are_asked_for_by_their_ids(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    query = "query($i: [ID!]) { photos(ids: $i, orderBy: NAME_ASC, first: 2) { totalCount nodes { name } } }"
    found = data(await ask(query, i=[photos[name] for name in ("9.jpg", "2.jpg", "5.jpg")]))["photos"]
    assert (found["totalCount"], [each["name"] for each in found["nodes"]]) == (3, ["2.jpg", "5.jpg"])
    assert data(await ask(query, i=[]))["photos"]["totalCount"] == 0


AROUND = """
query($i: ID, $b: Int! = 2, $a: Int! = 2) {
  photosAround(id: $i, before: $b, after: $a, orderBy: NAME_ASC) {
    nodes { name cursor(orderBy: NAME_ASC) } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def test_a_photo_has_neighbours_and_a_cursor_from_which_its_list_goes_on(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    around = data(await ask(AROUND, i=photos["5.jpg"]))["photosAround"]
    assert [each["name"] for each in around["nodes"]] == IN_ORDER[2:7]
    assert (around["pageInfo"]["hasPreviousPage"], around["pageInfo"]["hasNextPage"]) == (True, True)
    assert around["nodes"][-1]["cursor"] == around["pageInfo"]["endCursor"]
    more = "query($c: String) { photos(after: $c, orderBy: NAME_ASC, first: 1) { nodes { name } } }"
    assert data(await ask(more, c=around["nodes"][2]["cursor"]))["photos"]["nodes"] == [{"name": "6.jpg"}]
    first = data(await ask(AROUND, i=photos["1.jpg"], b=3, a=0))["photosAround"]
    assert [each["name"] for each in first["nodes"]] == ["1.jpg"]
    assert (first["pageInfo"]["hasPreviousPage"], first["pageInfo"]["hasNextPage"]) == (False, True)
    assert code(await ask(AROUND)) == "BAD_INPUT"


async def test_photos_are_found_around_a_time(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    date = "mutation($p: [ID!]!, $t: LocalDateTime) { datePhotos(photos: $p, takenAt: $t) { changed } }"
    for day in range(1, 13):
        await ask(date, p=[photos[f"{day}.jpg"]], t=f"2020-01-{day:02}T12:00:00")
    query = """query($o: PhotoOrder!) {
      photosAround(at: "2020-01-06T00:00:00", before: 2, after: 2, orderBy: $o) { nodes { name } }
    }"""
    newest, oldest = [data(await ask(query, o=order))["photosAround"]["nodes"] for order in ("TAKEN_DESC", "TAKEN_ASC")]
    assert [each["name"] for each in newest] == ["7.jpg", "6.jpg", "5.jpg", "4.jpg"]
    assert [each["name"] for each in oldest] == ["4.jpg", "5.jpg", "6.jpg", "7.jpg"]
    assert code(await ask(query, o="NAME_ASC")) == "BAD_INPUT"


async def test_a_page_of_a_search_takes_its_own_arguments(ask: Ask, library: str) -> None:
    query = """query($after: String) { search(text: "", orderBy: NAME_ASC, first: 3) {
      page: photos { nodes { name } pageInfo { endCursor } } own: photos(first: 2, after: $after) { nodes { name } }
      end: photos(last: 1) { nodes { name } }
    } }"""
    found = data(await ask(query))["search"]
    assert [each["name"] for each in found["page"]["nodes"]] == IN_ORDER[:3]
    assert found["end"]["nodes"] == [{"name": "12.jpg"}]
    following = data(await ask(query, after=found["page"]["pageInfo"]["endCursor"]))["search"]
    assert [each["name"] for each in following["own"]["nodes"]] == IN_ORDER[3:5]


TAGS = """query($first: Int, $after: String, $last: Int, $before: String) {
  tags(first: $first, after: $after, last: $last, before: $before) {
    nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor }
  }
}"""


async def test_a_list_by_name_is_read_backwards(ask: Ask, library: str) -> None:
    for name in "abcdef":
        await ask("mutation($n: String!) { createTag(name: $n) { id } }", n=name)
    end = data(await ask(TAGS, last=2))["tags"]
    assert [each["name"] for each in end["nodes"]] == ["e", "f"]
    assert (end["pageInfo"]["hasNextPage"], end["pageInfo"]["hasPreviousPage"]) == (False, True)
    earlier = data(await ask(TAGS, last=3, before=end["pageInfo"]["startCursor"]))["tags"]
    assert [each["name"] for each in earlier["nodes"]] == ["b", "c", "d"]
    assert code(await ask(TAGS, first=1, last=1)) == "BAD_INPUT"


async def test_changes_are_read_from_the_oldest_on(ask: Ask, library: str) -> None:
    for name in "abcd":
        await ask("mutation($n: String!) { createTag(name: $n) { id } }", n=name)
    query = """query($first: Int, $last: Int, $before: String, $after: String) {
      changes(first: $first, last: $last, before: $before, after: $after) {
        totalCount nodes { summary } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }"""
    oldest = data(await ask(query, last=1))["changes"]
    newer = data(await ask(query, last=2, before=oldest["pageInfo"]["startCursor"]))["changes"]
    newest = data(await ask(query, first=2))["changes"]
    older = data(await ask(query, first=5, after=newest["pageInfo"]["endCursor"]))["changes"]
    pages = [
        [each["summary"].split()[-1].strip(".") for each in page["nodes"]] for page in (oldest, newer, newest, older)
    ]
    assert pages == [["a"], ["c", "b"], ["d", "c"], ["b", "a"]]
    assert [page["pageInfo"]["hasNextPage"] for page in (oldest, newer, newest, older)] == [False, True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in (oldest, newer, newest, older)] == [True, True, False, True]


async def test_a_mutation_returns_what_it_changed_and_the_queries(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    tag = """mutation($p: [ID!]!) {
      tagPhotos(photos: $p, tags: ["Sea"]) {
        changed photos { name tags { tag { name } } } tags { id photoCount } deletedIds
        query { tags { totalCount } }
      }
      again: ratePhotos(photos: $p, rating: 5) { photos { name rating } faces { id } persons { id } }
      query { photos(filter: { tags: { any: ["Sea"] } }) { totalCount } }
    }"""
    done = data(await ask(tag, p=[photos["1.jpg"], photos["2.jpg"]]))
    assert sorted(each["name"] for each in done["tagPhotos"]["photos"]) == ["1.jpg", "2.jpg"]
    assert done["tagPhotos"]["photos"][0]["tags"] == [{"tag": {"name": "Sea"}}]
    assert (done["tagPhotos"]["tags"][0]["photoCount"], done["tagPhotos"]["deletedIds"]) == (2, [])
    assert done["tagPhotos"]["query"] == {"tags": {"totalCount": 1}}
    assert {each["rating"] for each in done["again"]["photos"]} == {5}
    assert done["query"] == {"photos": {"totalCount": 2}}

    delete = "mutation($t: ID!) { deleteTag(id: $t) deletedIds lastDeletion query { tags { totalCount } } }"
    gone = data(await ask(delete, t=done["tagPhotos"]["tags"][0]["id"]))
    assert gone["deletedIds"] == [done["tagPhotos"]["tags"][0]["id"]]
    assert gone["query"] == {"tags": {"totalCount": 0}}
    undone = data(
        await ask("mutation($c: ID!) { undo(change: $c) { photos { name } tags { name } } }", c=gone["lastDeletion"])
    )
    assert undone["undo"]["tags"] == [{"name": "Sea"}]
    assert sorted(each["name"] for each in undone["undo"]["photos"]) == ["1.jpg", "2.jpg"]


async def test_all_that_a_request_deleted_is_told(ask: Ask, library: str) -> None:
    made = data(await ask('mutation { tag: createTag(name: "Sea") { id } person: createPerson(name: "Ann") { id } }'))
    delete = """mutation($t: ID!, $p: ID!, $r: ID!) {
      deleteTag(id: $t) again: deleteTag(id: $t) deletePerson(id: $p) removeRoot(id: $r) deletedIds lastDeletion
    }"""
    tag, person = made["tag"]["id"], made["person"]["id"]
    gone = data(await ask(delete, t=tag, p=person, r=library))
    assert gone["deletedIds"] == [library, tag, person]
    undone = data(
        await ask("mutation($c: ID!) { undo(change: $c) { persons { id } tags { id } } }", c=gone["lastDeletion"])
    )
    assert undone["undo"] == {"persons": [{"id": person}], "tags": []}


async def test_merged_persons_are_told(ask: Ask, library: str) -> None:
    anna, gone = [
        data(await ask("mutation($n: String!) { createPerson(name: $n) { id } }", n=name))["createPerson"]["id"]
        for name in ("Anna", "Ann")
    ]
    merge = "mutation($f: [ID!]!, $i: ID!) { mergePersons(from: $f, into: $i) { change persons { id } deletedIds } }"
    merged = data(await ask(merge, f=[gone], i=anna))["mergePersons"]
    assert merged["deletedIds"] == [gone]
    listed = data(await ask("{ changes(first: 1) { nodes { id deletedIds persons { id } } } }"))["changes"]["nodes"]
    assert listed == [{"id": merged["change"], "deletedIds": [gone], "persons": merged["persons"]}]


async def test_merged_tags_are_told(ask: Ask, library: str) -> None:
    sea, mare = [
        data(await ask("mutation($n: String!) { createTag(name: $n) { id } }", n=name))["createTag"]["id"]
        for name in ("Sea", "Mare")
    ]
    merge = "mutation($f: [ID!]!, $i: ID!) { mergeTags(from: $f, into: $i) { id } deletedIds lastDeletion }"
    merged = data(await ask(merge, f=[mare], i=sea))
    assert merged == {"mergeTags": {"id": sea}, "deletedIds": [mare], "lastDeletion": None}


async def test_an_error_in_one_part_leaves_the_other_parts(ask: Ask, library: str) -> None:
    answer = await ask('{ library { photoCount } part: query { photos(after: "rubbish") { totalCount } } }')
    assert answer["data"] == {"library": {"photoCount": 12}, "part": None}
    assert answer["errors"][0]["path"] == ["part", "photos"]


async def extensions(ask: Ask, query: str, **variables: object) -> dict[str, object]:
    found: dict[str, object] = (await ask(query, **variables))["errors"][0]["extensions"]
    return found


async def test_an_error_names_the_field_the_argument_and_what_may_be_meant(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    tag = "mutation($p: [ID!]!, $t: [String!]!) { again: tagPhotos(photos: $p, tags: $t) { tags { id } } }"
    made = data(await ask(tag, p=[photos["1.jpg"]], t=["Italy/Rome", "Georgia/Rome"]))["again"]["tags"]
    rome = [await tag_id(ask, path) for path in ("Italy/Rome", "Georgia/Rome")]
    assert {each["id"] for each in made} >= set(rome)

    ambiguous = await extensions(ask, tag, p=[photos["1.jpg"]], t=["Sea", "Rome"])
    assert (ambiguous["code"], ambiguous["field"], ambiguous["argument"]) == ("BAD_INPUT", "tagPhotos", "tags.1")
    candidates = ambiguous["candidates"]
    assert isinstance(candidates, list)
    assert {each["id"]: (each["type"], each["label"]) for each in candidates} == {
        rome[0]: ("Tag", "Italy/Rome"),
        rome[1]: ("Tag", "Georgia/Rome"),
    }
    rename = 'mutation($t: ID!) { renameTag(id: $t, name: "Georgia") { id } }'
    taken = await extensions(ask, rename, t=await tag_id(ask, "Italy"))
    assert (taken["code"], taken["argument"], taken["id"]) == ("CONFLICT", "name", await tag_id(ask, "Georgia"))
    nowhere = await extensions(ask, '{ photos(filter: { not: { folder: { path: "nowhere" } } }) { totalCount } }')
    assert nowhere == {"code": "NOT_FOUND", "field": "photos", "argument": "filter.not.folder.path"}
    unknown = await extensions(ask, "mutation($j: ID!) { cancelJob(id: $j) { id } }", j="Sm9iOm5vdGhpbmc=")
    assert unknown == {"code": "NOT_FOUND", "field": "cancelJob", "argument": "id"}


async def tag_id(ask: Ask, name: str) -> str:
    found: str = data(await ask("query($n: String) { tag(name: $n) { id } }", n=name))["tag"]["id"]
    return found


async def test_a_field_that_fails_takes_nothing_from_others_who_wait_for_the_same(ask: Ask, library: str) -> None:
    photo = (await photo_ids(ask))["1.jpg"]
    query = """query($i: ID!) {
      failing: photo(id: $i) { files { path } similar(first: -1) { id } }
      other: photo(id: $i) { files { path } }
    }"""
    answer = await ask(query, i=photo)
    assert answer["data"] == {"failing": None, "other": {"files": [{"path": "Pictures/a/1.jpg"}]}}
    assert code(answer) == "BAD_INPUT"
