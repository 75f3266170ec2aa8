"""Starts the service of the owner: the program of this environment, or ``make run`` in a fresh clone."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from photos_graph.demo import make_demo
from tests.kit.commands import COMMAND
from tests.kit.engines import free_port
from tests.kit.waiting import PATIENCE
from tests.owner.library import DEMO, Home, make_library

REPOSITORY = Path(__file__).resolve().parents[2]
SIGN_IN = re.compile(r"(https?://\S+)/login\?token=(\S+)")
OF_DEVELOPERS = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH", "VIRTUAL_ENV")  # an owner has none of these


@dataclass(frozen=True, slots=True)
class Started:
    """A service that runs. ``address`` signs its owner in, and ``first_photo`` ends with the moment of the monotonic
    clock at which a photo was there."""

    address: str
    first_photo: asyncio.Task[float]


@asynccontextmanager
async def started(folder: Path, home: Home, by_make: bool) -> AsyncIterator[Started]:
    """Makes the library of a ``home`` in ``folder``, serves it, and says how long it took. ``by_make`` clones the
    repository, and then does what a new owner does. The weights that this machine has are used."""
    command, environment = _by_make(folder, home) if by_make else _by_command(folder, home)
    log, began = folder / "log", time.monotonic()
    with log.open("wb") as output:
        service = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        address, token = await _address(log, service)
        print(f"The service told its address after {time.monotonic() - began:.1f} s.", flush=True)
        waiting = asyncio.create_task(_first_photo(address, token))
        try:
            yield Started(f"{address}/login?token={token}", waiting)
        finally:
            waiting.cancel()
    except BaseException:
        print(log.read_text(), file=sys.stderr)
        raise
    finally:
        if service.returncode is None:
            os.killpg(service.pid, signal.SIGTERM)  # as a terminal does, which ends what make has started too
        await service.wait()


def _by_command(folder: Path, home: Home) -> tuple[list[str], dict[str, str]]:
    served = ["serve", str(_library(folder, home)), "--data-dir", str(folder / "data"), "--port", str(free_port())]
    return [str(COMMAND), *served], _without("PHOTOS_")


def _by_make(folder: Path, home: Home) -> tuple[list[str], dict[str, str]]:
    clone = folder / "photos-graph"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
    command = ["make", "--directory", str(clone), "run"]
    environment = _without("PHOTOS_", *OF_DEVELOPERS) | {"PHOTOS_WEB__PORT": str(free_port())}
    if home is DEMO:
        return command, environment  # make gives it a data directory of its own
    return [*command, f"LIBRARY={_library(folder, home)}"], environment | {"PHOTOS_DATA_DIR": str(folder / "data")}


def _library(folder: Path, home: Home) -> Path:
    library = folder / "Pictures"
    count = make_demo(library) if home is DEMO else make_library(library)
    print(f"A library of {count} pictures.", flush=True)
    return library


def _without(*beginnings: str) -> dict[str, str]:
    """Returns the variables of this process whose names do not begin so."""
    return {name: value for name, value in os.environ.items() if not name.startswith(beginnings)}


async def _address(log: Path, service: asyncio.subprocess.Process) -> tuple[str, str]:
    """Waits for the address that the service prints, and returns it with the token."""
    async with asyncio.timeout(PATIENCE):
        while not (found := SIGN_IN.search(log.read_text())):
            assert service.returncode is None, log.read_text()
            await asyncio.sleep(0.1)
    return found[1], found[2]


async def _first_photo(address: str, token: str) -> float:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        while True:
            asked = await client.post(f"{address}/graphql", json={"query": "{ photos { totalCount } }"})
            if asked.is_success and asked.json()["data"]["photos"]["totalCount"]:
                return time.monotonic()
            await asyncio.sleep(0.1)
