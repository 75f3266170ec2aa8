"""What a child process holds of a file in the data directory, so that the next call need not read it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from photos_graph.array_files import Damaged, stamp

T = TypeVar("T")


class KeptFile(Generic[T]):
    """The value that this process read last, or made since: the next call is most likely about the same file.

    ``load`` raises Damaged.
    """

    def __init__(self, load: Callable[[Path], T]) -> None:
        self._load = load
        self._path: Path | None = None
        self._stamp: tuple[int, int] | None = None  # of the file that the value was read from; None once it is changed
        self._value: T | None = None

    def read(self, path: Path) -> tuple[T | None, str | None]:
        """Returns what the file holds, and why a file that is there cannot be used. A file that has not changed since
        this process read it is not read again."""
        if self._is_current(path):
            return self._value, None
        self._path, self._stamp, self._value = path, stamp(path), None
        if self._stamp is None:
            return None, None
        try:
            self._value = self._load(path)
        except Damaged as error:
            return None, str(error)
        return self._value, None

    def held(self, path: Path) -> T | None:
        """Returns what this process holds of the file, with the changes that it made since. Reads it if it holds
        nothing of it, as after another process was asked.
        """
        return self._value if self._path == path else self.read(path)[0]

    def current(self, path: Path) -> T | None:
        """Returns what is in the file now, or None if it cannot be used."""
        return self.read(path)[0]

    def _is_current(self, path: Path) -> bool:
        is_read = self._value is not None and self._stamp is not None
        return is_read and self._path == path and self._stamp == stamp(path)

    def change(self, path: Path, value: T | None) -> None:
        """Holds a value that is not in the file, or not yet."""
        self._path, self._stamp, self._value = path, None, value
