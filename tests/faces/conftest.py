"""The shipped models, in their worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faces.finding import Models


@pytest.fixture(scope="session")
def models(weights_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The shipped pair, in its worker."""
    running = Models(weights_home, tmp_path_factory.mktemp("shipped") / "data")
    yield running
    running.close()
