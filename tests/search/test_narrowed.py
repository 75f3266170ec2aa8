"""An index of a part of the photos against a plain model that never had the others."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from pyroaring import BitMap

from photos_graph.model.search import PhotoOrder, TimelineUnit
from photos_graph.search.language.customs import Customs
from photos_graph.search.narrowed import narrowed
from photos_graph.search.query import Query
from photos_graph.search.terms.albums import InAlbum
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace
from photos_graph.search.terms.tags import Tagged
from photos_graph.setting_groups import SearchSettings
from tests.kit.oracles.changing_index import Changing
from tests.kit.oracles.naive_index import NaiveIndex
from tests.kit.oracles.random_index import numbers, queries
from tests.search.test_index import Library, orders

CUSTOMS = Customs.of(SearchSettings())


class Part(Changing):
    """A part of the photos is asked at any time."""

    @rule(part=st.sets(numbers), query=queries, order=orders, unit=st.sampled_from(TimelineUnit))
    def a_part_is_a_library_of_its_own(
        self, part: set[int], query: Query, order: PhotoOrder, unit: TimelineUnit
    ) -> None:
        alone = Library.__new__(Library)
        alone.index, alone.naive = narrowed(self.index, BitMap(part), CUSTOMS), without(self.naive, part)
        assert {row.id for row in alone.index.tags} == alone.naive.tags.keys()
        assert {row.id for row in alone.index.persons} == alone.naive.persons.keys()
        assert {row.id for row in alone.index.albums} == alone.naive.albums.keys()
        shown = {id_ for id_ in alone.naive.folders if alone.naive.evaluate(InFolder(id_, True))}
        assert {row.id for row in alone.index.folders} == shown
        shown = {id_ for id_ in alone.naive.places if alone.naive.evaluate(AtPlace(id_))}
        assert {row.id for row in alone.index.places} == shown
        Library.questions_agree(alone, query, order)
        Library.stacks_agree(alone, query)
        Library.reasons_agree(alone, query)
        Library.timelines_and_facets_agree(alone, query, unit)
        for number, row in self.naive.photos.items():
            known = alone.index.number_of(row.id)
            assert known == (number if number in part and row.folders else None)
            assert alone.index.numbers_of([row.id]).tolist() == [-1 if known is None else known]

    @invariant()
    def the_whole_stays_as_it_is(self) -> None:
        assert set(self.index.sets.visible) == {row.number for row in self.naive.visible}


def without(naive: NaiveIndex, part: set[int]) -> NaiveIndex:
    """Returns the model without the other photos, and without what only they have."""
    left = deepcopy(naive)
    left.apply_photos([], [number for number in left.photos if number not in part])
    left.apply_tags([], [id_ for id_ in left.tags if not left.evaluate(Tagged(id_))])
    left.apply_persons([], [id_ for id_ in left.persons if not left.evaluate(WithPerson(id_))])
    left.apply_albums([], [id_ for id_ in left.albums if not left.evaluate(InAlbum(id_))])
    return left


TestPart = Part.TestCase
TestPart.settings = settings(max_examples=60, stateful_step_count=8)
