"""The words that a misspelt one may mean, against the plainest reckoning there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.search.language.spelling import SpellingVocabulary, slips

WORDS = st.text(alphabet="abcdéя山1", min_size=1, max_size=7)


def distance(one: str, other: str) -> int:
    """Optimal string alignment: letters wrong, missing, too many, or two neighbours that changed places."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, opposite in enumerate(other, 1):
            row.append(min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (letter != opposite)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                row[j] = min(row[j], rows[i - 2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


@given(st.lists(WORDS, max_size=20), st.lists(WORDS, max_size=10), WORDS, st.integers(1, 2))
def test_the_nearest_words_are_found(came: list[str], went: list[str], word: str, most: int) -> None:
    vocabulary, known = SpellingVocabulary(), [*came]
    for each in came:
        vocabulary.add(each)
    vocabulary.near(word, most)
    for each in went:
        vocabulary.discard(each)
        if each in known:
            known.remove(each)
    apart = {each: distance(word, each) for each in known if each.isalpha()}
    fewest = min((number for number in apart.values() if number <= most), default=None)
    assert vocabulary.near(word, most) == sorted(each for each, number in apart.items() if number == fewest)
    assert {each for each in came if each in vocabulary} == set(known)
    assert vocabulary.begins(word) == any(each.startswith(word) for each in known)


@pytest.mark.parametrize(
    ("word", "allowed"),
    [("rome", 0), ("beach", 1), ("mountain", 1), ("landscape", 2), ("a" * 64, 2), ("a" * 65, 0), ("12345", 0)],
)
def test_longer_words_may_have_more_slips(word: str, allowed: int) -> None:
    assert slips(word) == allowed
