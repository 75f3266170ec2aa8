from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.faces.analysis import Found
from photos_graph.settings import Settings
from tests.faces.finding import Models
from tests.pictures import jpeg, put
from tests.services.faces import MOST, pictures


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with build(settings) as services:
        yield services


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root: a/1.jpg, a/2.jpg, a/deep/3.jpg, b/4.jpg ... b/10.jpg."""
    root = tmp_path / "Pictures"
    for number in range(1, 11):
        below = "a/deep" if number == 3 else "a" if number < 3 else "b"
        put(root / below / f"{number}.jpg", jpeg(number))
    return root


@pytest.fixture(scope="session")
def lfw_faces(weights_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Found]:
    """What the shipped models find in the first pictures of LFW, by their names."""
    chosen = pictures(6, MOST)
    models = Models(weights_home, tmp_path_factory.mktemp("lfw") / "data")
    try:
        return {picture.name: found for picture, found in zip(chosen, models.find(chosen), strict=True)}
    finally:
        models.close()
