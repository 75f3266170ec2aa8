"""Temporary folders in the data directory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

LEFT_SECONDS = 86_400.0  # no job needs a folder for so long; a killed process left it


@contextmanager
def scratch(below: Path, what: str) -> Iterator[Path]:
    """Creates a temporary folder in ``below``, which is created if necessary, and removes it at the end. Removes
    folders of that name that killed processes left."""
    below.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in below.glob(f".{what}-*"):
        if left.stat().st_mtime < time.time() - LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f".{what}-", dir=below) as folder:
        yield Path(folder)
