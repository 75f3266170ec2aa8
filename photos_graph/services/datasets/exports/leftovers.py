"""Deletes files that an interrupted run has left in a folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Set
from pathlib import Path

from photos_graph.names import folded


def remove_leftovers(top: Path, listed: Set[str], excluded: str) -> None:
    """Deletes the files below ``top`` that are not listed, and the folders that this leaves empty.

    ``listed`` holds paths relative to ``top``. The subfolder with the name ``excluded`` is left as it is.
    """
    folders, files = _contents(top, excluded)
    unlisted = [path for path in files if path not in listed]
    # A file system may store a name with other case or accents than those that it was given.
    suspects = set(map(folded, unlisted))
    kept = {_identity(top / path) for path in listed if folded(path) in suspects}
    for path in unlisted:
        if _identity(top / path) not in kept:
            (top / path).unlink()
    for folder in reversed(folders):
        with contextlib.suppress(OSError):  # not empty
            (top / folder).rmdir()


def _contents(top: Path, excluded: str) -> tuple[list[str], list[str]]:
    """Returns the relative paths of all folders, parents first, and of all files."""
    all_folders: list[str] = []
    all_files: list[str] = []
    for path, folders, files in os.walk(top):
        parent = Path(path).relative_to(top)
        if not parent.name and excluded in folders:
            folders.remove(excluded)
        all_folders += (str(parent / name) for name in folders)
        all_files += (str(parent / name) for name in files)
    return all_folders, all_files


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
