"""The real weights, fetched once a session the way a user gets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.learn import table
from photos_graph.learn.weights import Weights
from tests.learn.training import Trainer


@pytest.fixture(scope="session")
def backbone_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of models, with EfficientNet-Lite0."""
    home = tmp_path_factory.mktemp("models")
    Weights(home).fetch([table.backbone("EfficientNetLite0")], lambda what, done, total: None)
    return home


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainer]:
    running = Trainer(tmp_path_factory.mktemp("training"))
    yield running
    running.close()
