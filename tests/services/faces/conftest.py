"""What the shipped models find in real faces."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from photos_graph.faces.analysis import Found
from tests.kit.model_workers import Models
from tests.kit.portraits import MOST, pictures


@pytest.fixture(scope="session")
def lfw_faces(weights_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Found]:
    """What the shipped models find in the first pictures of LFW, by their names."""
    chosen = pictures(6, MOST)
    models = Models(weights_home, tmp_path_factory.mktemp("lfw") / "data")
    try:
        return {picture.name: found for picture, found in zip(chosen, models.find(chosen), strict=True)}
    finally:
        models.close()
