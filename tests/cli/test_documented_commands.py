"""The commands that the documentation shows do what they say: each is run beside a service with a library."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from photos_graph.demo import make_demo
from photos_graph.settings import Settings
from tests.kit.commands import end_all, environment, on
from tests.kit.documented import README, blocks, commands, words
from tests.kit.graphql import TOKENS
from tests.kit.served import Served
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

# How lines begin that are not run, and why. Lines of other programs install something or change the machine: make,
# docker, systemctl, caddy and nginx. `python -m tests.owner --make` runs `make run`.
NOT_RUN = {
    "serve": "It does not end. The service of this test is one.",
    "restore": "It would replace the library that the other commands use.",
    "models --fetch": "It downloads weights.",
    "name": "It takes a group of faces, which only models find.",
    "train": "It needs what models say of photos.",
}
# Words that stand for what people have, and what they mean here.
MEANT = {
    "FOLDER": "Italy/2019 Abruzzo",
    "TAG": "Places/Abruzzo",
    "TEXT": "Abruzzo",
    "FORMAT": "JSON",
    "PHOTO": "Pictures/Italy/2019 Abruzzo/DSCF1001.jpg",
    "Pictures/Holidays": "Pictures/Italy",
}
# What is said by those that do not end with 0: without weights, or since a sentence names them without arguments.
REFUSED = {
    ("models", "--verify"): "photos-graph models --fetch",
    ("import",): "Missing argument",
    ("export",): "Missing argument",
}


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    end_all()


async def test_what_the_documentation_shows_can_be_done(settings: Settings, tmp_path: Path) -> None:
    library = tmp_path / "Pictures"
    make_demo(library)
    variables = on(settings) | {"PHOTOS_TOKEN": TOKENS["owner"]}
    service = Served(settings.data_dir, tmp_path / "log", library, **variables)
    await service.ready(200)
    asked = [["scan"], ["tag", MEANT["FOLDER"], MEANT["TAG"]], *_all_shown(tmp_path)]
    done = await asyncio.to_thread(_run, asked, variables)
    wrong = [
        (arguments, each)
        for arguments, each in zip(asked, done, strict=True)
        if each["code"] and REFUSED.get(tuple(arguments), "\0") not in each["err"]
    ]
    assert wrong == []
    assert len(asked) > 35
    [shown] = [block for block in blocks(README.read_text()) if block.startswith("curl ")]
    curl = shown.replace("http://127.0.0.1:8000", str(service.client.base_url).rstrip("/"))
    answer = await asyncio.to_thread(subprocess.check_output, curl, shell=True, env=environment() | variables)
    assert json.loads(answer)["data"]["photos"]["totalCount"] > 30
    await service.end()


def _all_shown(folder: Path) -> list[list[str]]:
    """Returns what to call, each once, in the order of the documentation."""
    found: dict[tuple[str, ...], None] = {}
    for _, line in commands():
        said = words(re.sub(r" (>.*|\[.*\])", "", line).replace("...", ""))
        if not " ".join(said).startswith(tuple(NOT_RUN)):
            made = {"DIR": str(folder / "made" if "demo" in said else folder / "Pictures")}
            found[tuple((MEANT | made).get(word, word).replace("/mnt/usb", str(folder)) for word in said)] = None
    return [list(each) for each in found]


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
