"""Folders for a while in the data directory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

LEFT_SECONDS = 86_400.0  # no job has one for so long: a killed process left it


@contextmanager
def scratch(below: Path, what: str) -> Iterator[Path]:
    """``below`` is made when needed. What killed processes left of that name goes."""
    below.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in below.glob(f".{what}-*"):
        if left.stat().st_mtime < time.time() - LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f".{what}-", dir=below) as folder:
        yield Path(folder)
