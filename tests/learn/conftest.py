"""The real weights, fetched once a session the way a user gets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.learn import table
from photos_graph.learn.weights import Weights


@pytest.fixture(scope="session")
def backbone_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of models, with EfficientNet-Lite0."""
    home = tmp_path_factory.mktemp("models")
    Weights(home).fetch([table.backbone("EfficientNetLite0")], lambda what, done, total: None)
    return home
