"""Restores a back-up of what a seed left, kills that, and restores it again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from photos_graph.services.backups import restoring
from tests.kit import engines
from tests.kit.waiting import PATIENCE
from tests.soak.databases import Neo4jDatabase
from tests.soak.installation import Installation
from tests.soak.truth import Truth, read_truth


async def faults(
    installation: Installation, truth: Truth, killed_after: float, tell: Callable[[str], None]
) -> list[str]:
    """Returns in what the restored graph differs from that of the installation, and what else is wrong."""
    file = await _back_up(installation)
    target = installation.data_dir.with_name("restored")
    command = [sys.executable, "-m", "tests.soak.service", "restore", str(file), "--data-dir", str(target)]
    environment = installation.environment | {"PHOTOS_DATA_DIR": str(target)}
    environment = {name: value for name, value in environment.items() if not name.startswith("PHOTOS_GRAPH__U")}
    if await asyncio.to_thread(_is_killed, command, environment, target / restoring.MARK, killed_after):
        tell(f"the restore was killed {killed_after} s after it began to write")
        done = await asyncio.to_thread(_run, command, environment)
        if done.returncode:
            return [f"the restore cannot be repeated: {done.stderr[-500:]}"]
    restored = await asyncio.to_thread(_truth_in, target)
    found = []
    if restored.state != truth.state:
        differing = {
            key: (truth.state.get(key), restored.state.get(key)) for key in truth.state.keys() ^ restored.state.keys()
        }
        found.append(f"the restored graph differs: {differing}")
    if restored.changes != truth.changes:
        found.append("the restored changes differ")
    return found


async def _back_up(installation: Installation) -> Path:
    job = (await installation.ask("mutation { backup { id } }"))["backup"]["id"]
    async with asyncio.timeout(PATIENCE):
        while True:
            found = (await installation.ask("query($i: ID!) { job(id: $i) { state message } }", i=job))["job"]
            if found["state"] == "SUCCEEDED":
                return max((installation.data_dir / "backups").glob("*.zip"), key=lambda path: path.stat().st_mtime_ns)
            if found["state"] == "FAILED":
                raise RuntimeError(found["message"])
            await asyncio.sleep(0.1)


def _is_killed(command: list[str], environment: dict[str, str], mark: Path, after: float) -> bool:
    """Starts a restore, and kills it some seconds after it made its mark. Returns whether it was still running."""
    with tempfile.TemporaryFile() as unread:
        program = subprocess.Popen(command, env=environment, stdout=unread, stderr=unread)
    while not mark.exists() and program.poll() is None:
        time.sleep(0.01)
    try:
        program.wait(after)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
        return True
    return False


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _truth_in(data_dir: Path) -> Truth:
    engine = engines.start("embedded", data_dir)
    try:
        return read_truth(Neo4jDatabase(engine, data_dir))
    finally:
        engine.stop()
