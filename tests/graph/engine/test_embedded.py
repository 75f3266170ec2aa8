"""The embedded engine: one per data directory, back after every death, and private."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import re
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from photos_graph.errors import BadSettings, EngineUnavailable, PhotosGraphError
from photos_graph.graph.engine import data_folder, embedded
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.embedded import Engine
from photos_graph.graph.engine.opening import connect
from photos_graph.settings import GraphSettings, Settings
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def own(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, graph=GraphSettings(heap="256m"))


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Graph, Path]]:
    """An engine of our own, for the tests that do it no harm, in a data directory that others could read."""
    data_dir = tmp_path_factory.mktemp("running")
    data_dir.chmod(0o755)
    async with connected(Settings(data_dir=data_dir, graph=GraphSettings(heap="256m"))) as graph:
        yield graph, data_dir


@contextlib.asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Graph]:
    graph = await connect(settings)
    try:
        yield graph
    finally:
        await graph.close()


@contextlib.asynccontextmanager
async def holder(data_dir: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that uses the engine of ``data_dir``, and owns it if it comes first."""
    script = Path(__file__).parents[2] / "kit/processes/hold_engine.py"
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(data_dir), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"up\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def engine_pid(data_dir: Path) -> int:
    return int(json.loads((data_dir / "engine.json").read_text())["pid"])


def port(data_dir: Path) -> int:
    return int(json.loads((data_dir / "engine.json").read_text())["port"])


async def gone(pid: int) -> None:
    """Waits until the process has ended."""
    with contextlib.suppress(ProcessLookupError):
        async with asyncio.timeout(PATIENCE):
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(0.05)


def listening(pid: int) -> set[str]:
    """The addresses, in the kernel's hexadecimal, that a process listens on."""
    links = (str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    sockets = {match[1] for link in links if (match := re.match(r"socket:\[(\d+)\]", link))}
    tables = [Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets}


def open_to_others(folder: Path) -> list[Path]:
    return [path for path in [folder, *folder.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077]


async def test_it_listens_on_the_loopback_interface_alone(running: tuple[Graph, Path]) -> None:
    _, data_dir = running
    found = listening(engine_pid(data_dir))
    assert found
    assert found <= {"0100007F", "0000000000000000FFFF00000100007F"}


async def test_its_files_are_for_their_owner_alone(running: tuple[Graph, Path]) -> None:
    _, data_dir = running
    assert open_to_others(data_dir) == []


async def test_the_log_is_in_the_data_directory_and_the_password_is_not_in_it(running: tuple[Graph, Path]) -> None:
    _, data_dir = running
    log = (data_dir / "logs" / "engine.log").read_text()
    assert "ArcadeDB" in log
    assert json.loads((data_dir / "engine.json").read_text())["password"] not in log


@pytest.mark.parametrize("source", ["file:///etc/hostname", "http://127.0.0.1/"])
async def test_queries_cannot_read_files_or_addresses(running: tuple[Graph, Path], source: str) -> None:
    graph, _ = running
    with pytest.raises(PhotosGraphError):
        await graph.read("LOAD CSV FROM $source AS line RETURN line", source=source)


async def test_a_second_process_attaches_to_the_running_engine(running: tuple[Graph, Path]) -> None:
    graph, data_dir = running
    pid = engine_pid(data_dir)
    async with holder(data_dir):
        assert await graph.read("MATCH (n:Thing) RETURN n.name AS name") == [{"name": "held"}]
    assert engine_pid(data_dir) == pid
    await graph.read("RETURN 1 AS one")


async def test_what_was_written_is_there_after_a_restart(own: Settings) -> None:
    async with connected(own) as graph:
        await graph.write("CREATE (:Thing {x: 1})")
    async with connected(own) as graph:
        assert await graph.read("MATCH (n:Thing) RETURN n.x AS x") == [{"x": 1}]


async def test_it_ends_with_its_owner_and_closes_its_files(own: Settings, data_dir: Path) -> None:
    async with connected(own):
        pid = engine_pid(data_dir)
    await gone(pid)
    assert "ArcadeDB Server is down" in (data_dir / "logs" / "engine.log").read_text()


async def test_killed_under_load_it_comes_back_with_all_that_was_acknowledged(
    own: Settings, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short life may be the fault of the archive of its classes, which is removed."""
    monkeypatch.setattr(embedded, "HEALTHY_SECONDS", PATIENCE)
    own.cache_dir.mkdir(parents=True, exist_ok=True)
    (archive := own.cache_dir / "engine-0.jsa").touch()
    async with connected(own) as graph:
        acknowledged: list[int] = []
        under_way = asyncio.Event()

        async def load(worker: int) -> None:
            for x in range(worker * 1000, worker * 1000 + 120):
                await graph.write("MERGE (n:Meta {name: $name})", name=str(x))
                acknowledged.append(x)
                if len(acknowledged) == 40:
                    under_way.set()

        workers = [asyncio.create_task(load(worker)) for worker in range(4)]
        await under_way.wait()
        killed, before = engine_pid(data_dir), port(data_dir)
        os.kill(killed, signal.SIGKILL)
        for task in workers:
            with contextlib.suppress(EngineUnavailable):  # a commit whose answer was lost is not repeated
                await task
        await graph.read("RETURN 1 AS one")
        names = {row["name"] for row in await graph.read("MATCH (n:Meta) RETURN n.name AS name")}
        assert {str(x) for x in acknowledged} <= names
        assert engine_pid(data_dir) != killed and not archive.exists()
        assert port(data_dir) == before


async def test_two_that_start_at_once_share_one_engine(own: Settings) -> None:
    first, second = await asyncio.gather(connect(own), connect(own))
    try:
        await first.write("CREATE (:Thing)")
        assert await second.read("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 1}]
    finally:
        await second.close()
        await first.close()


async def test_it_ends_when_its_owner_is_killed(data_dir: Path) -> None:
    async with holder(data_dir) as owner:
        pid = engine_pid(data_dir)
        owner.kill()
        await gone(pid)


async def test_who_was_attached_takes_over_when_the_owner_is_killed(own: Settings, data_dir: Path) -> None:
    async with holder(data_dir) as owner:
        before = port(data_dir)
        async with connected(own) as graph:
            owner.kill()
            await graph.write("CREATE (:Thing {name: 'after'})")
            rows = await graph.read("MATCH (n:Thing) RETURN n.name AS name ORDER BY name")
            assert [row["name"] for row in rows] == ["after", "held"]
            assert port(data_dir) == before


async def test_who_was_attached_takes_over_when_the_owner_closes(own: Settings) -> None:
    owner = await connect(own)
    async with connected(own) as graph:

        async def use(worker: int) -> None:
            for x in range(50):
                try:
                    await graph.write("MERGE (:Meta {name: $name})", name=f"{worker} {x}")
                except EngineUnavailable:  # cut off in a commit: nobody knows, so it is ours to try again
                    await graph.write("MERGE (:Meta {name: $name})", name=f"{worker} {x}")
                await graph.read("MATCH (n:Meta) RETURN n.name AS name")

        users = [asyncio.create_task(use(worker)) for worker in range(4)]
        await asyncio.sleep(0.2)
        await owner.close()
        await asyncio.gather(*users)
        assert await graph.read("MATCH (n:Meta) RETURN count(n) AS n") == [{"n": 200}]


async def test_it_moves_when_another_program_took_its_port(own: Settings, data_dir: Path) -> None:
    async with connected(own) as graph:
        await graph.write("CREATE (:Thing)")
    with socket.socket() as taken:
        # Connections that the engine closed linger on the port; they do not keep a listener from it.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port(data_dir)))
        taken.listen()
        async with connected(own) as graph:
            assert await graph.read("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 1}]
            assert port(data_dir) != taken.getsockname()[1]


async def test_it_starts_without_its_runtime_file_too(own: Settings, data_dir: Path) -> None:
    async with connected(own) as graph:
        await graph.write("CREATE (:Thing)")
    (data_dir / "engine.json").unlink()
    async with connected(own) as graph:
        assert await graph.read("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 1}]


async def test_one_that_cannot_start_says_what_its_log_says(own: Settings) -> None:
    own.graph.heap = "1k"
    with pytest.raises(EngineUnavailable, match=r"(?s)engine\.log.*heap"):
        await connect(own)


async def test_a_data_directory_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSettings, match="data directory"):
        await Engine(tmp_path / "file" / "data", heap="256m", caches=tmp_path / "cache").start()


async def test_it_starts_whatever_python_files_lie_where_somebody_stands(
    own: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    async with connected(own) as graph:
        assert await graph.read("RETURN 1 AS one") == [{"one": 1}]


@pytest.mark.parametrize("name", ["engine.lock", "graph/engine.lock", "logs/engine.log"])
async def test_files_that_cannot_be_used_are_named_at_once(own: Settings, data_dir: Path, name: str) -> None:
    (data_dir / name).mkdir(parents=True)  # for root may open those of any other user
    own.graph.connect_seconds = 3600  # which are not waited for
    with pytest.raises(EngineUnavailable, match=rf"cannot be started.*{name}"):
        await connect(own)


async def test_an_engine_that_nobody_could_find_is_stopped(own: Settings, data_dir: Path) -> None:
    (data_dir / "engine.new").mkdir(parents=True)
    with pytest.raises(EngineUnavailable, match=r"cannot be started.*engine\.new"):
        await connect(own)
    with (data_dir / "graph" / "engine.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_a_disk_that_is_full_is_what_is_said(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    own.graph.heap = "1k"  # for it not to start
    monkeypatch.setattr(data_folder, "MIN_FREE_BYTES", 2**62)
    with pytest.raises(EngineUnavailable, match="is full: free some space"):
        await connect(own)


async def test_a_query_that_a_full_disk_refuses_says_so(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(own) as graph:
        with pytest.raises(PhotosGraphError, match="refused"):
            await graph.write("CREATE no Cypher")
        monkeypatch.setattr(data_folder, "MIN_FREE_BYTES", 2**62)
        with pytest.raises(EngineUnavailable, match="disk of the data directory is full"):
            await graph.write("CREATE no Cypher")
