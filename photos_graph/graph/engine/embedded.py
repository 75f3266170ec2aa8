"""The embedded engine, of which each data directory has one. One process runs it, and others may share it.

The process that holds ``engine.lock`` owns the engine: it runs ``embedded_child`` and restarts it if it dies. All other
processes read ``engine.json`` and connect. When the owner ends, one of them takes the lock and starts the engine on the
same port and with the same password.

    <data_dir>/engine.lock      held by the owner as long as it lives
    <data_dir>/engine.json      process id, port and password, readable only by the owner's user
    <data_dir>/graph/           the files of the engine
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
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from photos_graph.environment import without_secrets
from photos_graph.errors import BadSettings, EngineUnavailable
from photos_graph.graph.engine import class_archive, embedded_child
from photos_graph.graph.engine.data_folder import DataFolder

logger = logging.getLogger(__name__)

TAKEOVER_SECONDS = 0.5  # interval at which an attached process checks whether the owner is gone
HEALTHY_SECONDS = 30  # an engine that has run this long did not fail at its start
MIN_BACKOFF, MAX_BACKOFF = 0.1, 10.0  # seconds
MAX_FAILED_STARTS = 3
FILES = (  # below the data directory, that an engine never replaces
    "graph",
    f"graph/{embedded_child.LOCK_FILE}",
    f"graph/databases/{embedded_child.DATABASE}",
)
LOG_LINES = 12  # shown if the engine does not start
MAX_LOG_BYTES = 10 * 1024 * 1024  # a larger log is rotated, and one old log is kept


@dataclass(frozen=True)
class Endpoint:
    """The address of an engine with the credentials for it."""

    uri: str
    user: str
    password: str
    database: str | None


@dataclass(frozen=True)
class Runtime:
    """The content of ``engine.json``."""

    pid: int  # of the engine
    port: int
    password: str
    owner: int = 0  # the process that runs the engine; 0 if an earlier version of the program wrote the file

    @property
    def endpoint(self) -> Endpoint:
        """The address of the engine on the loopback interface."""
        return Endpoint(f"bolt://127.0.0.1:{self.port}", embedded_child.USER, self.password, embedded_child.DATABASE)


class Engine:
    """The engine of one data directory, which this process owns or is attached to.

    ``owner`` is true while this process runs the engine. ``broken`` is true if the engine died several times soon after
    its start, or if its files cannot be used.
    """

    def __init__(self, data_dir: Path, heap: str, caches: Path) -> None:
        self.owner = False
        self.broken = False
        self.data_dir = data_dir
        self.folder = DataFolder(data_dir)
        self._folder = data_dir / "graph"
        self._runtime_file = data_dir / "engine.json"
        self._heap = heap
        self._caches = caches
        self._runtime: Runtime | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._unusable: OSError | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The present address of the engine, which rarely changes. Raises EngineUnavailable before it is known."""
        if self._runtime is None:
            raise EngineUnavailable("The graph engine is still starting. Try again in a moment.")
        return self._runtime.endpoint

    @property
    def shared_with(self) -> int | None:
        """The process that runs the engine, if it is another one and known."""
        return None if self.owner or self._runtime is None else self._runtime.owner or None

    @property
    def log(self) -> Path:
        """The path of the log of the engine."""
        return self.data_dir / "logs" / "engine.log"

    async def start(self) -> None:
        """Starts to run the engine or to look for its owner. The engine answers some seconds later.

        Raises BadSettings if the data directory cannot be used.
        """
        try:
            for folder in (self.data_dir, self._folder, self.log.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.data_dir.chmod(0o700)
        except OSError as error:
            raise BadSettings(f"The data directory {self.data_dir} cannot be used: {error}.") from error
        self._supervisor = asyncio.create_task(self._supervise(), name="embedded graph engine")

    async def close(self) -> None:
        """Detaches from the engine. If this process owns the engine, it is stopped and closes its files."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor

    def trouble(self) -> str:
        """Returns a hint why the engine does not answer, with the end of its log."""
        if self._unusable is not None:
            return f"It cannot be started: {self._unusable}"
        if self.folder.is_full:
            return f"The disk of {self.data_dir} is full: free some space."
        with contextlib.suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()
            return "\n".join([f"Its log {self.log} ends with:", *lines[-LOG_LINES:]])
        return f"Its log is {self.log}."

    async def _supervise(self) -> None:
        attached = False
        while True:
            await self._until_in_place()
            try:
                with _lock(self.data_dir / "engine.lock") as self.owner:
                    if self.owner:
                        if attached:
                            logger.warning("The process that ran the graph engine has ended. This one runs it now.")
                        await self._run()
                    attached = True
                self._runtime = _read_runtime(self._runtime_file) or self._runtime
            except OSError as error:
                if self._runtime is None:  # the first start has failed
                    self.broken, self._unusable = True, error
                    return
                logger.error("The embedded graph engine cannot be started: %s", error)
            await asyncio.sleep(TAKEOVER_SECONDS if self._runtime else 0.05)

    async def _run(self) -> None:
        """Keeps the engine running until it is cancelled."""
        deaths, backoff = 0, MIN_BACKOFF
        while True:
            await self._until_in_place()
            await self._until_files_are_free()
            started = time.monotonic()
            process, runtime = await self._spawn()
            try:
                self._publish(runtime)
                code = await process.wait()
            finally:
                await _stop(process)
            if time.monotonic() - started > HEALTHY_SECONDS:
                deaths, backoff = 0, MIN_BACKOFF
            elif deaths == 0:
                class_archive.forget(self._caches)
            deaths += 1
            self.broken = deaths >= MAX_FAILED_STARTS
            logger.warning("The graph engine ended with code %s; starting it again in %.1f s", code, backoff)
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, MAX_BACKOFF)

    async def _until_in_place(self) -> None:
        """Waits while the data directory is gone, or replaced by another one, where an engine would begin with an empty
        graph."""
        while self.folder.misplaced() is not None:  # noqa: ASYNC110, nothing tells when it is back
            await asyncio.sleep(TAKEOVER_SECONDS)

    async def _until_files_are_free(self) -> None:
        """Waits for an earlier engine, which may need a moment to notice the death of its owner and close its files."""
        while True:
            with _lock(self._folder / embedded_child.LOCK_FILE) as free:
                if free:
                    return
            await asyncio.sleep(0.05)

    async def _spawn(self) -> tuple[asyncio.subprocess.Process, Runtime]:
        before = _read_runtime(self._runtime_file)
        port = before.port if before and _is_free(before.port) else _free_port()
        password = before.password if before else secrets.token_urlsafe(24)
        request = embedded_child.StartRequest(
            str(self._folder.resolve()), port, password, self._heap, str(self._caches)
        )
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.replace(self.log.with_name("engine.log.1"))
        with _private(self.log, "a") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # a json.py in the current folder must not replace the standard library's
                "-m",
                embedded_child.__name__,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=without_secrets(),
                start_new_session=True,  # Ctrl-C must reach only the owner, which then stops the engine properly
            )
        if process.stdin is not None:
            process.stdin.write(request.line())
        return process, Runtime(process.pid, port, password, os.getpid())

    def _publish(self, runtime: Runtime) -> None:
        try:
            _write_runtime(self._runtime_file, runtime)
        except OSError:  # with a full disk, for example, the earlier file will do as long as it is still true
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
    """Locks the file for the duration of the block unless another process has. Yields whether it is locked by us."""
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
    """Opens a file that is created readable only by its owner."""
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
