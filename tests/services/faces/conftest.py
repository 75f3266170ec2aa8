"""What the shipped models find in real faces."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from photos_graph.faces.analysis import Found
from tests.kit.model_workers import Models
from tests.kit.portraits import MOST, pictures


@pytest.fixture(scope="session")
def lfw_faces(models: Models) -> Mapping[str, Found]:
    """What the shipped models find in the first pictures of LFW, by their names."""
    chosen = pictures(6, MOST)
    return {picture.name: found for picture, found in zip(chosen, models.find(chosen), strict=True)}
