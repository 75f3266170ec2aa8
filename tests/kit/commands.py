"""Runs the program as people do: in real processes, each with a data directory of its own."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from photos_graph.cli import main
from photos_graph.settings import Settings
from tests.kit.waiting import PATIENCE

COMMAND = Path(sys.executable).parent / "photos-graph"
SMALL_BATCHES = (sys.executable, "-m", "tests.kit.processes.small_batches")  # as COMMAND
HELD_FACES = (sys.executable, "-m", "tests.kit.processes.held_faces")  # as COMMAND
HELD_TRAINING = (sys.executable, "-m", "tests.kit.processes.held_training")  # as COMMAND
_started: list[subprocess.Popen[bytes]] = []
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["photos_graph.cli", "photos_graph.bootstrap", "resolvers.local"])


def environment() -> dict[str, str]:
    """Returns our environment without settings that would reach the program, and with a small engine and few
    processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTOS_")}
    small = {"PHOTOS_GRAPH__HEAP": "512m", "PHOTOS_IMAGES__WORKERS": "1"}
    # Weights that a developer has are not used, and none are downloaded.
    small |= {"PHOTOS_MODELS__FETCH": "false", "XDG_CACHE_HOME": str(Path(tempfile.gettempdir()) / "no-cache")}
    return kept | small | {"PHOTOS_GRAPH__CONNECT_SECONDS": str(PATIENCE), "COLUMNS": "200"}


def on(settings: Settings) -> dict[str, str]:
    """Returns the variables for a program that uses this data directory, and this server in place of an engine of its
    own, which takes seconds to start.
    """
    graph = settings.graph
    named = {
        "PHOTOS_DATA_DIR": str(settings.data_dir),
        "PHOTOS_GRAPH__URI": graph.uri,
        "PHOTOS_GRAPH__USER": graph.user,
        "PHOTOS_GRAPH__PASSWORD": graph.password.get_secret_value(),
        "PHOTOS_GRAPH__DATABASE": graph.database,
    }
    return {name: value for name, value in named.items() if value is not None}


def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end, in a process that is forked from one that has imported it: its imports take longer
    than most commands."""
    given = [str(argument) for argument in arguments]
    with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as errors:
        process = _FORKING.Process(target=_execute, args=(given, environment() | more, output.name, errors.name))
        process.start()
        process.join(PATIENCE)
        if (code := process.exitcode) is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(given, PATIENCE)
        process.close()
        return subprocess.CompletedProcess(given, code, output.read().decode(), errors.read().decode())


def _execute(arguments: Sequence[str], variables: Mapping[str, str], output: str, errors: str) -> None:
    for descriptor, path in enumerate((os.devnull, output, errors)):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = [str(COMMAND), *arguments]
    main()


def start(
    *arguments: str | Path, log: Path, program: Sequence[str | Path] = (COMMAND,), **more: str
) -> subprocess.Popen[bytes]:
    """Starts the program in the background, with both outputs in ``log``."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*program, *arguments],
            env=environment() | more,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    _started.append(process)
    return process


def end_all() -> None:
    """Kills what a test that failed has left running, so that nothing of it reaches the next test."""
    while _started:
        program = _started.pop()
        program.kill()
        program.wait()


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Waits until the condition holds, and fails if it never does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def engine_pid(data_dir: Path) -> int:
    return int(json.loads((data_dir / "engine.json").read_text())["pid"])


def decoders(pid: int) -> list[int]:
    """Returns the decoding processes of the program ``pid``."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"photos_graph.workers.child" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
