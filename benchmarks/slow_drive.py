"""Mounts a folder as a slow drive (``slow_file_system``), and says what was asked of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

START_SECONDS = 30
SERVER = "benchmarks.slow_file_system"
ADVICE = (
    "Install fuse3 (on Debian: apt-get install fuse3) and the package mfusepy (pip install -e .[dev]). A container "
    "also needs --device /dev/fuse --cap-add SYS_ADMIN."
)


class NotMounted(RuntimeError):
    """No file system can be mounted here. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a drive. ``operations`` are those for which a program waited, by name; ``opened`` and
    ``read_bytes`` are by the path of a file."""

    operations: Mapping[str, int]
    opened: Mapping[str, int]
    read_bytes: Mapping[str, int]

    @property
    def round_trips(self) -> int:
        return sum(self.operations.values())


class SlowDrive:
    """Shows ``folder`` at ``path`` until the block ends. Raises NotMounted."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder = folder
        self.path = path

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", SERVER, self._folder, self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + START_SECONDS
        while not os.path.ismount(self.path):
            if self._process.poll() is not None or time.monotonic() > end:
                self._process.kill()
                said = self._process.communicate()[1].strip().splitlines()
                raise NotMounted(
                    f"No file system could be mounted: {said[-1] if said else 'it did not begin'}. {ADVICE}"
                )
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["fusermount3", "-u", "-z", self.path], check=False)
        self._process.terminate()  # a file that somebody has left open would keep it
        self._process.communicate()

    def asked(self) -> Asked:
        """Returns what was asked since the last call."""
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("a drive is asked through pipes")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        return Asked(found["operations"], found["opened"], found["bytes"])
