"""The data directory while it is in use: whether it is still there, still the same one, and can be written to.

The embedded engine keeps its files open. If somebody deletes or moves the data directory, it goes on writing into files
that nobody will find again. So a write is refused unless the folder is the one that was there at the start, and it is
looked at again before a write is acknowledged.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MIN_FREE_BYTES = 16 * 1024 * 1024  # of the disk; with less, an engine may neither start nor log the reason

GONE = "The data directory is gone. Put it back where it was, or restart the service to begin with another one."
INCOMPLETE = (
    "Files of the graph are missing in the data directory. Put them back, or stop the service and restore a back-up."
)
REPLACED = (
    "Another data directory is where that of the service was. Put the first one back, or restart the service to "
    "use the other one."
)
READ_ONLY = "The data directory is read-only. Make it writable again."
FULL = "The disk of the data directory is full. Free some space, then try again."


class DataFolder:
    """The folder at ``path``, as it was when ``remember`` was called. All methods take microseconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[Path, tuple[int, int]] = {}

    def remember(self, *inside: str) -> None:
        """Remembers which folder this is, and which files and folders in it these are. Raises OSError."""
        self._known = {path: _identity(path) for path in (self.path, *(self.path / name for name in inside))}

    @property
    def is_full(self) -> bool:
        """True if the disk of the folder is full. False if the folder is gone."""
        try:
            return shutil.disk_usage(self.path).free < MIN_FREE_BYTES
        except OSError:
            return False

    def misplaced(self) -> str | None:
        """Returns a sentence about what was remembered and is gone, or was replaced; or None."""
        for path, known in self._known.items():
            try:
                found = _identity(path)
            except OSError:
                return GONE if path == self.path else INCOMPLETE
            if found != known:
                return REPLACED if path == self.path else INCOMPLETE
        return None

    def problem(self) -> str | None:
        """Returns a sentence that says why nothing can be written now and what to do about it; or None."""
        if (said := self.misplaced()) is not None:
            return said
        if any(not os.access(path, os.W_OK, effective_ids=True) for path in self._known):
            return READ_ONLY
        return FULL if self.is_full else None


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
