"""The labels that a training learns from."""

from __future__ import annotations

from dataclasses import replace

from pyroaring import BitMap

from photos_graph.graph.learning.features import DescribedPhoto
from photos_graph.model.labels import Tag
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
