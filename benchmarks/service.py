"""Runs the real service in its own process and sends requests to it over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

COMMAND = Path(sys.executable).with_name("photos-graph")
TOKEN = secrets.token_urlsafe(32)
# These are wide, so that what is measured does not depend on what else the machine does: a slow run has slow figures.
START_SECONDS = 1200
STOP_SECONDS = 300
ANSWER_SECONDS = 3600
LIMITS = {
    "PHOTOS_WEB__TIMEOUT_SECONDS": "600",
    "PHOTOS_GRAPH__SILENCE_SECONDS": "120",
    "PHOTOS_IMAGES__TIMEOUT_SECONDS": "600",
    "PHOTOS_FACES__TIMEOUT_SECONDS": "3600",
    "PHOTOS_LEARN__TIMEOUT_SECONDS": "3600",
    "PHOTOS_LEARN__TRAIN_SECONDS": "36000",
}
ADD_ROOT = "mutation ($path: String!) { addRoot(path: $path) { id } }"
SCAN = "mutation ($root: ID) { scan(root: $root) { id } }"
JOB = "query ($id: ID!) { job(id: $id) { state message startedAt finishedAt } }"
NEWEST = "{ jobs(first: 20) { nodes { finishedAt } } }"


@dataclass(frozen=True, slots=True)
class Scanned:
    message: str
    seconds: float


class Away(RuntimeError):
    """The service, or its engine, could not answer at that moment."""


class Service:
    """A ``photos-graph serve`` on a free port. ``ready_seconds`` is the time until ``/readyz`` answers."""

    def __init__(
        self, data_dir: Path, settings: Mapping[str, str] | None = None, patience: float = START_SECONDS
    ) -> None:
        """Takes ``settings`` as environment variables. Raises RuntimeError if the service is not ready after
        ``patience`` seconds."""
        self.data_dir = data_dir
        self.port = free_port()
        data_dir.mkdir(parents=True, exist_ok=True)
        # Polling is off, because it would scan a folder before the benchmark does.
        environment = {
            "PHOTOS_TOKEN": TOKEN,
            "PHOTOS_LIBRARY__POLL_SECONDS": "86400",
            # Faces and features cost time only in the benchmarks that put weights there.
            "PHOTOS_MODELS__FETCH": "false",
            "PHOTOS_MODELS__FOLDER": str(data_dir / "models"),
            "XDG_CONFIG_HOME": str(data_dir.parent),
            **LIMITS,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTOS_")}
        self._log = data_dir.with_suffix(".log")
        self._started_at, started = time.time(), time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [COMMAND, "serve", "--port", str(self.port), "--data-dir", data_dir],
                env={**kept, **environment, **(settings or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.pid = self._process.pid
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        self._wait_until_ready(patience)
        self.ready_seconds = time.monotonic() - started

    def _wait_until_ready(self, patience: float) -> None:
        end = time.monotonic() + patience
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                self._connection.close()
            time.sleep(0.05)  # each question takes a millisecond of the service that starts
        self.close()
        raise RuntimeError(f"the service did not become ready: {self._log.read_text()[-2000:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        self._connection.request("GET", path, headers=dict(headers or {}))
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def ask(self, query: str, **variables: object) -> Any:
        """Returns the data of the answer. Raises RuntimeError if it has errors, and Away if they are those of an
        outage."""
        self._connection.close()  # the service may have closed it during a pause
        self._connection.request("POST", "/graphql", *graphql(query, **variables))
        response = self._connection.getresponse()
        body = response.read()
        if not body.startswith(b"{"):
            raise RuntimeError(f"{response.status}: {body[:200]!r}")
        answer = json.loads(body)
        if errors := answer.get("errors"):
            is_away = any(each.get("extensions", {}).get("code") == "UNAVAILABLE" for each in errors)
            raise (Away if is_away else RuntimeError)(f"{errors}")
        return answer["data"]

    def add_root(self, folder: Path) -> str:
        return str(self.ask(ADD_ROOT, path=str(folder))["addRoot"]["id"])

    def scan(self, root: str, reads: int | None = None) -> float:
        """Returns the seconds of a scan. Raises RuntimeError if it has not read the expected number of files, where
        that is known."""
        scanned = self._end_of(self.ask(SCAN, root=root)["scan"]["id"])
        if reads is not None and f", {reads:,} read." not in scanned.message:
            raise RuntimeError(f"{reads:,} files were to be read: {scanned.message}")
        return scanned.seconds

    def scan_of_start(self) -> None:
        """Waits for the end of the scan with which every start begins, which may continue an interrupted one."""
        while True:
            ends = [job["finishedAt"] for job in self.ask(NEWEST)["jobs"]["nodes"]]
            if None not in ends and any(datetime.fromisoformat(end).timestamp() >= self._started_at for end in ends):
                return
            time.sleep(0.05)

    def _end_of(self, job_id: str) -> Scanned:
        while True:
            job = self.ask(JOB, id=job_id)["job"]
            if job["state"] == "SUCCEEDED":
                took = datetime.fromisoformat(job["finishedAt"]) - datetime.fromisoformat(job["startedAt"])
                return Scanned(job["message"], took.total_seconds())
            if job["state"] in ("FAILED", "CANCELLED"):
                raise RuntimeError(job["message"])
            time.sleep(0.25)


def graphql(query: str, **variables: object) -> tuple[bytes, dict[str, str]]:
    """Returns the body and headers of a query."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return body, {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
