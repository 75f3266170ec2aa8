"""One worker that trains, for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.model_workers import Trainer


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainer]:
    running = Trainer(tmp_path_factory.mktemp("training"))
    yield running
    running.close()
