"""Lets the virtual machine of the embedded engine start quickly, since hundreds of tests start one for some queries.

Its code is compiled once and simply, not for a long life, and its classes come from an archive that is made in the
background at the first run of an installation: ``python -m tests.kit.quick_java ARCHIVE``. Until there is an archive,
and wherever it does not fit, the machine reads its classes one by one. It is not that of the product
(``graph/engine/class_archive.py``), which is not made while tests run.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from photos_graph.graph.engine import class_archive
from photos_graph.graph.engine.class_archive import OF_THE_ENGINE

SIMPLE = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
HEAP = "512m"


def archive() -> Path:
    """Returns the path of the archive, which lives as long as the virtual environment."""
    from importlib.metadata import version

    return Path(sys.prefix) / f"engine-{version('arcadedb-embedded')}.jsa"


def set_up() -> subprocess.Popen[bytes] | None:
    """Sets the variable for all engines of this run. Returns the process that makes the archive, if there is none."""
    path = archive()
    os.environ[OF_THE_ENGINE] = f"{SIMPLE} -XX:SharedArchiveFile={path}"
    if path.exists() or not os.access(path.parent, os.W_OK):
        return None
    with tempfile.TemporaryFile() as unread:
        return subprocess.Popen(
            [sys.executable, "-m", __name__, path], stdin=subprocess.DEVNULL, stdout=unread, stderr=unread
        )


def _make(path: Path) -> None:
    """Makes the archive out of the classes that a scan needs, with the very arguments that the engine starts with."""
    with path.with_suffix(".lock").open("w") as lock, tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises if another run makes it
        classes, made = Path(scratch) / "classes", Path(scratch) / "archive"
        os.environ[OF_THE_ENGINE] = f"{SIMPLE} -XX:DumpLoadedClassList={classes}"
        asyncio.run(_use_an_engine(Path(scratch)))
        program = [sys.executable, "-m", class_archive.__name__, made, classes]
        subprocess.run(program, env=os.environ | {OF_THE_ENGINE: SIMPLE}, check=True)
        made.rename(path)


async def _use_an_engine(folder: Path) -> None:
    from photos_graph.bootstrap import build
    from photos_graph.settings import GraphSettings, Settings
    from tests.kit.library import scanned
    from tests.kit.pictures import jpeg, put

    put(folder / "Pictures" / "1.jpg", jpeg(1))
    async with build(Settings(data_dir=folder / "data", graph=GraphSettings(heap=HEAP))) as services:
        await services.roots.add(str(folder / "Pictures"))
        await scanned(services)


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
