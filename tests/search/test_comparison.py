"""What a doctor finds: every difference between two indexes, and none where there is none."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pyroaring import BitMap

from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.search.differences import Differences, differences
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow, LabelPostings
from tests.kit.search_index import index_of, photo


def library() -> SearchIndex:
    index = index_of([photo(number) for number in range(5)])
    index.apply_tags([Tag("t", "Sea"), Tag("u", "Shore", "t")])
    index.apply_persons([Person("p", "Anna")])
    index.apply_marks([FolderMarks("italy", (Carried("t", True),))])
    index.apply_labels(LabelPostings(tagged={"t": BitMap([1])}, faces={2: BitMap([3])}), None)
    return index


def test_two_that_were_made_alike_are_alike() -> None:
    assert not differences(library(), library())


@pytest.mark.parametrize(
    ("change", "photos", "rows"),
    [
        (lambda i: i.apply_photos([], gone=[2]), [2], []),
        (lambda i: i.apply_photos([replace(photo(2), rating=2)]), [2], []),
        (lambda i: i.apply_labels(LabelPostings(), BitMap([1, 3])), [1, 3], []),
        (lambda i: i.apply_labels(LabelPostings(persons_predicted={"p": BitMap([4])}), BitMap([4])), [4], []),
        (lambda i: i.apply_labels(LabelPostings(excluded={"u": BitMap([9])}), BitMap([9])), [9], []),
        (lambda i: i.apply_folders([FolderRow("ete", "Été", "root/Été", "italy")]), [], ["folder Photos/Italy/Été"]),
        (lambda i: i.apply_tags([Tag("u", "Shore", "t", threshold=0.5)]), [], ["tag Sea/Shore"]),
        (lambda i: i.apply_tags([Tag("v", "Hill")]), [], ["tag Hill"]),
        (lambda i: i.apply_persons([], gone=["p"]), [], ["person Anna"]),
        (
            lambda i: i.apply_marks([FolderMarks("italy", (Carried("t", False),))]),
            [],
            ["tags of folder Photos/Italy"],
        ),
        (lambda i: i.apply_marks([FolderMarks("italy")]), [], ["tags of folder Photos/Italy"]),
    ],
)
def test_a_difference_is_named(change: Callable[[SearchIndex], None], photos: list[int], rows: list[str]) -> None:
    other = library()
    change(other)
    assert differences(other, library()) == Differences(photos, rows)
    assert sorted(differences(library(), other).photos) == photos
