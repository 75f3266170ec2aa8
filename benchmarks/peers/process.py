"""Starts peers and talks to them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from benchmarks.processes import processor_seconds
from benchmarks.service import free_port

START_SECONDS = 30


class Peer:
    """Runs ``python -m benchmarks.peers.<name>`` until the block ends."""

    def __init__(self, name: str, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.peers.{name}", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def processor_seconds(self) -> float:
        return processor_seconds(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def time(self, line: str) -> float:
        """Returns the seconds that the peer took."""
        self.begin(line)
        return self.end()

    def begin(self, line: str) -> None:
        if self._process.stdin is None:
            raise TypeError("a peer listens to a pipe")
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def end(self) -> float:
        if self._process.stdout is None:
            raise TypeError("a peer answers through a pipe")
        return float(self._process.stdout.readline())


class AppPeer(Peer):
    """Runs a bare Starlette application, which listens on ``port``."""

    def __init__(self, name: str, *arguments: str | Path) -> None:
        self.port = free_port()
        super().__init__(name, str(self.port), *arguments)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)


class FilePeer(AppPeer):
    """Sends the files of a rendition cache."""

    def __init__(self, folder: Path) -> None:
        super().__init__("files", folder)
