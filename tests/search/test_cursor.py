import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.errors import BadInput
from photos_graph.model.search import PhotoOrder
from photos_graph.search.cursor import decode, encode


@given(st.sampled_from([o for o in PhotoOrder if o is not PhotoOrder.NAME_ASC]), st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_carries_key_and_number(order: PhotoOrder, key: int) -> None:
    assert decode(encode(order, key, 2**32 - 1), order) == (key, 2**32 - 1)


@given(st.binary(max_size=300))
def test_a_cursor_by_name_carries_the_name(key: bytes) -> None:
    assert decode(encode(PhotoOrder.NAME_ASC, key, 7), PhotoOrder.NAME_ASC) == (key, 7)


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(BadInput, match="TAKEN_DESC"):
        decode(encode(PhotoOrder.TAKEN_DESC, 1, 2), PhotoOrder.TAKEN_ASC)


@pytest.mark.parametrize(
    "cursor",
    ["", "=", "A", "====", "not a cursor", "é", "\udcff", "AAAA", "AAAAAAA", "/+/+", "A" * 10_000, "\x00" * 20]
    + [base64.urlsafe_b64encode(bytes([99, 0, 0, 0, 1]) + bytes(8)).decode()]
    + [base64.urlsafe_b64encode(bytes([0, 0, 0, 0, 1]) + bytes(size)).decode() for size in (0, 7, 9)],
)
def test_what_is_no_cursor_is_bad_input(cursor: str) -> None:
    with pytest.raises(BadInput):
        decode(cursor, PhotoOrder.TAKEN_DESC)


@given(st.text(max_size=60), st.sampled_from(PhotoOrder))
def test_any_text_is_a_cursor_or_bad_input(text: str, order: PhotoOrder) -> None:
    try:
        key, number = decode(text, order)
    except BadInput:
        return
    assert 0 <= number < 2**32
    assert isinstance(key, bytes) is (order is PhotoOrder.NAME_ASC)
