"""Thirty questions in words to a library of 100,000 photos find what a naive reading of its columns finds."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.search.asked import THIRTY, TODAY, AskedQuestion
from benchmarks.search.family import Family, family
from photos_graph.search.arrays import numbers_of
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import parse

PHOTOS, NAMES = 100_000, 600


@pytest.fixture(scope="module")
def library() -> Family:
    return family(PHOTOS, NAMES)


@pytest.fixture(scope="module")
def index(library: Family, tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return library.index(tmp_path_factory.mktemp("family"))


def test_there_are_thirty() -> None:
    assert len({question.text for question in THIRTY}) == 30


@pytest.mark.parametrize("question", THIRTY, ids=lambda question: question.text)
def test_right_to_the_photo(library: Family, index: SearchIndex, question: AskedQuestion) -> None:
    parsed = parse(question.text, index.lexicon, TODAY)
    found, wanted = numbers_of(index.evaluate(parsed.query)), np.flatnonzero(question.naive(library))
    assert parsed.unmatched == ()
    assert 0 < len(wanted) < PHOTOS / 2
    assert np.array_equal(found, wanted), parsed.query
