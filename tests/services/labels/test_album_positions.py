"""The positions of photos in albums: between any two there is room, for a long time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photos_graph.services.labels.album_positions import GAP, between, inserted


def test_positions_are_between_their_neighbours() -> None:
    assert between(None, None, 3) == [0, GAP, 2 * GAP]
    assert between(5, None, 2) == [5 + GAP, 5 + 2 * GAP]
    assert between(None, 5, 2) == [5 - 2 * GAP, 5 - GAP]
    assert between(0, 4, 3) == [1, 2, 3]
    assert between(0, 3, 3) is None
    assert between(0, 1, 0) == []


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 3)), max_size=60))
def test_photos_are_where_they_were_put_whatever_the_room(puts: list[tuple[int, int]]) -> None:
    order: list[tuple[int, int]] = []
    expected: list[int] = []
    for where, count in puts:
        at, new = min(where, len(order)), list(range(len(expected), len(expected) + count))
        changed = inserted(order, at, new)
        positions = {number: position for position, number in order} | changed
        order = sorted((position, number) for number, position in positions.items())
        expected[at:at] = new
        assert [number for _, number in order] == expected


def test_all_are_spread_again_only_when_there_is_no_room() -> None:
    order = [(0, 0), (GAP, 1)]
    for number in range(2, 60):
        changed = inserted(order, 1, [number])
        positions = {each: position for position, each in order} | changed
        order = sorted((position, each) for each, position in positions.items())
        if len(changed) > 1:
            assert number > 24
            break
    else:
        raise AssertionError("there was always room")
    assert [position for position, _ in order] == [GAP * place for place in range(len(order))]
