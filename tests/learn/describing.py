"""Runs the shipped worker over pictures, from tests that must not import what it does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from photos_graph.services.learning.features_call import PictureFeatures, classify, describe, describing_pool
from photos_graph.settings import LearnSettings, Settings
from photos_graph.workers.pool import WorkerPool

Call = Callable[[WorkerPool, Sequence[bytes], Settings], Coroutine[Any, Any, PictureFeatures]]


def described(
    home: Path, data_dir: Path, pictures: Sequence[Path], backbone: str = "EfficientNetLite0"
) -> PictureFeatures:
    """The features of each, by the weights of ``home``."""
    return _called(describe, home, data_dir, pictures, backbone)


def classified(home: Path, data_dir: Path, pictures: Sequence[Path]) -> PictureFeatures:
    """The probabilities of ImageNet's classes of each."""
    return _called(classify, home, data_dir, pictures, "EfficientNetLite0")


def _called(call: Call, home: Path, data_dir: Path, pictures: Sequence[Path], backbone: str) -> PictureFeatures:
    data_dir.mkdir(exist_ok=True)
    if not (data_dir / "models").exists():
        (data_dir / "models").symlink_to(home, target_is_directory=True)
    settings = Settings(data_dir=data_dir, learn=LearnSettings(backbone=backbone, threads=2))

    async def run() -> PictureFeatures:
        pool = describing_pool(settings)
        try:
            return await call(pool, [os.fsencode(picture) for picture in pictures], settings)
        finally:
            await pool.close()

    return asyncio.run(run())
