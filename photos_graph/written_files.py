"""Files that are written all or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Yields a file that gets its name when the block is done, and is on the disk by then. One writer at a time.

    If the block fails, nothing of it stays and the former file remains; what a killed writer left is overwritten by the
    next one. Raises OSError when the file cannot be written.
    """
    temporary = temporary_of(path)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        if path.suffix == ".safetensors":  # the same in the format that came before; to be removed after a release
            path.with_suffix(".npz").unlink(missing_ok=True)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Returns when the names of the files in the folder are on the disk. Raises OSError."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def temporary_of(path: Path) -> Path:
    """Returns the path of a file until it is whole."""
    return path.with_name(f".{path.name}.new")
