"""The commands that the documentation shows do what they say: each is run beside a service with a library."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from photos_graph.demo import make_demo
from photos_graph.settings import Settings
from tests.kit.commands import end_all, environment, on, run, start, until
from tests.kit.documented import README, blocks, commands, words
from tests.kit.engines import free_port
from tests.kit.graphql import TOKENS
from tests.kit.portraits import people
from tests.kit.served import Served
from tests.kit.waiting import PATIENCE, Pauses

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

# The commands that are run after the others, when the service has ended. Lines of other programs are not run, because
# they install something or change the machine: make, docker, systemctl, caddy and nginx. `python -m tests.owner --make`
# runs `make run`.
AFTERWARDS = ("restore", "serve")
# Words that stand for what people have, and what they mean here.
MEANT = {
    "FOLDER": "Italy/2019 Abruzzo",
    "TAG": "Places/Abruzzo",
    "TEXT": "Abruzzo",
    "FORMAT": "JSON",
    "PHOTO": "Pictures/Italy/2019 Abruzzo/DSCF1001.jpg",
    "Pictures/Holidays": "Pictures/Italy",
}
PLACES = {
    "/mnt/usb": "",
    "/srv/photos-graph": "srv",
    "/volume1/photo": "Pictures",
    "/volume1/scans": "Scans",
    "~/Pictures": "Pictures",
}
# What is said by those that a sentence names without arguments, and by workers, which have no scheduler here:
# tests/cli/test_cluster.py runs them.
REFUSED: Mapping[tuple[str, ...], str] = {
    ("import",): "Missing argument",
    ("export",): "Missing argument",
    ("worker",): "PHOTOS_CLUSTER__SCHEDULER",
    ("worker", "--places", "4"): "PHOTOS_CLUSTER__SCHEDULER",
}
GROUPS = "{ faceClusters(minSize: 3) { nodes { id } } }"


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    end_all()


async def test_what_the_documentation_shows_can_be_done(
    settings: Settings, tmp_path: Path, weights_home: Path, backbone_home: Path
) -> None:
    library, scans = tmp_path / "Pictures", people(tmp_path / "Scans", 2, 3)
    make_demo(library)
    for home in (weights_home, backbone_home):  # fetched for all tests of the run
        shutil.copytree(home, tmp_path / "models", dirs_exist_ok=True)
    variables = on(settings) | {"PHOTOS_TOKEN": TOKENS["owner"], "PHOTOS_MODELS__FOLDER": str(tmp_path / "models")}
    assert run("models", "--fetch", **variables).returncode == 0
    service = Served(settings.data_dir, tmp_path / "log", library, scans, **variables)
    await service.ready(200)
    groups = await _groups(service)
    asked = [["scan"], ["tag", MEANT["FOLDER"], MEANT["TAG"]], *_shown(tmp_path, groups)]
    done = await asyncio.to_thread(_run, asked, variables)
    wrong = [
        (arguments, each)
        for arguments, each in zip(asked, done, strict=True)
        if each["code"] and REFUSED.get(tuple(arguments), "\0") not in each["err"]
    ]
    assert wrong == []
    assert len(asked) > 40
    [shown] = [block for block in blocks(README.read_text()) if block.startswith("curl ")]
    curl = shown.replace("http://127.0.0.1:8000", str(service.client.base_url).rstrip("/"))
    answer = await asyncio.to_thread(subprocess.check_output, curl, shell=True, env=environment() | variables)
    assert json.loads(answer)["data"]["photos"]["totalCount"] > 30
    await service.end()
    await _restores_and_serves(tmp_path, variables)


async def _groups(service: Served) -> list[str]:
    """Waits until models have found two groups of faces, and returns their ids."""
    pause = Pauses()
    async with asyncio.timeout(PATIENCE):
        while len(found := (await service.data(GROUPS))["faceClusters"]["nodes"]) < 2:
            await pause()
    return [each["id"] for each in found]


async def _restores_and_serves(folder: Path, variables: dict[str, str]) -> None:
    """Each back-up is restored into a data directory of its own, with an engine of its own, and the service starts."""
    asked = _shown(folder, afterwards=True)
    assert {arguments[0] for arguments in asked} == set(AFTERWARDS)
    for number, arguments in enumerate(asked):
        own = {"PHOTOS_DATA_DIR": str(folder / f"own{number}")}
        if arguments[0] == "restore":
            done = await asyncio.to_thread(run, *arguments, **own)
            assert done.returncode == 0 and "Restored" in done.stderr, (arguments, done.stderr)
            continue
        log, port = folder / f"log{number}", str(free_port())
        program = start(*arguments, log=log, PHOTOS_WEB__PORT=port, **(own if "--data-dir" in arguments else variables))
        await asyncio.to_thread(until, partial(_is_ready, program, port))
        program.terminate()
        assert await asyncio.to_thread(program.wait, PATIENCE) == 0, (arguments, log.read_text())


def _is_ready(program: subprocess.Popen[bytes], port: str) -> bool:
    assert program.poll() is None
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _shown(folder: Path, groups: Sequence[str] = (), *, afterwards: bool = False) -> list[list[str]]:
    """Returns what to call, each once, in the order of the documentation, but groups get their names first, since
    persons are learnt from these. Each line that names a group gets one of ``groups``."""
    found: dict[tuple[str, ...], None] = {}
    for _, line in commands():
        said = words(re.sub(r" (>.*|\[.*\])", "", line).replace("...", ""))
        if (said[0] in AFTERWARDS) is afterwards:
            found[tuple(_meant(word, said, folder) for word in said)] = None
    left = iter(groups)
    shown = sorted(found, key=lambda said: said[0] != "name")
    return [[next(left) if word == "GROUP" else word for word in said] for said in shown]


def _meant(word: str, said: Sequence[str], folder: Path) -> str:
    """Returns what a word of the documentation stands for here."""
    if said[0] == "restore" and (word == "FILE" or word.endswith(".zip")):
        return str(folder / "photos.zip")  # that of `photos-graph backup /mnt/usb/photos.zip`
    made = {"DIR": str(folder / ("made" if said[0] == "demo" else "Pictures")), "NEW": str(folder / "srv")}
    for place, here in PLACES.items():
        word = word.replace(place, str(folder / here))
    return (MEANT | made).get(word, word)


def _run(asked: Sequence[Sequence[str]], variables: dict[str, str]) -> list[dict[str, Any]]:
    """Returns the exit code and the output of each command."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.kit.processes.commands_in_turn"],
        env=environment() | variables | {"BROWSER": "true"},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
