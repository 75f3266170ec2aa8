"""Real weights, fetched once a session the way a user gets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.faces import table
from photos_graph.faces.weights import Weights
from tests.faces.finding import Models


@pytest.fixture(scope="session")
def weights_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DEEPFACE_HOME with YuNet, SFace and Dlib."""
    home = tmp_path_factory.mktemp("models")
    wanted = [table.detector("yunet"), table.embedder("SFace"), table.embedder("Dlib")]
    Weights(home).fetch(wanted, lambda what, done, total: None)
    return home


@pytest.fixture(scope="session")
def models(weights_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The shipped pair, in its worker."""
    running = Models(weights_home, tmp_path_factory.mktemp("shipped") / "data")
    yield running
    running.close()
