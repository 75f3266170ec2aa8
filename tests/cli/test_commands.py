"""The commands as a person runs them: what they say, and with which code they end."""

from __future__ import annotations

import json
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from photos_graph.settings import Settings
from tests.kit.commands import engine_pid, on, run, start, until
from tests.kit.pictures import jpeg, put
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.slow  # each starts the program several times


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number))
    put(tmp_path / "Pictures/broken.jpg", b"no picture")
    return tmp_path / "Pictures"


@pytest.mark.parametrize("command", ["", "serve", "scan", "jobs", "doctor", "export-schema", "demo"])
def test_help_says_what_there_is(command: str) -> None:
    ended = run(*command.split(), "--help")
    assert ended.returncode == 0
    assert "\x1b[" not in ended.stdout, "colour is for terminals"
    if command in ("serve", "scan", "jobs", "doctor"):
        assert "--data-dir" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scan", "/no/such/folder"], "is not a folder"),
        (["frobnicate"], "No such command"),
        (["serve", "--port", "many"], "--port"),
        (["scan"], "photos-graph scan ~/Pictures"),
        (["export", "BMP"], "is not one of"),
        (["export", "json", "--filter", '{"tag": 1}'], "The filter has no tag"),
        (["import", "/no/such/folder"], "is not a folder"),
        (["export", "json", "--filter", "{}", "--search", "sea"], "either --filter or --search"),
    ],
)
def test_what_was_called_wrongly_ends_with_2_and_advice(arguments: list[str], says: str, settings: Settings) -> None:
    ended = run(*arguments, **on(settings))
    assert ended.returncode == 2
    assert says in ended.stderr and "Traceback" not in ended.stderr


def test_nothing_is_written_beside_originals(folder: Path) -> None:
    for inside in (folder / "data", folder.parent):
        ended = run("scan", folder, "--data-dir", inside)
        assert ended.returncode == 2 and "lies in" in ended.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["0.jpg", "1.jpg", "2.jpg", "broken.jpg"]
    assert not (folder.parent / "engine.json").exists()


def test_a_setting_that_does_not_fit_is_named(tmp_path: Path) -> None:
    ended = run("doctor", "--data-dir", tmp_path, PHOTOS_IMAGES__WORKERS="none")
    assert ended.returncode == 2 and "images.workers" in ended.stderr
    (tmp_path / "config.toml").write_text("[web]\nprot = 80\n")
    ended = run("doctor", "--data-dir", tmp_path, PHOTOS_CONFIG=str(tmp_path / "config.toml"))
    assert ended.returncode == 2 and "web.prot: there is no such setting" in ended.stderr
    ended = run("doctor", "--data-dir", tmp_path, PHOTOS_CONFIG=str(tmp_path / "another.toml"))
    assert ended.returncode == 2 and "another.toml" in ended.stderr
    ended = run("doctor", "--data-dir", tmp_path, PHOTOS_WEB__ORIGINS="https://photos.home")
    assert ended.returncode == 2 and "JSON" in ended.stderr
    ended = run("doctor", "--data-dir", tmp_path, PHOTOS_GRPH__URI="bolt://nas", PHOTOS_IMAGES__WORKERS="none")
    assert "PHOTOS_GRPH__URI is not a setting. Did you mean PHOTOS_GRAPH__URI?" in ended.stderr


@pytest.mark.parametrize("command", ["serve", "scan", "doctor"])
def test_a_data_directory_that_cannot_be_used_is_said(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    ended = run(command, "--data-dir", tmp_path / "file")
    assert ended.returncode == 2 and "data directory" in ended.stderr and "Traceback" not in ended.stderr


def test_pictures_that_may_not_be_looked_at_are_named(settings: Settings, tmp_path: Path) -> None:
    put(settings.data_dir / "renditions", b"as little as another user's folder")
    ended = run("jobs", **on(settings))
    assert ended.returncode == 2 and f"{settings.data_dir}/renditions" in ended.stderr
    assert "Traceback" not in ended.stderr
    ended = run("export-schema", "-o", tmp_path / "nowhere" / "schema.graphql")
    assert ended.returncode == 1 and "nowhere" in ended.stderr and "Traceback" not in ended.stderr


def test_an_engine_that_is_not_there_ends_with_1_and_where_to_look(tmp_path: Path) -> None:
    unreachable = {"PHOTOS_GRAPH__URI": "bolt://127.0.0.1:1", "PHOTOS_GRAPH__CONNECT_SECONDS": "0.5"}
    ended = run("doctor", "--data-dir", tmp_path, **unreachable)
    assert ended.returncode == 1
    assert "PHOTOS_GRAPH__URI" in ended.stderr and "Traceback" not in ended.stderr


def test_scan_jobs_and_doctor_tell_one_story(folder: Path, settings: Settings, tmp_path: Path) -> None:
    (folder / "broken.jpg").unlink()
    put(folder / "[/bold] broken.jpg", b"no picture")
    data = on(settings)
    scanned = run("scan", folder, **data)
    assert scanned.returncode == 0
    assert "4 files looked at" in scanned.stderr and "jobs --failures" in scanned.stderr
    jobs = run("jobs", **data, COLUMNS="80")
    assert re.search(r"^[0-9a-f]{32}  scan  succeeded", jobs.stdout, re.MULTILINE), jobs
    assert "Pictures/[/bold] broken.jpg" in run("jobs", "--failures", **data).stdout
    doctor = run("doctor", "--index", **data)
    assert doctor.returncode == 0, doctor.stdout
    assert "3 photos, 4 files" in doctor.stdout and "same as the graph" in doctor.stdout
    assert "models --fetch" in doctor.stdout and "models --fetch" in scanned.stderr, "faces want weights"
    wanted = '{"not": {"text": "2"}, "taken": {"after": "1999-01-01T00:00:00"}}'
    exported = run("export", "xmp", "--to", tmp_path / "out", "--filter", wanted, **data)
    assert exported.returncode == 0 and "2 photos: " in exported.stderr, exported.stderr
    assert [*(tmp_path / "out").glob("xmp-*/datasheet.md")]
    for number in range(3):
        (folder / f"{number}.jpg").unlink()
    refused = run("scan", **data)
    assert refused.returncode == 1 and "--accept-missing" in refused.stderr
    assert run("scan", "--accept-missing", **data).returncode == 0
    assert run("jobs", "--retry", **data).returncode == 0
    folder.rename(tmp_path / "away")
    offline = run("jobs", "--retry", **data)
    assert offline.returncode == 1 and "failed" in offline.stdout


def test_serve_greets_answers_and_ends_with_its_engine(folder: Path, tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    # A start that fails does not use up the one time that the token is shown.
    assert run("serve", tmp_path / "Picturse", "--port", "0", "--data-dir", data).returncode == 2
    program = start("serve", folder, "--port", "0", "--data-dir", data, log=log)
    try:
        until(lambda: "files looked at" in log.read_text() or program.poll() is not None)
        said = log.read_text()
        (url,) = re.findall(r"(http://\S+)/login\?token=", said)
        (token,) = re.findall(r"token=(\S+)", said)
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
            assert client.post("/graphql", json={"query": "{ library { photoCount } }"}).status_code == 401
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.post("/graphql", json={"query": "{ library { photoCount } }"}, headers=headers)
            assert answer.json() == {"data": {"library": {"photoCount": 3}}}
            created = run("tokens", "create", "Tablet", "--role", "viewer", "--data-dir", data)
            bearer = {"Authorization": f"Bearer {created.stdout.strip()}"}
            asked = {"json": {"query": "{ viewer { name role } }"}, "headers": bearer}
            until(lambda: client.post("/graphql", **asked).status_code == 200)
            assert client.post("/graphql", **asked).json()["data"]["viewer"] == {"name": "Tablet", "role": "VIEWER"}
            assert "Tablet" in run("tokens", "--data-dir", data).stdout
            limited = run("tokens", "limit", "Tablet", "--scope-folder", "Pictures/nowhere", "--data-dir", data)
            assert limited.returncode == 1 and "no such folder" in limited.stderr
            assert run("tokens", "limit", "Tablet", "--scope-folder", "Pictures", "--data-dir", data).returncode == 0
            refused = {"json": {"query": "{ library { fileCount } }"}, "headers": bearer}
            until(lambda: "FORBIDDEN" in client.post("/graphql", **refused).text)
            assert "Pictures" in run("tokens", "--data-dir", data).stdout
            assert run("tokens", "revoke", "Tablet", "--data-dir", data).returncode == 0
            until(lambda: client.post("/graphql", **asked).status_code == 401)
            assert run("tokens", "revoke", "Tablet", "--data-dir", data).returncode == 1
            pictures = "{ photos(first: 1) { nodes { thumbnail(size: SMALL) } } }"
            answer = client.post("/graphql", json={"query": pictures}, headers=headers)
            picture = answer.json()["data"]["photos"]["nodes"][0]["thumbnail"]
            assert client.get(picture).status_code == 200
            assert run("rotate-keys", "--at-once", "--data-dir", data).returncode == 0
            until(lambda: client.get(picture).status_code == 403)
        with_it = run("jobs", "--data-dir", data)
        assert with_it.returncode == 0 and "succeeded" in with_it.stdout, "a second command finds the engine"
        engine = engine_pid(data)
    finally:
        program.send_signal(signal.SIGTERM)
        code = program.wait(PATIENCE)
    assert code == 0
    until(lambda: not Path(f"/proc/{engine}").exists())
    for private in (data / "secrets.json", data / "engine.json"):
        assert not private.exists() or private.stat().st_mode & 0o077 == 0
    assert data.stat().st_mode & 0o077 == 0
    assert token == json.loads((data / "secrets.json").read_text())["token"]
    log.write_text("")
    program = start("serve", "--port", "0", "--data-dir", data, log=log)
    until(lambda: "files looked at" in log.read_text() or program.poll() is not None)
    program.send_signal(signal.SIGINT)
    program.wait(PATIENCE)
    assert token not in log.read_text(), "it is shown once"


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("serve", "--port", str(taken.getsockname()[1]), "--data-dir", tmp_path)
    assert ended.returncode == 2 and "--port" in ended.stderr


def test_the_schema_goes_to_a_file_or_out(tmp_path: Path) -> None:
    assert run("export-schema", "-o", tmp_path / "schema.graphql").returncode == 0
    assert (tmp_path / "schema.graphql").read_text() == run("export-schema").stdout
