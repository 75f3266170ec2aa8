"""What photos have of tags, persons and albums against a plain model, over random libraries and changes."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from photos_graph.model.labels import FolderMarks
from photos_graph.model.search import PhotoOrder
from photos_graph.search.columns import moment
from photos_graph.search.terms.albums import InAlbum
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.tags import Tagged
from tests.kit.oracles.changing_index import Changing
from tests.kit.oracles.random_index import (
    ALBUMS,
    PERSONS,
    TAGS,
    folder_marks,
)


class Labelled(Changing):
    """Asked after every step, so that nothing that is kept is stale."""

    @invariant()
    def tags_agree(self) -> None:
        for tag_id in TAGS:
            for confirmed in (True, False):
                expected = self.naive.evaluate(Tagged(tag_id, confirmed))
                assert set(self.index.sets.tags.having(tag_id, confirmed)) == expected, (tag_id, confirmed)

    @invariant()
    def persons_agree(self) -> None:
        for person_id in PERSONS:
            for confirmed in (True, False):
                query = WithPerson(person_id, confirmed)
                assert set(self.index.evaluate(query)) == self.naive.evaluate(query), query

    @invariant()
    def albums_agree(self) -> None:
        for album_id in ALBUMS:
            found = self.index.evaluate(InAlbum(album_id))
            assert set(found) == self.naive.evaluate(InAlbum(album_id))
            numbers = self.index.page(found, PhotoOrder.ALBUM, album_id=album_id).numbers
            assert numbers == self.naive.in_order(album_id)
            if (row := self.index.albums.get(album_id)) is not None and not row.is_smart:
                facts, shown = self.index.album_facts(row), self.naive.collapsed(set(found))
                assert facts.photo_count == len(shown)
                assert facts.first == next((number for number in numbers if number in shown), None)
                days = [taken for number in numbers if (taken := self.naive.photos[number].taken) is not None]
                known = (moment(facts.taken[0]), moment(facts.taken[1])) if facts.taken is not None else None
                assert known == ((min(days), max(days)) if days else None)

    @rule(marks=st.lists(folder_marks, max_size=2), tag_ids=st.lists(st.sampled_from(TAGS), max_size=2))
    def what_marks_would_change_is_known_before(self, marks: list[FolderMarks], tag_ids: list[str]) -> None:
        expected = self.index.sets.tags.reached_if(tag_ids, marks)
        before = [self.naive.evaluate(Tagged(tag_id, True)) for tag_id in tag_ids]
        self.folders_are_marked(marks)
        after = [self.naive.evaluate(Tagged(tag_id, True)) for tag_id in tag_ids]
        assert set(expected) == set().union(*(one ^ other for one, other in zip(before, after, strict=True)))


TestLabelled = Labelled.TestCase
TestLabelled.settings = settings(max_examples=150, stateful_step_count=12)
