"""Arrays kept in one file of the data directory: written all or nothing, checked when they are read."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


class Damaged(Exception):
    """Not readable, damaged, or of another version."""


def write_arrays(path: Path, version: int, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """``about``: what JSON can hold. Nobody ever sees half a file. One writer at a time. Raises OSError."""
    told = np.frombuffer(json.dumps({"version": version, **about}).encode(), np.uint8)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, about=told, **arrays)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_arrays(path: Path, version: int) -> tuple[dict[str, Any], Arrays]:
    """What was told about the arrays, and those. Raises Damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()  # reads every member and compares its CRC
        if damaged is not None:
            raise Damaged(f"{path}: {damaged} is damaged")
        with np.load(path, allow_pickle=False) as archive:
            arrays: Arrays = {name: archive[name] for name in archive.files}
        about: dict[str, Any] = json.loads(arrays.pop("about").tobytes())
        if about["version"] != version:
            raise Damaged(f"{path} is of version {about['version']}, this program reads {version}")
        return about, arrays
    except Damaged:
        raise
    except Exception as error:  # a damaged file fails in any way that zip, NumPy or JSON can fail
        raise Damaged(f"{path}: {type(error).__name__}: {error}") from error
