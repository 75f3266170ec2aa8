"""Workers that tests share: only those that another service could have left idle."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from photos_graph.errors import OverLimit
from photos_graph.workers.pool import WorkerPool
from tests.kit.processes.tasks import ECHO, HANG, TASKS, WRITE, EchoOrder

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_workers")]

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def find_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


async def pid_of_one(memory_bytes: int = 256 * MIB, *folders: Path, hangs: bool = False) -> int:
    """Returns the process that served a pool, which is closed again."""
    pool = WorkerPool(TASKS, 1, memory_bytes, 30, 10, readable=folders)
    pid = (await pool.call(ECHO, EchoOrder()))[0].pid
    if hangs:
        pool._timeout_seconds = 0.05
        with pytest.raises(OverLimit):
            await pool.call(HANG, 60.0)
    await pool.close()
    return pid


async def test_an_idle_worker_serves_the_next_pool() -> None:
    assert await pid_of_one() == await pid_of_one()


async def test_a_worker_serves_no_pool_with_other_limits_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    first = await pid_of_one()
    assert await pid_of_one(128 * MIB) != first
    monkeypatch.setenv("LANG", "it_IT.UTF-8")
    assert await pid_of_one() != first


async def test_a_worker_that_died_or_was_left_in_a_task_is_replaced() -> None:
    first = await pid_of_one()
    os.kill(first, signal.SIGKILL)
    second = await pid_of_one(hangs=True)
    third = await pid_of_one()
    assert len({first, second, third}) == 3


async def test_a_worker_serves_data_directories_of_all_tests_and_others_only_if_it_may_read_them(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = await pid_of_one(256 * MIB, tmp_path / "one")
    assert await pid_of_one(256 * MIB, tmp_path_factory.mktemp("two")) == first
    assert len({first, await pid_of_one(256 * MIB), await pid_of_one(256 * MIB, Path("/usr"))}) == 3


async def test_a_pool_has_to_name_the_folders_of_what_its_tasks_read(tmp_path: Path) -> None:
    pool = WorkerPool(TASKS, 1, 256 * MIB, 30, 10, readable=[tmp_path / "one"])
    await pool.call(WRITE, tmp_path / "one" / "file")
    with pytest.raises(AssertionError, match="may not read"):
        await pool.call(WRITE, tmp_path / "other")
    await pool.close()
