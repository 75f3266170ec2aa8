"""Counts of files that a scan passed over."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from photos_graph.library.passing import count_extensions, described, pack, unpack


@given(st.lists(st.binary(min_size=1, max_size=12)))
def test_every_name_counts_once_and_counts_come_back(names: list[bytes]) -> None:
    stored = count_extensions(names)
    assert sum(unpack(stored).values()) == len(names)
    assert pack(unpack(stored)) == stored


def test_an_extension_is_a_short_word_in_any_case() -> None:
    names = [b"1.MOV", b"2.mov", b"a.tar.gz", b".mov", b"README", b"x.\xe9t\xe9", b"x.not an extension", b"x."]
    assert unpack(count_extensions(names)) == Counter(mov=2, gz=1, other=5)


def test_the_most_frequent_are_named_first_and_the_rest_together() -> None:
    assert described(Counter(aae=2, mov=1300)) == "1,300 mov, 2 aae"
    assert described(Counter(a=3, b=2, c=1, d=1), most=2) == "3 a, 2 b, 2 with other extensions"
    assert described(Counter()) == ""
