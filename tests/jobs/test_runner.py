"""The runner: jobs of a kind one after the other, those of different kinds beside each other."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import Any

import pytest

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.graph import jobs
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.runner import Runner
from photos_graph.model.jobs import Job, JobKind, JobState
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio


async def until(graph: Graph, state: JobState, *ids: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while {job.state for id_ in ids if (job := await jobs.get(graph, id_))} != {state}:
            await asyncio.sleep(0.05)


async def test_kinds_run_beside_each_other_and_jobs_of_a_kind_do_not(graph: Graph) -> None:
    together: list[set[str]] = []
    running: set[str] = set()
    go_on = asyncio.Event()

    async def handle(job: Job, progress: Progress) -> str:
        running.add(job.id)
        together.append(set(running))
        await go_on.wait()
        running.discard(job.id)
        return "done"

    for id_, kind in (("s1", JobKind.SCAN), ("s2", JobKind.SCAN), ("f1", JobKind.FACES)):
        await jobs.create(graph, id_, kind)
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start(dict.fromkeys(JobKind, handle))
    try:
        await until(graph, JobState.RUNNING, "s1", "f1")
        await asyncio.sleep(0.3)
        assert running == {"s1", "f1"}
        go_on.set()
        await until(graph, JobState.SUCCEEDED, "s1", "s2", "f1")
    finally:
        await runner.close()
    assert not any({"s1", "s2"} <= each for each in together)


@pytest.mark.both_engines
async def test_a_job_is_claimed_by_one_of_two_that_ask_at_once(graph: Graph) -> None:
    await jobs.create(graph, "job", JobKind.SCAN)
    others: list[asyncio.Task[Job | None]] = []

    async def claim(tx: Transaction) -> bool:
        claimed = bool(await tx.run(jobs.CLAIM, id="job", owner="one", before="", beats=0))
        if not others:
            others.append(asyncio.create_task(jobs.claim(graph, "other")))
            await asyncio.sleep(0.5)  # the other asks before this is committed
        return claimed

    one = await graph.transaction(claim)
    assert one is (await others[0] is None)


async def test_all_that_runs_is_put_back_when_the_runner_stops(graph: Graph) -> None:
    async def handle(job: Job, progress: Progress) -> str:
        await asyncio.sleep(600)
        return "never"

    for id_, kind in (("s1", JobKind.SCAN), ("f1", JobKind.FACES)):
        await jobs.create(graph, id_, kind)
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start(dict.fromkeys(JobKind, handle))
    await until(graph, JobState.RUNNING, "s1", "f1")
    await runner.close()
    await until(graph, JobState.QUEUED, "s1", "f1")


async def test_a_job_that_was_cancelled_as_the_runner_stops_has_ended(graph: Graph) -> None:
    """Else the next one that asks for the same gets it, cancelled."""

    async def handle(job: Job, progress: Progress) -> str:
        await asyncio.sleep(600)
        return "never"

    await jobs.create(graph, "s1", JobKind.SCAN)
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start(dict.fromkeys(JobKind, handle))
    await until(graph, JobState.RUNNING, "s1")
    await jobs.cancel(graph, "s1")
    await runner.close()
    job = await jobs.get(graph, "s1")
    assert job is not None and job.state is JobState.CANCELLED and job.finished_at is not None


async def test_a_query_that_is_refused_does_not_end_the_runner(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(job: Job, progress: Progress) -> str:
        return "done"

    claim, refused = jobs.claim, asyncio.Event()

    async def refuse_once(*arguments: Any) -> Job | None:
        if not refused.is_set():
            refused.set()
            raise PhotosGraphError("The graph engine refused a query.")
        return await claim(*arguments)

    monkeypatch.setattr(jobs, "claim", refuse_once)
    await jobs.create(graph, "s1", JobKind.SCAN)
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start(dict.fromkeys(JobKind, handle))
    try:
        await until(graph, JobState.SUCCEEDED, "s1")
    finally:
        await runner.close()
    assert refused.is_set()


async def test_a_job_that_the_engine_left_is_run_again_at_once(graph: Graph) -> None:
    tries: list[str] = []

    async def handle(job: Job, progress: Progress) -> str:
        tries.append(job.id)
        if len(tries) == 1:
            raise EngineUnavailable("The graph engine does not answer.")
        return "done"

    await jobs.create(graph, "s1", JobKind.SCAN)
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start({JobKind.SCAN: handle})
    try:
        await until(graph, JobState.SUCCEEDED, "s1")
    finally:
        await runner.close()
    assert tries == ["s1", "s1"]


async def test_a_job_for_which_the_disk_is_too_full_says_so(graph: Graph) -> None:
    async def handle(job: Job, progress: Progress) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/learn/models/tags-1.npz")

    await jobs.create(graph, "t1", JobKind.TRAIN_TAGS)
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start({JobKind.TRAIN_TAGS: handle})
    try:
        await until(graph, JobState.FAILED, "t1")
    finally:
        await runner.close()
    job = await jobs.get(graph, "t1")
    assert job is not None
    assert job.message == "It failed: No space left on device. The log of the service has the details."


async def test_changes_that_no_index_lies_behind_go(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "KEPT", 3)
    for number in range(6):
        await graph.transaction(lambda tx, number=number: touch(tx, photos=[number]))
    runner = Runner(graph, keep_changes=100, keep_days=90)
    runner.start({})
    try:
        async with asyncio.timeout(PATIENCE):
            while await feed.since(graph, 0, 3):
                await asyncio.sleep(0.05)
    finally:
        await runner.close()
    assert len(await feed.since(graph, 3, 6)) == 3
