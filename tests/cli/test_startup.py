"""What a person sees who starts the service for the first time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.settings import Settings
from tests.kit.commands import end_all, on, run, start, until
from tests.kit.pictures import put
from tests.kit.portraits import people
from tests.kit.served import Served
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

FETCHING = {"PHOTOS_MODELS__FETCH": "true", "PHOTOS_LEARN__ENABLED": "off"}
# Where no network is, everything that is asked for fails at once.
NOWHERE = "http://127.0.0.1:1"
NO_NETWORK = {
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "PIP_INDEX_URL": NOWHERE,
    "PIP_RETRIES": "0",
}
FACES = "{ library { faceCount } }"


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    end_all()


async def test_the_first_start_gets_weights_and_tells_until_all_is_done(tmp_path: Path, weights_home: Path) -> None:
    folder = people(tmp_path / "Pictures", 1, 3)
    put(folder / "broken.jpg", b"\xff\xd8\xff not a picture")
    for name in ("one.mov", "two.mp4", "notes.txt"):
        put(folder / name, b"no photo")
    log = tmp_path / "log"
    shared = {"PHOTOS_MODELS__FOLDER": str(tmp_path / "shared"), "PHOTOS_FACES__WEIGHTS": str(weights_home)}
    service = Served(tmp_path / "data", log, folder, **FETCHING, **shared)
    await service.ready(200)
    until(lambda: "Ready: " in log.read_text())
    said = log.read_text()
    assert "Ready: 3 photos, 1 unreadable, 2 videos passed over, 1 other file passed over. Open http://127" in said
    assert said.index("Starting") < said.index("Serving at") < said.index("3 photos looked at") < said.index("Ready")
    assert (await service.data(FACES))["library"]["faceCount"] >= 3
    await service.end()

    assert any((tmp_path / "shared").rglob("*.onnx")) and not (tmp_path / "data/models").exists()


async def test_without_a_network_it_says_so_once_and_works(settings: Settings, tmp_path: Path) -> None:
    folder, log = people(tmp_path / "Pictures", 1, 2), tmp_path / "log"
    service = Served(settings.data_dir, log, folder, **on(settings), **FETCHING, **NO_NETWORK)
    await service.ready(200)
    until(lambda: "Ready: 2 photos." in log.read_text())
    said = log.read_text()
    assert said.count("cannot be obtained") == 1
    assert re.search(r"Faces.*are off until weights are here.*--fetch", said)
    assert len(await service.photos(2)) == 2
    await service.end()


def test_a_folder_that_is_not_there_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    for command in ("serve", "scan"):
        done = run(command, tmp_path / "missing", "--data-dir", tmp_path / "data")
        assert done.returncode == 2
        assert "missing is not a folder on this machine" in done.stderr
        assert not (tmp_path / "data").exists()


def test_a_quiet_service_says_where_to_sign_in_and_nothing_else(settings: Settings, tmp_path: Path) -> None:
    folder, log = people(tmp_path / "Pictures", 1, 2), tmp_path / "log"
    program = start("serve", folder, "--quiet", "--no-models", "--port", "0", log=log, **on(settings))
    until(lambda: "/login" in log.read_text() and any((settings.data_dir / "renditions").rglob("*")))
    program.terminate()
    program.wait(PATIENCE)
    lines = log.read_text().splitlines()
    assert len(lines) == 3 and "Serving at" in lines[0] and "/login?token=" in lines[2]
