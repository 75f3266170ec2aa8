"""What photos look like, as the index reads it from a file: guesses, of the photos that it shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from photos_graph.model.labels import Certainty
from photos_graph.model.search import Match, MatchKind
from photos_graph.search.concepts import concepts
from photos_graph.search.content_sets import ContentFile
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import PhotoFilter, to_query
from photos_graph.search.index import SearchIndex
from photos_graph.search.terms.content import LooksLike
from tests.kit.content import content_file
from tests.kit.search_index import index_of, photo

ROWS = [photo(number) for number in range(6)]
LIKELY = {"dog": {0: 0.9, 1: 0.2, 2: 0.19, 4: 0.5}, "church": {5: 0.31}, "tench": {}}


@pytest.fixture
def file(tmp_path: Path) -> ContentFile:
    return content_file(tmp_path / "content", {row.number: row.id for row in ROWS}, LIKELY)


@pytest.fixture
def index(file: ContentFile) -> SearchIndex:
    made = index_of(ROWS)
    made.sets.content.use(file)
    return made


def found(index: SearchIndex, filter: PhotoFilter) -> set[int]:
    return set(index.evaluate(to_query(filter, IndexNames(index))))


def test_likely_photos_are_found(index: SearchIndex) -> None:
    assert set(index.evaluate(LooksLike("dog"))) == {0, 1, 4}
    assert not index.evaluate(LooksLike("tench")) and not index.evaluate(LooksLike("no concept"))


def test_the_reason_says_how_likely(index: SearchIndex) -> None:
    assert index.matches(LooksLike("dog"), [0, 3]) == {0: [Match(MatchKind.LOOKS_LIKE, "dog, 90%")], 3: []}
    sets = index.sets.content
    likely = [0.9, 0.2, 0.19, 0, 0.5, 0]
    assert sets.probabilities("dog", np.arange(6, dtype=np.uint32)).tolist() == pytest.approx(likely, abs=1 / 255)
    assert sets.probabilities("tench", np.arange(2, dtype=np.uint32)).tolist() == [0, 0]


def test_photos_that_are_gone_or_others_by_now_are_not_found(index: SearchIndex) -> None:
    assert 0 in index.evaluate(LooksLike("dog"))
    index.apply_photos([replace(ROWS[4], id="f" * 32)], gone=[0])
    assert set(index.evaluate(LooksLike("dog"))) == {1}
    index.apply_photos([ROWS[0]])
    assert set(index.evaluate(LooksLike("dog"))) == {0, 1}


def test_photos_that_arrive_after_the_file_are_found(file: ContentFile) -> None:
    index = index_of(ROWS[:1])
    index.sets.content.use(file)
    assert set(index.evaluate(LooksLike("dog"))) == {0}
    index.apply_photos(ROWS[1:])
    assert set(index.evaluate(LooksLike("dog"))) == {0, 1, 4}


def test_a_filter_names_it_in_any_language(index: SearchIndex) -> None:
    for name in ("dog", "Dogs", "cani", "Hunde", "perro", "chien"):
        assert found(index, PhotoFilter(looks_like=name)) == {0, 1, 4}, name
    assert found(index, PhotoFilter(not_=PhotoFilter(looks_like="dog"))) == {2, 3, 5}
    assert not found(index, PhotoFilter(looks_like="dog church")) and not found(index, PhotoFilter(looks_like="qwertz"))


def test_no_guess_is_confirmed(index: SearchIndex) -> None:
    confirmed = PhotoFilter(looks_like="dog", certainty=Certainty.CONFIRMED)
    assert not found(index, confirmed)
    assert found(index, PhotoFilter(not_=confirmed)) == set(range(6))


def test_without_a_file_nothing_looks_like_anything(index: SearchIndex) -> None:
    index.sets.content.use(None)
    assert not index.evaluate(LooksLike("dog")) and not found(index, PhotoFilter(looks_like="dog"))


def test_every_class_has_names_and_hypernyms() -> None:
    known = concepts()
    assert {each for concept in known.values() for each in concept.classes} == set(range(1000))
    assert len({id_.casefold() for id_ in known}) == len(known)
    assert len(known["dog"].classes) == 118 and known["dog"].names["it"] == ("cane",)
    assert {*known["golden retriever"].classes} < {*known["dog"].classes} < {*known["animal"].classes}
    assert all(len(set(concept.classes)) == len(concept.classes) for concept in known.values())
