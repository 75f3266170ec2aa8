"""No program outlives the test that started it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit import commands


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    commands.end_all()
