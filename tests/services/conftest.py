from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.settings import Settings
from tests.pictures import jpeg, put


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
