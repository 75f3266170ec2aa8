"""The embedded engine: one per data directory, run by one process, shared with the others.

Whoever holds ``engine.lock`` owns the engine: it runs ``embedded_child`` and starts it again when it
dies. Everyone else reads ``engine.json`` and connects; when the owner goes away, one of them takes the
lock, and with it the engine, on the same port and with the same password.

    <data_dir>/engine.lock      held by the owner for as long as it lives
    <data_dir>/engine.json      pid, port, password; for the owner's user alone
    <data_dir>/graph/           the engine's files
    <data_dir>/logs/engine.log
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from photos_graph.errors import BadSettings, EngineUnavailable
from photos_graph.graph.engine import embedded_child

logger = logging.getLogger(__name__)

TAKEOVER_SECONDS = 0.5  # how often an attached process looks whether the owner is gone
HEALTHY_SECONDS = 30  # an engine that lived this long did not die of its start
SHORTEST_BACKOFF, LONGEST_BACKOFF = 0.1, 10.0  # seconds
TRIES_AT_START = 3
LOG_LINES = 12  # that are shown when it does not start
LEAST_FREE = 16 * 1024 * 1024  # bytes of the disk, below which an engine may neither start nor say why
LARGEST_LOG = 10 * 1024 * 1024  # bytes; then a new one is begun and the one before is kept


@dataclass(frozen=True)
class Endpoint:
    uri: str
    user: str
    password: str
    database: str | None


@dataclass(frozen=True)
class Runtime:
    """What ``engine.json`` holds."""

    pid: int
    port: int
    password: str

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(f"bolt://127.0.0.1:{self.port}", embedded_child.USER, self.password, embedded_child.DATABASE)


class Engine:
    """The engine of one data directory, owned or attached to.

    ``owner`` is true while we run it. ``broken`` is true when it died again and again without ever
    having been up for long, or when its files cannot be used.
    """

    def __init__(self, data_dir: Path, heap: str) -> None:
        self.owner = False
        self.broken = False
        self._data_dir = data_dir
        self._folder = data_dir / "graph"
        self._runtime_file = data_dir / "engine.json"
        self._heap = heap
        self._runtime: Runtime | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._unusable: OSError | None = None

    @property
    def endpoint(self) -> Endpoint:
        """Where it is now; it rarely moves. Raises EngineUnavailable when that is not known yet."""
        if self._runtime is None:
            raise EngineUnavailable("The graph engine is still being started.")
        return self._runtime.endpoint

    @property
    def is_full(self) -> bool:
        """Its disk, that is."""
        return shutil.disk_usage(self._data_dir).free < LEAST_FREE

    @property
    def log(self) -> Path:
        return self._data_dir / "logs" / "engine.log"

    async def start(self) -> None:
        """Begins to start the engine or to find it; its first answer takes seconds more.

        Raises BadSettings when the data directory cannot be used.
        """
        try:
            for folder in (self._data_dir, self._folder, self.log.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._data_dir.chmod(0o700)
        except OSError as error:
            raise BadSettings(f"The data directory {self._data_dir} cannot be used: {error}") from error
        self._supervisor = asyncio.create_task(self._supervise(), name="embedded graph engine")

    async def close(self) -> None:
        """Ends our part: an engine that we own is stopped, its files closed."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor

    def trouble(self) -> str:
        """Where to look when it does not answer, with the end of its log."""
        if self._unusable is not None:
            return f"It cannot be started: {self._unusable}"
        if self.is_full:
            return f"The disk of {self._data_dir} is full: make room."
        with contextlib.suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()
            return "\n".join([f"Its log {self.log} ends with:", *lines[-LOG_LINES:]])
        return f"Its log is {self.log}."

    async def _supervise(self) -> None:
        while True:
            try:
                with _lock(self._data_dir / "engine.lock") as self.owner:
                    if self.owner:
                        await self._run()
                self._runtime = _read_runtime(self._runtime_file) or self._runtime
            except OSError as error:
                if self._runtime is None:  # it is the start, which fails by this
                    self.broken, self._unusable = True, error
                    return
                logger.error("The embedded graph engine cannot be started: %s", error)
            await asyncio.sleep(TAKEOVER_SECONDS if self._runtime else 0.05)

    async def _run(self) -> None:
        """Keeps the engine running; returns only by being cancelled."""
        deaths, backoff = 0, SHORTEST_BACKOFF
        while True:
            await self._until_files_are_free()
            started = time.monotonic()
            process, runtime = await self._spawn()
            try:
                self._tell(runtime)
                code = await process.wait()
            finally:
                await _stop(process)
            if time.monotonic() - started > HEALTHY_SECONDS:
                deaths, backoff = 0, SHORTEST_BACKOFF
            deaths += 1
            self.broken = deaths >= TRIES_AT_START
            logger.warning("The graph engine ended with code %s; starting it again in %.1f s", code, backoff)
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF)

    async def _until_files_are_free(self) -> None:
        """An engine whose owner was killed needs a moment to notice and to close its files."""
        while True:
            with _lock(self._folder / embedded_child.LOCK_FILE) as free:
                if free:
                    return
            await asyncio.sleep(0.05)

    async def _spawn(self) -> tuple[asyncio.subprocess.Process, Runtime]:
        before = _read_runtime(self._runtime_file)
        port = before.port if before and _is_free(before.port) else _free_port()
        password = before.password if before else secrets.token_urlsafe(24)
        order = embedded_child.StartRequest(str(self._folder.resolve()), port, password, self._heap)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_name("engine.log.1"))
        with _private(self.log, "a") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # whoever stands in a folder with a json.py in it has an engine all the same
                "-m",
                embedded_child.__name__,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we then stop the engine in order
            )
        if process.stdin is not None:
            process.stdin.write(order.line())
        return process, Runtime(process.pid, port, password)

    def _tell(self, runtime: Runtime) -> None:
        try:
            _write_runtime(self._runtime_file, runtime)
        except OSError:  # a full disk, say: what stands there from before will do while it is still true
            before = _read_runtime(self._runtime_file)
            if before is None or before.endpoint != runtime.endpoint:
                raise
        self._runtime = runtime


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), embedded_child.CLOSING_SECONDS + 5)
    except TimeoutError:
        process.kill()
        await process.wait()


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Holds the lock file for the block, if nobody else does; yields whether it is ours."""
    with _private(path, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _read_runtime(path: Path) -> Runtime | None:
    try:
        return Runtime(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write_runtime(path: Path, runtime: Runtime) -> None:
    fresh = path.with_suffix(".new")
    with _private(fresh, "w") as file:
        json.dump(asdict(runtime), file)
    fresh.replace(path)


def _private(path: Path, mode: str) -> IO[str]:
    """Opens a file that is made for its owner's eyes alone."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the engine does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
