"""The photos that look like a text, as the index keeps them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from photos_graph.model.search import Match, MatchKind
from photos_graph.search import look_sets
from photos_graph.search.index import SearchIndex
from photos_graph.search.look_sets import Alike
from photos_graph.search.query import Not
from photos_graph.search.terms.content import LooksLikeText
from tests.kit.search_index import index_of, photo

ROWS = [photo(number) for number in range(6)]
BALLOON = LooksLikeText.of_text(" Red  balloon ")


def alike(*numbers: int) -> Alike:
    prefixes = [int(ROWS[number].id[:16], 16) for number in numbers]
    scores = np.linspace(3, 4, len(numbers), dtype=np.float32)
    return Alike(np.array(numbers, np.uint32), np.array(prefixes, np.uint64).view(np.int64), scores)


@pytest.fixture
def index() -> SearchIndex:
    made = index_of(ROWS)
    made.sets.looks.use("vectors")
    made.sets.looks.put("vectors", BALLOON.text, alike(1, 2, 4))
    return made


def test_photos_that_look_like_a_text_are_found_and_it_is_said_why(index: SearchIndex) -> None:
    assert BALLOON.text == "red balloon"
    assert set(index.evaluate(BALLOON)) == {1, 2, 4} and set(index.evaluate(Not(BALLOON))) == {0, 3, 5}
    reasons = index.matches(BALLOON, [0, 4])
    assert reasons == {0: [], 4: [Match(MatchKind.LOOKS_LIKE, "red balloon, 4.0 deviations above the usual")]}
    assert not index.evaluate(LooksLikeText("something that nobody looked for"))
    assert index.matches(LooksLikeText("something"), [0]) == {0: []}


def test_photos_that_are_gone_or_others_by_now_are_not_found(index: SearchIndex) -> None:
    index.apply_photos([replace(ROWS[4], id="f" * 32)], gone=[1])
    assert set(index.evaluate(BALLOON)) == {2}
    index.apply_photos([ROWS[1]])
    assert set(index.evaluate(BALLOON)) == {1, 2}


def test_an_answer_counts_only_for_the_vectors_that_it_was_found_in(index: SearchIndex) -> None:
    looks = index.sets.looks
    looks.use("vectors")
    assert looks.has(BALLOON.text)
    looks.use("new vectors")
    assert not looks.has(BALLOON.text) and not index.evaluate(BALLOON)
    looks.put("vectors", BALLOON.text, alike(1))
    assert not looks.has(BALLOON.text)
    looks.put("new vectors", BALLOON.text, alike(1))
    assert set(index.evaluate(BALLOON)) == {1}
    looks.put("new vectors", BALLOON.text, alike(2))
    assert set(index.evaluate(BALLOON)) == {2}
    looks.use(None)
    assert not index.evaluate(BALLOON)


def test_another_index_takes_over_the_answers(index: SearchIndex) -> None:
    rebuilt = index_of(ROWS[:3])
    rebuilt.sets.looks.take_over(index.sets.looks)
    assert set(rebuilt.evaluate(BALLOON)) == {1, 2}


def test_the_answers_that_were_used_last_are_kept(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_sets, "MAX_ANSWERS", 3)
    looks = index.sets.looks
    for number in range(4):
        looks.put("vectors", str(number), alike(number))
        assert looks.has("0")
    assert [looks.has(text) for text in (BALLOON.text, "0", "1", "2", "3")] == [False, True, False, True, True]
    assert not index.evaluate(LooksLikeText("1")) and set(index.evaluate(LooksLikeText("3"))) == {3}
