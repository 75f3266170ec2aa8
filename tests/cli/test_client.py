"""The commands that ask in GraphQL: of a running service, and of the data directory after it has ended."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photos_graph.client import FILE
from photos_graph.settings import Settings
from tests.kit.commands import end_all, on, run
from tests.kit.graphql import TOKENS
from tests.kit.pictures import jpeg, put
from tests.kit.served import Served

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

WITH_TOKEN = {"PHOTOS_TOKEN": TOKENS["owner"]}


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    end_all()


class Commands:
    """Commands on one data directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run(*arguments, **on(self._settings), **WITH_TOKEN)

    def said(self, *arguments: str | Path) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self(*arguments, "--json").stdout)


def told_of_the_library(command: Commands, folder: Path) -> None:
    """Tags a folder, looks at its photos, and takes all of it back."""
    said = command.said("tag", "2019 Abruzzo", "Abruzzo", "--dry-run")
    assert "Pictures/Italy/2019 Abruzzo: 2 of 2 photos would change. Nothing was changed." in said
    assert "2 of 2 photos changed." in command.said("tag", folder / "Italy/2019 Abruzzo", "Places/Abruzzo")
    assert {each["name"] for each in command.json("search", "Abruzzo")["photos"]["nodes"]} == {"a.jpg", "b.jpg"}
    listed = command.said("search", "Abruzzo", "--paths").splitlines()
    assert {Path(each) for each in listed} == {folder / "Italy/2019 Abruzzo" / each for each in ("a.jpg", "b.jpg")}
    assert "Not understood: blurple" in command.said("search", "blurple Abruzzo")
    known = command.said("info", folder / "Italy/2019 Abruzzo/a.jpg")
    assert "Places/Abruzzo (folder of Pictures/Italy/2019 Abruzzo)" in known
    assert command.json("info", "Pictures/Italy/2019 Abruzzo/a.jpg")["name"] == "a.jpg"
    assert "2 of 2 photos changed" in command.said("untag", "Italy/2019 Abruzzo", "Places/Abruzzo")
    assert "2 of 2 photos changed" in command.said("undo")
    assert "2 of 2 photos changed" in command.said("undo", command.json("changes")["nodes"][2]["id"])


def told_of_albums_and_persons(command: Commands, folder: Path) -> None:
    assert "Sea has 2 photos." in command.said("album", "Sea", "in folder Sea")
    assert [each["name"] for each in command.json("album")["nodes"]] == ["Sea"]
    assert command.json("people")["persons"]["totalCount"] == 0
    assert command.said("review").strip()

    for arguments, reason in (
        (("tag", "Abr", "X"), "There is no folder Abr in the library."),
        (("tag", "Sea", "X"), "2 folders end with Sea"),
        (("info", "no-such-photo"), "not a valid id"),
        (("info", folder / "Sea/missing.jpg"), "Was its folder scanned?"),
        (("album", "Sea"), "Say what the album finds"),
        (("undo", "nothing"), "not a valid id"),
    ):
        done = command(*arguments)
        assert done.returncode == 2, done
        assert reason in done.stderr


async def test_a_service_and_its_data_directory_answer_alike(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    for number, path in enumerate(
        ("Italy/2019 Abruzzo/a.jpg", "Italy/2019 Abruzzo/b.jpg", "Sea/c.jpg", "2020/Sea/d.jpg")
    ):
        put(folder / path, jpeg(number))
    command = Commands(settings)
    service = Served(settings.data_dir, tmp_path / "log", folder, **on(settings))
    await service.ready(200)
    await service.photos(4)
    told_of_the_library(command, folder)
    told_of_albums_and_persons(command, folder)
    assert f"http://127.0.0.1:{service.client.base_url.port}/" in command.said("open")
    await service.end()
    assert not (settings.data_dir / FILE).exists()
    assert "No service runs here" in command("open").stderr
    assert "2 of 2 photos changed." in command.said("tag", "2019 Abruzzo", "Abruzzo")
    assert command.json("search", "Abruzzo")["photos"]["totalCount"] == 2


def test_a_service_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("changes", "--url", "http://127.0.0.1:1", **WITH_TOKEN)
    assert (done.returncode, "http://127.0.0.1:1 does not answer" in done.stderr) == (1, True)
    done = run("changes", "--url", "nas:8000", **WITH_TOKEN)
    assert (done.returncode, "begins with http://" in done.stderr) == (2, True)
    done = run("changes", "--url", "http://127.0.0.1:1", "--data-dir", tmp_path)
    assert (done.returncode, "Set PHOTOS_TOKEN" in done.stderr, list(tmp_path.iterdir())) == (2, True, [])
