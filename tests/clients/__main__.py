"""Runs programs that use the libraries of clients against a real service: ``python -m tests.clients [NAME ...]``."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from graphql import get_introspection_query

from photos_graph.bootstrap import build
from photos_graph.settings import Settings
from tests.kit import commands, engines, node_modules
from tests.kit.everything import furnish

HERE = Path(__file__).parent
TOKEN, ORIGIN = secrets.token_urlsafe(32), "http://localhost:5173"
PATIENCE = 120  # seconds until the service is ready, and for each program
SERVICE, GRAPHQL = "{service}", "{service}/graphql"
# What is run, in this order: some programs change what those after them see.
PROGRAMS: dict[str, tuple[str, ...]] = {
    "audit": ("audit.mjs", GRAPHQL, TOKEN),
    "codegen": ("codegen.mjs",),
    "relay": ("relay.mjs",),
    "urql": ("urql.mjs",),
    "apollo": ("apollo.mjs",),
    "subscriptions": ("subscriptions.mjs",),
    "transports": ("transports.mjs", SERVICE, TOKEN, ORIGIN),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did. ``seconds`` is the time of the clock."""

    name: str
    seconds: float
    failed: bool
    said: str


def main(names: list[str]) -> int:
    """Returns the exit code: 0 if all programs succeeded."""
    if unknown := set(names) - PROGRAMS.keys():
        print(f"There is no {', '.join(sorted(unknown))}. Choose from {', '.join(PROGRAMS)}.", file=sys.stderr)
        return 2
    node_modules.install(HERE)
    with tempfile.TemporaryDirectory() as scratch, serving(Path(scratch)) as service:
        environment = prepared(service, Path(scratch))
        ran = [run(name, service, environment) for name in names or PROGRAMS]
    for each in ran:
        if each.failed:
            print(f"\n{each.name} failed:\n{each.said}")
    print("\nprogram        seconds  result")
    for each in ran:
        print(f"{each.name:<14} {each.seconds:>7.1f}  {'FAILED' if each.failed else each.said.splitlines()[-1]}")
    return 1 if any(each.failed for each in ran) else 0


@contextmanager
def serving(scratch: Path) -> Iterator[str]:
    """Yields the address of a service of a made library."""
    engine = engines.start("embedded", scratch)
    try:
        settings = Settings(data_dir=scratch / "data", graph=engine.settings)
        settings.faces.enabled = "off"
        asyncio.run(filled(settings, scratch / "New"))
        port = engines.free_port()
        more = {
            "PHOTOS_TOKEN": TOKEN,
            "PHOTOS_WEB__ORIGINS": json.dumps([ORIGIN]),
            "PHOTOS_FACES__ENABLED": "off",
            "PHOTOS_LIBRARY__POLL_SECONDS": "86400",
        }
        log = scratch / "service.log"
        commands.start("serve", "--port", str(port), log=log, **commands.on(settings), **more)
        address = f"http://127.0.0.1:{port}"
        wait_for(address, log)
        yield address
    finally:
        commands.end_all()
        engine.stop()


async def filled(settings: Settings, folder: Path) -> None:
    """Fills the graph. The root of its photos is offline, and that of ``folder``, which is empty, can be scanned."""
    folder.mkdir()
    async with build(settings, run_jobs=False) as services:
        await furnish(services)
        await services.roots.add(str(folder))


def wait_for(address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit(f"The service did not become ready:\n{log.read_text()[-3000:]}")


def prepared(service: str, scratch: Path) -> Mapping[str, str]:
    """Returns the environment of the programs, which leads them to the service and to its schema."""
    body = {"query": get_introspection_query(input_value_deprecation=True, specified_by_url=True)}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.post(f"{service}/graphql", json=body, headers=headers, timeout=PATIENCE).json()
    schema = scratch / "introspection.json"
    schema.write_text(json.dumps(answer["data"]))
    return {
        **os.environ,
        "PHOTOS_URL": f"{service}/graphql",
        "PHOTOS_TOKEN": TOKEN,
        "PHOTOS_SCHEMA": str(schema),
        "PHOTOS_WORK": str(scratch),
    }


def run(name: str, service: str, environment: Mapping[str, str]) -> Ran:
    program, *arguments = PROGRAMS[name]
    command = ["node", program, *(each.format(service=service) for each in arguments)]
    started = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=HERE, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        failed, said = done.returncode != 0, done.stdout.strip() or "It printed nothing."
    except subprocess.TimeoutExpired as error:
        failed, said = True, f"It did not end within {PATIENCE} seconds.\n{(error.stdout or b'').decode()}"
    return Ran(name, time.monotonic() - started, failed, said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
