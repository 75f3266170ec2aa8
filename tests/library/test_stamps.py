import os

import pytest

from photos_graph.library.stamps import inode


@pytest.mark.parametrize("number", [1, 2**63 - 1, 2**63, 2**64 - 1])
def test_an_inode_is_a_number_that_a_graph_holds_and_no_other_is_the_same(number: int) -> None:
    status = os.stat_result((0o100644, number, 0, 1, 0, 0, 0, 0, 0, 0))
    assert -(2**63) <= inode(status) < 2**63
    assert inode(status) % 2**64 == number
