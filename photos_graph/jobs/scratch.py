"""Temporary folders in the data directory."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def scratch(below: Path, what: str) -> Iterator[Path]:
    """Creates a temporary folder in ``below``, which is created if necessary, and removes it at the end. Removes
    folders of that name that killed processes left: those that nobody has locked."""
    below.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in below.glob(f".{what}-*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f".{what}-", dir=below) as folder, _locked(Path(folder)):
        yield Path(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Locks the folder. Raises OSError if another process has locked it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
