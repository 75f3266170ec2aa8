"""The labels that a training learns from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pyroaring import BitMap

from photos_graph.graph.learning.features import DescribedPhoto
from photos_graph.model.labels import Tag
from photos_graph.model.learning import Sheet
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import LabelPostings
from photos_graph.services.learning.examples import labelled_photos
from tests.kit.search_index import index_of, photo


def library() -> SearchIndex:
    """Photos 0 to 4, of which 1 to 3 are a stack with the cover 2; the stack has a tag."""
    stack = ("s", "BURST")
    index = index_of([photo(0), *(replace(photo(n), stack=stack, stack_rank=int(n != 2)) for n in (1, 2, 3)), photo(4)])
    index.apply_tags([Tag("sea", "Sea")])
    index.apply_labels(LabelPostings(tagged={"sea": BitMap([1, 2, 3])}), None)
    return index


def described(index: SearchIndex, *numbers: int) -> list[DescribedPhoto]:
    return [DescribedPhoto(id=index.photo_ids([n])[0], number=n, day=None) for n in numbers]


def test_a_stack_is_one_example() -> None:
    index = library()
    found = labelled_photos(index, described(index, 0, 1, 2, 3, 4))
    assert list(found.ids) == index.photo_ids([0, 2, 4])
    assert found.positives == {"sea": [1]}


def test_another_photo_stands_for_a_stack_whose_cover_has_no_features() -> None:
    index = library()
    found = labelled_photos(index, described(index, 4, 3, 1))
    assert list(found.ids) == index.photo_ids([4, 1])
    assert found.positives == {"sea": [1]}


def test_the_numbers_of_many_photos_are_looked_up_at_once() -> None:
    index = library()
    shown = index.photo_ids([4, 0, 2])
    assert index.numbers_of([*shown, "f" * 32, shown[1]]).tolist() == [4, 0, 2, -1, 0]
    assert index.numbers_of([]).tolist() == [] and SearchIndex().numbers_of(shown).tolist() == [-1] * 3


def test_a_training_gets_the_judged_photos_of_sheets() -> None:
    index = library()
    index.apply_labels(LabelPostings(tagged={"sea": BitMap([0])}, excluded={"sea": BitMap([4])}), None)
    ids, moment = index.photo_ids([0, 4]), datetime(2026, 1, 1, tzinfo=UTC)
    sheet = Sheet("s 0", "sea", "m", moment, tuple(ids), (0.5, 0.25), 0.7, 9)
    open_ = Sheet("s 1", "sea", "m", moment, tuple(index.photo_ids([2])), (0.5,), 0.7, 9)
    found = labelled_photos(index, described(index, 0, 2, 4), {"sea": [sheet, open_]})
    assert found.sheets == {"sea": [(0, 0.5), (2, 0.25)]}
