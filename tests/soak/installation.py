"""A library, its data directory and the processes of its service, which may be killed and started again."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.kit import commands
from tests.kit.engines import free_port
from tests.kit.waiting import PATIENCE
from tests.soak import library
from tests.soak.databases import Database
from tests.soak.service import DIFFERENCES

TOKEN = secrets.token_urlsafe(32)
SETTINGS = {
    "PHOTOS_TOKEN": TOKEN,
    "PHOTOS_FACES__ENABLED": "on",
    "PHOTOS_LEARN__ENABLED": "on",
    "PHOTOS_LEARN__COLD_START": "false",
    "PHOTOS_LEARN__CORRECTIONS": "0",
    "PHOTOS_SEARCH__CONTENT": "false",
    "PHOTOS_SEARCH__LANGUAGES": '["en"]',
    "PHOTOS_SEARCH__COUNTRIES": "[]",
    "PHOTOS_BACKUP__SCHEDULE": "",
    "PHOTOS_IMAGES__WORKERS": "2",
}
WITHOUT_MODELS = {"PHOTOS_FACES__ENABLED": "off", "PHOTOS_LEARN__ENABLED": "off", "PHOTOS_IMAGES__WORKERS": "1"}
# Parts of the command lines of workers, by what is killed.
WORKERS = {
    "decoder": ("intake_child",),
    "model": ("light_models:find_faces", "light_models:describe_pictures", "clustering_child", "neighbours_child"),
    "trainer": ("light_models:learn_tags",),
}


class Installation:
    """``folder`` gets everything: originals, data and logs. Without ``models``, there are only scans."""

    def __init__(self, folder: Path, database: Database, models: bool = True) -> None:
        self.root = folder / "Pictures"
        self.data_dir = folder / "data"
        self.log = folder / "service.log"
        self.database = database
        self.models = models
        self._settings = SETTINGS | ({} if models else WITHOUT_MODELS)
        self._port = free_port()
        self.processor_seconds = 0.0  # of what has ended
        self._process: subprocess.Popen[bytes] | None = None
        library.lay_out(self.root, library.originals())
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._port}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60
        )

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every program that uses the data directory."""
        kept = {name: value for name, value in commands.environment().items() if name != "COLUMNS"}
        here = {"PHOTOS_DATA_DIR": str(self.data_dir), "PHOTOS_WEB__PORT": str(self._port)}
        return kept | self._settings | here | self.database.environment() | {"PYTHONPATH": os.pathsep.join(sys.path)}

    async def start(self) -> None:
        """Starts the service, and waits until it is ready."""
        self._begin()
        await self.ready()

    def _begin(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.service", "serve", str(self.root)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def ready(self) -> None:
        """Waits until the service answers."""
        async with asyncio.timeout(PATIENCE):
            while not await self._is_ready():
                if self._process is not None and self._process.poll() is not None:
                    raise RuntimeError(f"the service ended with code {self._process.returncode}")
                await asyncio.sleep(0.05)

    async def _is_ready(self) -> bool:
        try:
            return (await self.http.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    def kill_service(self) -> None:
        """Kills the service, whose workers end with it, and so does an engine that it runs."""
        assert self._process is not None
        self.processor_seconds += _used(self._process.pid)
        self._process.kill()
        self._process.wait()

    def kill_worker(self, kind: str) -> bool:
        """Kills the workers of a kind. Returns whether there were any."""
        found = self.workers(kind)
        for pid in found:
            commands.kill(pid)
        return bool(found)

    def workers(self, kind: str) -> list[int]:
        """Returns the ids of the workers of a kind."""
        return [pid for pid in self._workers() if any(mark in _command(pid) for mark in WORKERS[kind])]

    def _workers(self) -> list[int]:
        assert self._process is not None
        try:
            return commands.decoders(self._process.pid)
        except (FileNotFoundError, ProcessLookupError):  # one of them has just ended
            return []

    def stop(self) -> None:
        """Ends the service in order, or at once if it does not."""
        if self._process is not None and self._process.poll() is None:
            self.processor_seconds += _used(self._process.pid)
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    async def differing(self) -> str:
        """Returns in what the index of the service differs from one that is read from the graph now."""
        assert self._process is not None
        answer = self.data_dir / DIFFERENCES
        answer.unlink(missing_ok=True)
        os.kill(self._process.pid, signal.SIGUSR1)
        async with asyncio.timeout(PATIENCE):
            while not answer.exists():
                await asyncio.sleep(0.02)
        return answer.read_text()

    async def ask(self, document: str, **variables: Any) -> Any:
        """Returns the data of an answer. Asks again while the engine is away, since nothing was done then. Raises
        RuntimeError for an answer with errors."""
        request = {"query": document, "variables": variables}
        async with asyncio.timeout(PATIENCE):
            while "errors" in (answer := (await self.http.post("/graphql", json=request)).json()):
                if any(error.get("extensions", {}).get("code") != "UNAVAILABLE" for error in answer["errors"]):
                    raise RuntimeError(f"{answer['errors']} to {document}")
                await asyncio.sleep(0.1)
        return answer["data"]

    async def close(self) -> None:
        """Ends everything."""
        self.database.close()
        self.stop()
        await self.http.aclose()


def _used(pid: int) -> float:
    """Returns the processor seconds of a process, of those that it started, and of those of them that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        tasks = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(map(_used, children))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
