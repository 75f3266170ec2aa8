"""Services of a module share their worker processes."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def _warm(warm_workers: None) -> None:
    """For tests that build services themselves as well."""
