"""The pool of child processes, with tasks that misbehave."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from photos_graph.errors import Busy, KilledWorker, OverLimit, RootOffline, Unavailable, Unreadable, Unsupported
from photos_graph.workers import child
from photos_graph.workers import pool as workers_pool
from photos_graph.workers.frames import MAX_DESCRIPTORS, PART_BYTES
from photos_graph.workers.pool import Priority, WorkerPool
from tests.kit.processes.tasks import (
    BUG,
    CRASH,
    EAT,
    ECHO,
    ENVIRONMENT,
    HANG,
    LEAVE,
    LIE,
    LONG,
    NOT_THERE,
    OFFLINE,
    PROGRESS,
    READ,
    REPEAT,
    TASKS,
    UNSUPPORTED,
    WRITE,
    EchoOrder,
    LieOrder,
    ReadOrder,
)
from tests.kit.waiting import until

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024
REPOSITORY = Path(__file__).parents[2]


@asynccontextmanager
async def pool_of(
    size: int = 1, timeout_seconds: float = 30, queue: int = 10, idle_seconds: float | None = None
) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(TASKS, size, 256 * MIB, timeout_seconds, queue, idle_seconds)
    try:
        yield pool
    finally:
        await pool.close()


@contextmanager
def folder(path: Path) -> Iterator[int]:
    """An open folder, which nobody can read as a file."""
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@pytest.fixture(autouse=True)
def find_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_task_answers_with_chunks_and_a_result() -> None:
    async with pool_of() as pool:
        answer, chunks = await pool.call(ECHO, EchoOrder(("one", "two")))
        assert b"".join(chunks) == b"onetwo"
        assert pool.pids == [answer.pid]
        assert answer.nice > os.nice(0)


async def test_an_answer_may_be_longer_than_a_frame() -> None:
    async with pool_of() as pool:
        for size in (0, 1, PART_BYTES // 2, 5 * PART_BYTES // 4):
            answer, chunks = await pool.call(REPEAT, size)
            assert answer == "é" * size and chunks == []


async def test_a_task_reports_its_progress() -> None:
    steps: list[tuple[int, int]] = []
    async with pool_of() as pool:
        await pool.call(PROGRESS, 3, on_step=lambda *step: steps.append(step))
    assert steps == [(1, 3), (2, 3), (3, 3)]


async def test_a_worker_is_used_again() -> None:
    async with pool_of() as pool:
        first, _ = await pool.call(ECHO, EchoOrder())
        second, _ = await pool.call(ECHO, EchoOrder())
        assert first.pid == second.pid


async def test_a_worker_without_work_ends_and_the_next_call_finds_a_new_one() -> None:
    async with pool_of(idle_seconds=2) as pool:
        first, _ = await pool.call(ECHO, EchoOrder())
        second, _ = await pool.call(ECHO, EchoOrder())
        assert first.pid == second.pid and alive(first.pid)
        await until(lambda: not alive(first.pid))
        assert pool.pids == []
        assert (await pool.call(ECHO, EchoOrder()))[0].pid != first.pid


async def test_a_crash_names_the_signal_and_the_next_call_finds_a_new_worker() -> None:
    async with pool_of() as pool:
        with pytest.raises(KilledWorker, match="SIGSEGV"):
            await pool.call(CRASH, None)
        assert await pool.call(ECHO, EchoOrder())


async def test_a_worker_killed_while_busy_is_reported() -> None:
    async with pool_of() as pool:
        with pytest.raises(KilledWorker, match="SIGKILL"):
            async with pool.stream(HANG, LONG) as chunks:
                async for _ in chunks:  # it has begun
                    os.kill(next(iter(pool.running)), signal.SIGKILL)


async def test_a_worker_killed_while_idle_is_not_the_next_files_fault() -> None:
    async with pool_of() as pool:
        await pool.call(ECHO, EchoOrder())
        os.kill(pool.pids[0], signal.SIGKILL)
        assert await pool.call(ECHO, EchoOrder())


async def test_a_worker_killed_while_it_starts_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KILLED_ONCE", str(tmp_path / "killed"))
    fragile = replace(ECHO, target="tests.kit.processes.killed_once:echo")
    pool = WorkerPool([fragile], 1, 256 * MIB, 30, 10)
    assert await pool.call(fragile, EchoOrder())
    assert (tmp_path / "killed").exists()
    await pool.close()


async def test_a_task_over_time_is_killed() -> None:
    async with pool_of(timeout_seconds=1.5) as pool:
        with pytest.raises(OverLimit, match=r"1\.5 seconds"):
            await pool.call(HANG, LONG)
        assert await pool.call(ECHO, EchoOrder())


async def test_memory_is_bounded() -> None:
    async with pool_of() as pool:
        assert (await pool.call(EAT, 100 * MIB))[0] == 100 * MIB
        with pytest.raises(OverLimit, match="memory"):
            await pool.call(EAT, 300 * MIB)


async def test_memory_that_a_task_leaves_behind_is_given_back() -> None:
    async with pool_of() as pool:
        pid = (await pool.call(LEAVE, 0))[0]
        before = resident(pid)
        assert (await pool.call(LEAVE, 100 * MIB))[0] == pid
        await until(lambda: resident(pid) < before + 50 * MIB)


def test_memory_is_kept_for_a_task_that_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "IDLE_SECONDS", 0)
    end, start = os.pipe()
    with os.fdopen(end, "rb") as calls, os.fdopen(start, "wb", buffering=0) as sent:
        assert not child._follows(calls)
        sent.write(b"call")
        assert child._follows(calls)
        assert calls.read(4) == b"call"


async def test_errors_keep_their_class_message_and_stage() -> None:
    async with pool_of() as pool:
        with pytest.raises(Unsupported, match="No decoder") as unsupported:
            await pool.call(UNSUPPORTED, None)
        assert unsupported.value.stage == "metadata"
        with pytest.raises(RootOffline, match="not mounted"):
            await pool.call(OFFLINE, None)


async def test_a_bug_gives_no_detail_away() -> None:
    async with pool_of() as pool:
        with pytest.raises(Unreadable) as error:
            await pool.call(BUG, None)
        assert "secret" not in error.value.public_message


@pytest.mark.parametrize(
    "lie", [b"not JSON", b"[]", b'{"pid": "many", "nice": 1}', b'{"pid": 1}', b'{"pid": 1, "nice": NaN}', b"\xff" * 100]
)
async def test_an_answer_of_another_type_ends_the_worker(lie: bytes) -> None:
    async with pool_of() as pool:
        with pytest.raises(KilledWorker):
            await pool.call(LIE, LieOrder(lie))
        assert await pool.call(ECHO, EchoOrder())


async def test_a_child_inherits_neither_secrets_nor_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOS_TOKEN", "secret")
    unrelated = os.memfd_create("unrelated")
    os.set_inheritable(unrelated, True)
    async with pool_of() as pool:
        found, _ = await pool.call(ENVIRONMENT, None)
    os.close(unrelated)
    assert not [name for name in found.names if name.startswith("PHOTOS_")]
    assert len(found.descriptors) <= 7  # the standard three, the pool's three, the listing itself


async def test_files_travel_as_descriptors_and_are_closed_after_the_task(tmp_path: Path) -> None:
    contents = [f"file {number}".encode() for number in range(2 * MAX_DESCRIPTORS + 3)]
    for number, content in enumerate(contents):
        (tmp_path / f"{number}").write_bytes(content)
    with ExitStack() as opened:
        files = [opened.enter_context((tmp_path / f"{number}").open("rb")) for number in range(len(contents))]
        async with pool_of() as pool:
            before, _ = await pool.call(ENVIRONMENT, None)
            for _ in range(3):
                answer, _ = await pool.call(READ, ReadOrder(tuple(file.fileno() for file in files)))
                assert list(answer) == contents
            with pytest.raises(Unreadable):
                await pool.call(READ, ReadOrder((files[0].fileno(), opened.enter_context(folder(tmp_path)))))
            assert (await pool.call(ENVIRONMENT, None))[0] == before


async def test_a_child_writes_no_file(tmp_path: Path) -> None:
    async with pool_of() as pool:
        await pool.call(WRITE, tmp_path / "file")
    assert not any(entry.stat().st_size for entry in os.scandir(tmp_path))


async def test_leaving_a_stream_kills_the_worker_and_frees_its_place() -> None:
    async with pool_of() as pool:
        async with pool.stream(HANG, LONG) as chunks:
            assert await anext(aiter(chunks)) == b"started"
            (pid,) = pool.running
        await until(lambda: not alive(pid))
        assert await pool.call(ECHO, EchoOrder())


async def test_a_cancelled_call_frees_its_place() -> None:
    async with pool_of() as pool:
        call = asyncio.create_task(pool.call(HANG, LONG))
        await until(lambda: pool.running)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await pool.call(ECHO, EchoOrder())


async def test_a_full_queue_is_busy() -> None:
    async with pool_of(queue=1) as pool:
        calls = [asyncio.create_task(pool.call(HANG, LONG)) for _ in range(2)]
        await until(lambda: pool.running)
        with pytest.raises(Busy) as busy:
            await pool.call(ECHO, EchoOrder())
        assert busy.value.retry_after >= 1
        await cancelled(calls)


async def cancelled(calls: Sequence[asyncio.Task[object]]) -> None:
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_who_looks_goes_before_a_scan() -> None:
    order = []
    async with pool_of() as pool:

        async def call(priority: Priority) -> None:
            await pool.call(HANG, 0, priority)
            order.append(priority)

        async with asyncio.TaskGroup() as group, pool.stream(HANG, LONG) as chunks:
            await anext(aiter(chunks))
            for priority in (Priority.BACKGROUND, Priority.BACKGROUND, Priority.INTERACTIVE):
                group.create_task(call(priority))
            await until(lambda: pool.waiting(Priority.BACKGROUND) == 2 and pool.waiting(Priority.INTERACTIVE))
    assert order == [Priority.INTERACTIVE, Priority.BACKGROUND, Priority.BACKGROUND]


async def test_what_is_soon_done_never_waits_for_long_work_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_pool, "EXTRA_SECONDS", 0.0)
    async with pool_of() as pool:
        busy = [asyncio.create_task(pool.call(HANG, LONG, Priority.INTERACTIVE)) for _ in range(2)]
        await until(lambda: pool.running)
        await pool.call(ECHO, EchoOrder(), Priority.AT_ONCE)
        assert pool.waiting(Priority.INTERACTIVE) == 1, "the extra place is for what is soon done"
        await until(lambda: len(pool.pids) == 1)
        at_once = [asyncio.create_task(pool.call(HANG, LONG, Priority.AT_ONCE)) for _ in range(2)]
        await until(lambda: len(pool.running) == 2 and pool.waiting(Priority.AT_ONCE) == 1)
        await cancelled(busy[:1])
        await until(lambda: not pool.waiting(Priority.AT_ONCE))
        assert pool.waiting(Priority.INTERACTIVE) == 1, "both places are taken"
        await cancelled(at_once)
        await until(lambda: not pool.waiting(Priority.INTERACTIVE))
        await cancelled(busy)


async def test_tasks_run_side_by_side() -> None:
    async with pool_of(size=2) as pool:
        calls = [asyncio.create_task(pool.call(HANG, LONG)) for _ in range(2)]
        await until(lambda: len(pool.running) == 2)
        await cancelled(calls)


async def test_closing_ends_children_and_does_not_blame_the_file() -> None:
    async with pool_of() as pool:
        call = asyncio.create_task(pool.call(HANG, LONG))
        await until(lambda: pool.running)
        (pid,) = pool.running
        await pool.close()
        with pytest.raises(Unavailable):
            await call
        assert not alive(pid)


async def test_a_pool_that_cannot_start_says_so() -> None:
    pool = WorkerPool((NOT_THERE,), 1, 256 * MIB, 5, 5)
    with pytest.raises(Unavailable):
        await pool.call(NOT_THERE, None)
    await pool.close()


def test_children_die_with_a_killed_parent() -> None:
    program = f"""
import asyncio
from photos_graph.workers import child
from photos_graph.workers.frames import MAX_DESCRIPTORS, PART_BYTES
from photos_graph.workers.pool import WorkerPool
from tests.kit.processes.tasks import HANG, LONG, TASKS
async def main():
    pool = WorkerPool(TASKS, 1, {256 * MIB}, 600, 1)
    async with pool.stream(HANG, LONG) as chunks:
        async for chunk in chunks:
            print(*pool.pids, flush=True)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    asyncio.run(until(lambda: not alive(child)))
