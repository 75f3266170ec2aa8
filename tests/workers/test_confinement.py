"""Inside a worker of each kind, everything is tried that it does not need, and is refused."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from photos_graph.bootstrap import _picture_workers
from photos_graph.environment import for_workers, without_secrets
from photos_graph.services.browse.looking import looking_pool
from photos_graph.services.datasets.exports.shards import shards_pool
from photos_graph.services.faces.clustering import group_pool
from photos_graph.services.faces.detection_call import model_pool
from photos_graph.services.learning.features_call import describing_pool
from photos_graph.services.learning.neighbours import learning_pool
from photos_graph.services.learning.picturing import picturing_pool
from photos_graph.services.learning.training_call import training_pool
from photos_graph.services.trips.finding import trip_pool
from photos_graph.settings import Settings
from photos_graph.workers import confinement
from photos_graph.workers.confinement import Abilities
from photos_graph.workers.pool import WorkerPool
from tests.kit.processes.forbidden import TRY, Targets

KINDS = [
    _picture_workers,
    model_pool,
    group_pool,
    describing_pool,
    picturing_pool,
    looking_pool,
    learning_pool,
    training_pool,
    trip_pool,
    shards_pool,
]
CONFINED = pytest.mark.skipif(bool(confinement.available().missing), reason=" ".join(confinement.available().missing))

ALL = """
import json
import sys
from pathlib import Path

from tests.kit.processes.forbidden import Targets, attempts

given = json.loads(sys.argv[1])
paths = {name: Path(given[name]) for name in ("secret", "kept", "folder")}
print(json.dumps(attempts(Targets(**given | paths))))
"""


@pytest.fixture
def victim() -> Iterator[int]:
    """A process of the same user."""
    program = [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


@pytest.fixture
def targets(tmp_path: Path, victim: int) -> Iterator[Targets]:
    data, folder = tmp_path / "data", tmp_path / "folder"
    for each in (data, folder):
        each.mkdir()
    (data / "secrets.json").write_text("{}")
    (folder / "kept").write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Targets(data / "secrets.json", folder / "kept", folder, server.getsockname()[1], victim)


@pytest.fixture
def settings(targets: Targets) -> Settings:
    return Settings(data_dir=targets.secret.parent)


@pytest.fixture
async def pool(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[WorkerPool]:
    make: Callable[[Settings], WorkerPool] = request.param
    pool = make(settings)
    pool.kind = replace(pool.kind, targets=(*pool.kind.targets, TRY.target))
    yield pool
    await pool.close()


@CONFINED
@pytest.mark.anyio
@pytest.mark.parametrize("pool", KINDS, indirect=True)
async def test_a_worker_of_each_kind_can_do_nothing_that_it_does_not_need(pool: WorkerPool, targets: Targets) -> None:
    found, _ = await pool.call(TRY, targets)
    assert {name: error for name, error in found.errors.items() if error != "PermissionError"} == {}
    assert found.threads == 1, "landlock holds for threads that start later, and for no earlier ones"
    assert [path.name for path in targets.folder.iterdir()] == ["kept"]
    assert targets.kept.read_text() == "kept"


def test_without_confinement_all_of_it_is_possible(targets: Targets) -> None:
    """So the other test can fail."""
    given = json.dumps(asdict(targets), default=str)
    done = subprocess.run([sys.executable, "-c", ALL, given], capture_output=True, text=True, check=True)
    refused = {name for name, error in json.loads(done.stdout).items() if error is not None}
    assert refused <= {"trace", "read memory by call", "read the memory of another process"}, (
        "those need rights that not every user has"
    )


def test_what_the_kernel_lacks_is_said_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(confinement, "available", lambda: Abilities(0, seccomp=False))
    confinement.say_what_is_missing.cache_clear()
    with caplog.at_level(logging.WARNING):
        confinement.say_what_is_missing()
        confinement.say_what_is_missing()
    assert len(caplog.records) == 2
    assert "Landlock is off" in caplog.text and "seccomp is off" in caplog.text


def test_no_secret_is_in_the_environment_of_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("PHOTOS_TOKEN", "PHOTOS_GRAPH__PASSWORD", "NEO4J_PASSWORD", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY")
    for name in (*secrets, "DATABASE_URL", "TF_API_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert not {*secrets, "TF_API_KEY"} & without_secrets().keys()
    assert without_secrets()["HTTPS_PROXY"] == "http://proxy"
    assert "secret" not in for_workers().values()
    assert for_workers()["OMP_NUM_THREADS"] == "3" and for_workers()["PATH"] == os.environ["PATH"]


SEEN = """
import ctypes
import os

from photos_graph.workers.confinement import refuse_to_be_read


def a_child_reads_us():
    if (child := os.fork()) == 0:
        try:
            open(f"/proc/{os.getppid()}/environ").close()
        except PermissionError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


if os.geteuid() == 0:  # whom nothing is refused
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, which changing the user turned off
print(a_child_reads_us())
refuse_to_be_read()
print(a_child_reads_us())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are seen in /proc on Linux")
def test_a_process_of_the_same_user_cannot_read_the_environment_of_the_service() -> None:
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


SERVED = """
import asyncio
import ctypes
import os
import sys

from photos_graph.errors import BadSettings
from photos_graph.serving import serve
from photos_graph.settings import Settings, WebSettings


def create_app(settings, started):
    print(sorted(name for name in os.environ if name.upper().startswith("PHOTOS_")))
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
    print(settings.token.get_secret_value())
    raise BadSettings("enough")


try:
    asyncio.run(serve(create_app, Settings(web=WebSettings(port=0)), []))
except BadSettings:
    pass
"""


def test_a_service_takes_its_settings_out_of_its_environment(tmp_path: Path) -> None:
    given = {
        "PHOTOS_TOKEN": "a" * 40,
        "photos_viewer_token": "b" * 40,
        "PHOTOS_GRAPH__PASSWORD": "secret",
        "PHOTOS_GRAPH": '{"user": "ann"}',
        "PHOTOS_DATA_DIR": str(tmp_path),
        "PHOTOS_OF_ANOTHER_PROGRAM": "kept",
    }
    done = subprocess.run(
        [sys.executable, "-c", SERVED], capture_output=True, text=True, check=True, env=without_secrets() | given
    )
    assert done.stdout.splitlines() == ["['PHOTOS_OF_ANOTHER_PROGRAM']", "0", "a" * 40]
