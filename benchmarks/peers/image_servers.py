"""Runs image servers of others, which make a picture for each request. They are installed into the folder of the
benchmarks, by npm and by pip."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.service import free_port

SHARP, THUMBOR = "0.35.5", "7.8.0"
PROCESSES = 2  # of thumbor, which uses one core each
NICE = ("nice", "-n", "5")  # as the processes that decode for the service, so that other load affects all equally
START_SECONDS = 60
THUMBOR_CONFIG = """\
LOADER = 'thumbor.loaders.file_loader'
FILE_LOADER_ROOT_PATH = {folder!r}
STORAGE = 'thumbor.storages.no_storage'
RESULT_STORAGE = None
QUALITY = 80
"""


@dataclass(frozen=True, slots=True)
class ImageServer:
    """A running server. ``path`` returns the path of a picture of an original within an edge in pixels."""

    name: str
    port: int
    path: Callable[[str, int], str]


@contextmanager
def sharp(folder: Path, originals: Path) -> Iterator[ImageServer]:
    """Runs a bare Node.js server that uses sharp. Raises CalledProcessError if it cannot be installed, and OSError if
    there is no Node.js."""
    packages = folder / f"sharp-{SHARP}"
    if not (packages / "node_modules" / "sharp").exists():
        packages.mkdir(exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(packages), f"sharp@{SHARP}"]
        subprocess.run(install, check=True, capture_output=True, text=True)
    port = free_port()
    program = Path(__file__).with_name("sharp.mjs")
    with _running(["node", str(program), str(port), str(originals), str(packages)], port):
        yield ImageServer(f"sharp {SHARP}", port, lambda name, edge: f"/{edge}/{quote(name)}")


@contextmanager
def thumbor(folder: Path, originals: Path) -> Iterator[ImageServer]:
    """Runs thumbor, without a store. Raises CalledProcessError if it cannot be installed."""
    environment = folder / f"thumbor-{THUMBOR}"
    if not (environment / "bin" / "thumbor").exists():
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(environment)],
            [str(environment / "bin" / "pip"), "install", "--quiet", f"thumbor=={THUMBOR}", "setuptools<81"],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
    config = environment / "thumbor.conf"
    config.write_text(THUMBOR_CONFIG.format(folder=str(originals)), "utf-8")
    port = free_port()
    options = [f"--port={port}", "--ip=127.0.0.1", f"--conf={config}", f"--processes={PROCESSES}", "--log-level=error"]
    with _running([str(environment / "bin" / "thumbor"), *options], port):
        yield ImageServer(f"thumbor {THUMBOR}", port, lambda name, edge: f"/unsafe/fit-in/{edge}x{edge}/{quote(name)}")


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    with subprocess.Popen([*NICE, *command], start_new_session=True) as process:
        try:
            _wait(process, command[0], port)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # thumbor does not end the processes that it starts


def _wait(process: subprocess.Popen[bytes], program: str, port: int) -> None:
    """Raises RuntimeError if the server does not start."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{program} did not start")
