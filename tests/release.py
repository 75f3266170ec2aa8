"""Installs the wheel of a release into an environment of its own, and uses it there without the source tree:
``python -m tests.release dist/photos_graph-0.1.0-py3-none-any.whl --into .release``. What is there already is replaced.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PATIENCE = 600  # seconds until the demonstration library is served
TOKEN = secrets.token_urlsafe(32)
QUERY = "{ photos(first: 1) { totalCount nodes { thumbnail(size: SMALL) } } }"


def install(wheel: Path, extras: str, environment: Path) -> Path:
    """Returns the program in a new environment."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
    wanted = f"photos-graph[{extras}] @ {wheel.resolve().as_uri()}"
    options = ("--quiet", "--disable-pip-version-check", "--constraint", REPOSITORY / "constraints.txt")
    subprocess.run([environment / "bin" / "pip", "install", *options, wanted], check=True)
    return environment / "bin" / "photos-graph"


class Use:
    """Uses the program in a folder that has nothing of the source tree."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program.absolute(), folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOTOS_", "PYTHON"))}
        own = {name: str(folder / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        self.variables = kept | own | {"PHOTOS_TOKEN": TOKEN}

    def run(self, *arguments: str) -> str:
        command = [self.program, *arguments]
        options = {"cwd": self.folder, "env": self.variables}
        done = subprocess.run(command, **options, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"photos-graph {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serves the folder Pictures, for the duration of the block, and yields the address of the service."""
        log = self.folder / "log"
        command = [self.program, "serve", "Pictures", "--no-models", "--port", "0"]
        with log.open("w") as output:
            service = subprocess.Popen(command, cwd=self.folder, env=self.variables, stdout=output, stderr=output)
        try:
            yield self._address(service, log)
        finally:
            service.terminate()
            code = service.wait(60)
        if code:
            raise SystemExit(f"The service ended with {code}:\n{log.read_text()}")

    def _address(self, service: subprocess.Popen[bytes], log: Path) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and service.poll() is None:
            if found := re.search(r"Serving at (http://\S+)", log.read_text()):
                return found[1]
            time.sleep(0.2)
        raise SystemExit(f"The service does not start:\n{log.read_text()}")


def ask(address: str) -> tuple[int, str]:
    """Returns how many photos there are, and the address of one of them."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"{address}/graphql", json.dumps({"query": QUERY}).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        photos = json.load(answer)["data"]["photos"]
    return photos["totalCount"], next((address + photo["thumbnail"] for photo in photos["nodes"]), "")


def check(use: Use, version: str) -> None:
    """Raises SystemExit, or an AssertionError, if something does not work."""
    assert use.run("--version").strip() == f"photos-graph {version}"
    assert use.run("export-schema").strip() == (REPOSITORY / "schema.graphql").read_text().strip()
    use.run("demo", "Pictures")
    pictures = sum(1 for file in (use.folder / "Pictures").rglob("*") if file.suffix in (".jpg", ".jpeg", ".png"))
    with use.served() as address:
        end = time.monotonic() + PATIENCE
        while (found := ask(address))[0] < pictures // 2:  # some are copies of others
            if time.monotonic() > end:
                raise SystemExit(f"Only {found[0]} of {pictures} photos are found.")
            time.sleep(0.5)
        with urllib.request.urlopen(found[1]) as picture:
            assert picture.headers["Content-Type"].startswith("image/")
        use.run("doctor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--extras", default="dask,demo,faces,hdbscan,ml,text")
    parser.add_argument("--into", type=Path, required=True, help="the folder of the environment, which is replaced")
    given = parser.parse_args()
    program = install(given.wheel, given.extras, given.into)
    folder = Path(tempfile.mkdtemp(prefix="photos-graph-release-"))
    try:
        check(Use(program, folder), given.wheel.name.split("-")[1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{given.wheel.name} works in an environment of its own.")


if __name__ == "__main__":
    main()
