"""Random libraries, and everything that people do to them, in any order: after every step, and after a restart, the
API, the same question in plain Cypher and a naive model in Python give the same photos, totals, facets and reasons."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.settings import Settings
from resolvers import ids
from tests.kit.engines import RunningEngine
from tests.kit.faces import introduce
from tests.kit.graphql import execute
from tests.kit.oracles.naive_library import Change, Said
from tests.kit.oracles.questions import (
    FOLDERS,
    PERSON_IN_CYPHER,
    PERSONS,
    TAG_IN_CYPHER,
    TAGS,
    UNTAGGED_IN_CYPHER,
    questions,
)
from tests.kit.oracles.shelves import Shelves, folders_of, photos_of, places

PAGE = """fragment Page on PhotoConnection {
  totalCount
  facets { tags(first: 50) { tag { name } count } persons(first: 50) { person { name } count } }
  edges { matches { kind label via } node { id } } }"""
LABELS = """query { photos(first: 50) { nodes {
  confirmed: tags(certainty: CONFIRMED) { source }
  id tags { tag { name } source from { name } } persons { name } } } }"""
SAY = {
    "tagPhotos": """mutation($p: [ID!]!, $t: [String!]!) {
      r: tagPhotos(photos: $p, tags: $t) { matched changed change } }""",
    "untagPhotos": """mutation($p: [ID!]!, $t: [String!]!) {
      r: untagPhotos(photos: $p, tags: $t) { matched changed change } }""",
    "tagFolder": """mutation($f: ID!, $t: [String!]!, $r: Boolean!, $d: Boolean!) {
      r: tagFolder(folder: $f, tags: $t, recursive: $r, dryRun: $d) { matched changed change } }""",
    "untagFolder": """mutation($f: ID!, $t: [String!]!, $d: Boolean!) {
      r: untagFolder(folder: $f, tags: $t, dryRun: $d) { matched changed change } }""",
    "undo": "mutation($c: ID!) { r: undo(change: $c) { matched changed change } }",
    "createTag": "mutation($n: String!, $u: ID) { r: createTag(name: $n, parent: $u) { id } }",
    "moveTag": "mutation($i: ID!, $u: ID) { r: moveTag(id: $i, parent: $u) { id } }",
    "mergeTags": "mutation($i: [ID!]!, $o: ID!) { r: mergeTags(from: $i, into: $o) { id } }",
    "deleteTag": "mutation($i: ID!) { r: deleteTag(id: $i) }",
}


IMPORTED = """
MATCH (p:Photo {id: $photo}), (t:Tag {id: $tag})
CREATE (p)-[:TAGGED {via: 'IMPORTED', at: timestamp(), by: ''}]->(t)
RETURN p.number AS number
"""
PREDICTED = """
MATCH (p:Photo {id: $photo}), (t:Tag {id: $tag})
SET t.threshold = 0.5
MERGE (p)-[r:PREDICTED]->(t) SET r.score = $score, r.model = 'm'
RETURN p.number AS number
"""


class Refused(Exception):
    """``code`` as the API gives it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Library(Shelves):
    def __init__(self, settings: Settings, engine: RunningEngine) -> None:
        super().__init__(settings, engine)
        self.changes: list[tuple[str, Change]] = []
        self.ours: dict[str, str] = {}  # ids of tags, as the API gives them

    @initialize(
        below=st.lists(st.integers(0, 5), min_size=len(FOLDERS), max_size=len(FOLDERS)),
        within=st.lists(st.integers(-2, 3), min_size=len(TAGS), max_size=len(TAGS)),
        held=st.lists(st.tuples(photos_of, folders_of), min_size=4, max_size=12),
        said=st.lists(st.tuples(folders_of, places, st.booleans()), min_size=2, max_size=5),
        brought=st.lists(st.tuples(photos_of, places), max_size=3),
    )
    def plant(
        self,
        below: list[int],
        within: list[int],
        held: list[tuple[int, str]],
        said: list[tuple[str, int, bool]],
        brought: list[tuple[int, int]],
    ) -> None:
        self.lay_out(below, held)
        for place, tag in enumerate(TAGS):
            up = TAGS[within[place]] if 0 <= within[place] < place else None
            self.create(tag, up)
        for folder, place, recursive in said:
            self.tag_folder(folder, place, recursive)
        for photo, place in brought:
            self.import_tag(photo, place)

    # what people say

    def say(self, call: str, **variables: object) -> Any:
        return self.ask(SAY[call], **variables)["r"]

    def ask(self, document: str, **variables: object) -> Any:
        result = self.run(execute(self.services, document, **variables))
        if result.errors:
            raise Refused((result.errors[0].extensions or {})["code"]) from result.errors[0]
        return result.data

    def create(self, tag: str, up: str | None) -> None:
        self.ours[tag] = self.say("createTag", n=tag, u=up and self.ours[up])["id"]
        self.naive.tags[tag] = up

    def settle(self, call: str, expected: Change, **variables: object) -> dict[str, Any]:
        """What the API says of a change that the naive model made as well."""
        result: dict[str, Any] = self.say(call, **variables)
        assert (result["change"] is None) is not expected.shifts
        if result["change"]:
            self.changes.append((result["change"], expected))
        return result

    def tag(self, place: int) -> str:
        known = sorted(self.naive.tags)
        return known[place % len(known)]

    @precondition(lambda self: len(self.naive.tags) < len(TAGS))
    @rule(up=st.none() | places)
    def create_tag(self, up: int | None) -> None:
        missing = next(tag for tag in TAGS if tag not in self.naive.tags)
        self.create(missing, self.tag(up) if up is not None and self.naive.tags else None)

    @precondition(lambda self: self.naive.tags)
    @rule(some=st.sets(photos_of, min_size=1, max_size=4), place=places)
    def tag_photos(self, some: set[int], place: int) -> None:
        self.settle_photos("tagPhotos", self.known(some), self.tag(place))

    @precondition(lambda self: self.naive.tags)
    @rule(some=st.sets(photos_of, min_size=1, max_size=4), place=places)
    def untag_photos(self, some: set[int], place: int) -> None:
        self.settle_photos("untagPhotos", self.known(some), self.tag(place))

    @rule(place=places)
    def untag_a_photo_that_has_it(self, place: int) -> None:
        had = [(photo, tag) for photo in self.naive.photos() for tag in self.naive.tags if self.naive.has(photo, tag)]
        if had:
            photo, tag = had[place % len(had)]
            self.settle_photos("untagPhotos", {photo}, tag)

    def settle_photos(self, call: str, some: set[int], tag: str) -> None:
        make = self.naive.tag_photos if call == "tagPhotos" else self.naive.untag_photos
        change = make(some, tag)
        relay = [ids.encode("Photo", self.photo_id(photo)) for photo in some]
        result = self.settle(call, change, p=relay, t=[tag])
        assert (result["matched"], result["changed"]) == (len(some), len({photo for photo, _ in change.shifts}))

    @precondition(lambda self: self.naive.tags)
    @rule(folder=folders_of, place=places, recursive=st.booleans())
    def tag_folder(self, folder: str, place: int, recursive: bool) -> None:
        tag, before = self.tag(place), self.shown()
        change = self.naive.tag_folder(folder, tag, recursive)
        matched = len(self.naive.photos_in(folder, recursive))
        self.settle_folder("tagFolder", change, before, matched, f=folder, t=[tag], r=recursive)

    @precondition(lambda self: self.naive.tags)
    @rule(folder=folders_of, place=places)
    def untag_folder(self, folder: str, place: int) -> None:
        self.take_off(folder, self.tag(place))

    @rule(place=places)
    def untag_a_folder_that_inherits_it(self, place: int) -> None:
        comes = [
            (folder, tag) for folder in FOLDERS for tag in self.naive.tags if self.naive.comes_from_above(folder, tag)
        ]
        if comes:
            self.take_off(*comes[place % len(comes)])

    def take_off(self, folder: str, tag: str) -> None:
        before = self.shown()
        change = self.naive.untag_folder(folder, tag)
        self.settle_folder("untagFolder", change, before, len(self.naive.photos_in(folder)), f=folder, t=[tag])

    def shown(self) -> dict[int, tuple[set[str], set[str]]]:
        """The confirmed tags and all tags of every photo."""
        guessed = self.naive.guessed()
        return {photo: (had, guessed[photo]) for photo, had in self.naive.had().items()}

    def settle_folder(
        self,
        call: str,
        change: Change,
        before: dict[int, tuple[set[str], set[str]]],
        matched: int,
        f: str,
        **variables: object,
    ) -> None:
        """The dry run says the same. Photos count that gain or lose a confirmed tag, or lose a predicted one."""
        had, guessed = 0, 1
        after = self.shown()
        changed = [
            photo
            for photo in after
            if before[photo][had] != after[photo][had] or before[photo][guessed] - after[photo][guessed]
        ]
        expected = (matched, len(changed))
        relay = ids.encode("Folder", f)
        rehearsed = self.say(call, f=relay, d=True, **variables)
        assert (rehearsed["matched"], rehearsed["changed"], rehearsed["change"]) == (*expected, None)
        result = self.settle(call, change, f=relay, d=False, **variables)
        assert (result["matched"], result["changed"]) == expected

    @precondition(lambda self: self.changes)
    @rule(place=places)
    def undo(self, place: int) -> None:
        self.take_back(*self.changes[-1 - place % min(3, len(self.changes))])

    @rule(place=places)
    def undo_what_was_changed_since(self, place: int) -> None:
        past = [each for each in self.changes if not each[1].undone and not self.naive.stands(each[1])]
        if past:
            self.take_back(*past[place % len(past)])

    def take_back(self, change_id: str, change: Change) -> None:
        undone = self.naive.undo(change)
        if undone is None:
            assert self.refusal("undo", c=change_id) == "CONFLICT"
        else:
            self.settle("undo", undone, c=change_id)

    @precondition(lambda self: self.naive.tags)
    @rule(place=places, up=st.none() | places)
    def move_tag(self, place: int, up: int | None) -> None:
        tag, above = self.tag(place), None if up is None else self.tag(up)
        relay = above and self.ours[above]
        if above is not None and tag in self.naive.up(above):
            assert self.refusal("moveTag", i=self.ours[tag], u=relay) == "BAD_INPUT"
        else:
            self.say("moveTag", i=self.ours[tag], u=relay)
            self.naive.move(tag, above)

    @precondition(lambda self: self.naive.tags)
    @rule(place=places, other=places)
    def merge_tags(self, place: int, other: int) -> None:
        gone, into = self.tag(place), self.tag(other)
        if gone in self.naive.up(into):
            assert self.refusal("mergeTags", i=[self.ours[gone]], o=self.ours[into]) == "BAD_INPUT"
        else:
            self.say("mergeTags", i=[self.ours[gone]], o=self.ours[into])
            self.naive.merge(gone, into)

    @precondition(lambda self: self.naive.tags)
    @rule(place=places)
    def delete_tag(self, place: int) -> None:
        tag = self.tag(place)
        if tag in self.naive.tags.values():
            assert self.refusal("deleteTag", i=self.ours[tag]) == "CONFLICT"
        else:
            assert self.say("deleteTag", i=self.ours[tag]) is True
            self.naive.forget(tag)

    def refusal(self, call: str, **variables: object) -> str:
        with pytest.raises(Refused) as refused:
            self.say(call, **variables)
        return refused.value.code

    # what files and models say

    @precondition(lambda self: self.naive.tags)
    @rule(photo=photos_of, place=places)
    def import_tag(self, photo: int, place: int) -> None:
        tag = self.tag(place)
        if self.known({photo}) and (photo, tag) not in self.naive.said:
            self.naive.clock += 1
            self.naive.said[photo, tag] = Said("TAGGED", self.naive.clock, imported=True)
            self.label(IMPORTED, photo, tag=self.our_tag(tag))

    @precondition(lambda self: self.naive.tags)
    @rule(photo=photos_of, place=places, score=st.sampled_from([0.4, 0.5, 0.9]))
    def predict(self, photo: int, place: int, score: float) -> None:
        tag = self.tag(place)
        if self.known({photo}):
            self.naive.scores[photo, tag] = score
            self.label(PREDICTED, photo, tag=self.our_tag(tag), score=score)

    @rule(photo=photos_of, who=st.sampled_from(PERSONS), sure=st.booleans())
    def introduce(self, photo: int, who: str, sure: bool) -> None:
        if self.known({photo}) and (photo, who) not in self.naive.faces:
            self.naive.faces[photo, who] = sure
            self.run(introduce(self.services, who, [self.photo_id(photo)], sure=sure))

    def label(self, query: Any, photo: int, tag: str, **values: object) -> None:
        async def work(tx: Transaction) -> None:
            rows = await tx.run(query, photo=self.photo_id(photo), tag=tag, **values)
            await touch(tx, labelled=[row["number"] for row in rows], tags=[tag])

        self.run(self.graph.transaction(work))
        self.run(self.services.index.catch_up())

    def our_tag(self, tag: str) -> str:
        return ids.decode("Tag", self.ours[tag])

    # what is asked

    @rule(question=questions)
    def ask_something(self, question: dict[str, Any]) -> None:
        self.compare([question])

    @invariant()
    def every_tag_and_person_is_answered_for(self) -> None:
        of_tags = [{"tags": {"any": [tag]}} for tag in self.naive.tags]
        sure = [{**question, "certainty": "CONFIRMED"} for question in of_tags]
        self.compare([{}, {"untagged": True}, *of_tags, *sure, *({"persons": {"any": [who]}} for who in PERSONS)])

    @invariant()
    def every_photo_says_how_each_tag_came(self) -> None:
        for node in self.ask(LABELS)["photos"]["nodes"]:
            photo = int(ids.decode("Photo", node["id"]), 16)
            said = {tag["tag"]["name"]: (tag["source"], tag["from"] and tag["from"]["name"]) for tag in node["tags"]}
            assert said == self.naive.assertions(photo)
            assert len(node["confirmed"]) == len(self.naive.assertions(photo, confirmed=True))
            assert {each["name"] for each in node["persons"]} == {
                who for who in PERSONS if self.naive.shows(photo, who)
            }

    @invariant()
    def cypher_says_the_same(self) -> None:
        assert self.in_cypher(UNTAGGED_IN_CYPHER) == self.naive.find({"untagged": True})
        for tag in self.naive.tags:
            assert self.in_cypher(TAG_IN_CYPHER, id=self.our_tag(tag)) == self.naive.find({"tags": {"any": [tag]}})
        for who in PERSONS:
            assert self.in_cypher(PERSON_IN_CYPHER, id=who) == self.naive.find({"persons": {"any": [who]}})

    def in_cypher(self, query: Any, **values: object) -> set[int]:
        return {int(row["p"]["id"], 16) for row in self.run(self.graph.read(query, **values))}

    def compare(self, some: list[dict[str, Any]]) -> None:
        """Of all of these questions at once: the engine is asked as often as for one."""
        variables = {f"f{place}": for_api(question) for place, question in enumerate(some)}
        declared = ", ".join(f"${name}: PhotoFilter" for name in variables)
        asked = " ".join(f"{name}: photos(filter: ${name}, first: 50) {{ ...Page }}" for name in variables)
        pages = self.ask(f"query({declared}) {{ {asked} }} {PAGE}", **variables)
        for question, page in zip(some, pages.values(), strict=True):
            self.check(question, page)

    def check(self, question: dict[str, Any], page: dict[str, Any]) -> None:
        expected = self.naive.find(question)
        edges = {int(ids.decode("Photo", edge["node"]["id"]), 16): edge for edge in page["edges"]}
        assert set(edges) == expected, question
        assert page["totalCount"] == len(expected)
        counts = {tag: sum(self.naive.has(photo, tag) for photo in expected) for tag in self.naive.tags}
        seen = {facet["tag"]["name"]: facet["count"] for facet in page["facets"]["tags"]}
        assert seen == {tag: count for tag, count in counts.items() if count}
        shown = {who: sum(self.naive.shows(photo, who) for photo in expected) for who in PERSONS}
        seen = {facet["person"]["name"]: facet["count"] for facet in page["facets"]["persons"]}
        assert seen == {who: count for who, count in shown.items() if count}
        for photo, edge in edges.items():
            reasons = {(match["kind"], match["label"], tuple(match["via"])) for match in edge["matches"]}
            assert reasons == self.naive.reasons(photo, question)


def for_api(question: Any) -> Any:
    """The question with folders named by their ids as the API gives them."""
    if isinstance(question, list):
        return [for_api(part) for part in question]
    if isinstance(question, dict):
        return {
            kind: {**part, "id": ids.encode("Folder", part["id"])} if kind == "folder" else for_api(part)
            for kind, part in question.items()
        }
    return question


def test_whoever_is_asked_answers_the_same(settings: Settings, engine: RunningEngine) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Library(settings, engine),
        # Shorter examples of a failure would take longer to find than the time that a test has.
        settings=hypothesis.settings(
            max_examples=8,
            stateful_step_count=18,
            phases=(Phase.reuse, Phase.generate),
        ),
    )
