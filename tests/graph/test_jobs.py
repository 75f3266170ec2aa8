from __future__ import annotations

import asyncio
from typing import Any, LiteralString

import pytest

from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.library import failures, files, photos
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.model.job_arguments import ScanArguments
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.search.listing import Stretch
from tests.kit.planted import A, library, read
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

EVERY = Stretch(None, None, 10, from_end=False)


async def test_jobs_of_a_kind_run_one_after_the_other_oldest_first(graph: Graph) -> None:
    for id_ in ("j1", "j2"):
        await jobs.create(graph, id_, JobKind.SCAN, ScanArguments(("r1",)))
    first = await jobs.claim(graph, "me")
    assert first is not None and (first.id, first.state, first.arguments) == (
        "j1",
        JobState.RUNNING,
        ScanArguments(("r1",)),
    )
    assert await jobs.claim(graph, "you") is None
    await jobs.finish(graph, "j1", "me", JobState.SUCCEEDED, 2, 2, "done")
    second = await jobs.claim(graph, "you")
    assert second is not None and second.id == "j2"
    done = await jobs.get(graph, "j1")
    assert done is not None and done.finished_at is not None
    assert (done.state, done.done, done.total, done.message) == (JobState.SUCCEEDED, 2, 2, "done")


async def test_a_job_whose_process_died_is_taken_over(graph: Graph) -> None:
    await jobs.create(graph, "j1", JobKind.SCAN)
    await jobs.claim(graph, "dead")
    assert await jobs.claim(graph, "heir") is None
    assert not await jobs.beat(graph, "j1", "dead", 1, None, None)
    assert await jobs.claim(graph, "heir", abandoned=lambda _: {jobs.Lease("j1", "dead", 0)}) is None, "it was renewed"
    taken = await jobs.claim(graph, "heir", abandoned=set)
    assert taken is not None and taken.id == "j1"
    assert await jobs.beat(graph, "j1", "dead", 1, None, None), "who lost the job is told to end"
    await jobs.finish(graph, "j1", "dead", JobState.FAILED, 0, None, None)
    assert not await jobs.beat(graph, "j1", "heir", 1, 5, "Reading")


async def test_cancelling_ends_a_waiting_job_at_once_and_a_running_one_at_its_next_step(graph: Graph) -> None:
    await jobs.create(graph, "j1", JobKind.SCAN)
    await jobs.create(graph, "j2", JobKind.SCAN)
    await jobs.claim(graph, "me")
    running, waiting = await jobs.cancel(graph, "j1"), await jobs.cancel(graph, "j2")
    assert running is not None and running.state is JobState.RUNNING
    assert waiting is not None and waiting.state is JobState.CANCELLED
    assert await jobs.beat(graph, "j1", "me", 0, None, None)
    assert await jobs.cancel(graph, "unknown") is None


async def test_a_released_job_waits_again(graph: Graph) -> None:
    await jobs.create(graph, "j1", JobKind.SCAN)
    await jobs.claim(graph, "me")
    await jobs.release(graph, "j1", "me")
    again = await jobs.claim(graph, "you")
    assert again is not None and again.id == "j1"


async def test_pages_are_newest_first(graph: Graph) -> None:
    for id_ in ("j1", "j2", "j3"):
        await jobs.create(graph, id_, JobKind.SCAN)
    first = await jobs.page(graph, None, Stretch(None, None, 2, from_end=False))
    rest = await jobs.page(graph, None, Stretch((first[-1].number, first[-1].id), None, 2, from_end=False))
    assert [[job.id for job in part] for part in (first, rest)] == [["j3", "j2"], ["j1"]]
    assert await jobs.count(graph, JobState.QUEUED) == 3
    assert await jobs.count(graph, JobState.RUNNING) == 0
    assert len(await jobs.unfinished_or_since(graph, 0)) == 3
    assert {job.id for job in await jobs.unfinished(graph)} == {"j1", "j2", "j3"}


async def test_a_job_that_is_queued_while_a_page_is_read_is_on_it(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits until no job is left would otherwise see the end of one, and not the job that it has queued."""
    await jobs.create(graph, "first", JobKind.TRAIN_TAGS)
    read_rows = graph.read

    async def reading(query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        rows = await read_rows(query, **parameters)
        if query == jobs.NEWEST:
            await jobs.create(graph, "next", JobKind.PREDICT)
        return rows

    monkeypatch.setattr(graph, "read", reading)
    assert [job.id for job in await jobs.page(graph, None, EVERY)] == ["next", "first"]


async def test_a_job_that_is_claimed_before_a_transaction_ends_does_not_stand_for_the_one_it_makes(
    graph: Graph,
) -> None:
    await jobs.create(graph, "waiting", JobKind.PREDICT)
    claim: asyncio.Task[Job | None] | None = None
    is_claimed = False

    async def work(tx: Transaction) -> None:
        nonlocal claim, is_claimed
        await jobs.make(tx, JobKind.PREDICT)
        if claim is None:
            claim = asyncio.create_task(jobs.claim(graph, "me"))
            await asyncio.wait([claim], timeout=0.5)  # Neo4j lets it wait for the transaction
            is_claimed = claim.done()

    await graph.transaction(work)
    assert claim is not None and (claimed := await claim) is not None and claimed.id == "waiting"
    assert len(await jobs.unfinished(graph)) == (2 if is_claimed else 1)


async def test_failures_belong_to_their_job_and_count_attempts(graph: Graph) -> None:
    await library(graph)
    await jobs.create(graph, "j2", JobKind.SCAN)
    await photos.put_read(
        writer(graph), [], [ReadFailure("f0", "Pictures/n0.jpg", "decode", "killed", attempts=2)], "j1"
    )
    await photos.put_read(writer(graph), [], [ReadFailure("f0", "Pictures/n0.jpg", "decode", "broken")], "j2")
    ((id_, failure),) = await failures.page(graph, "j2", EVERY)
    assert (failure.path, failure.reason, failure.attempts) == ("Pictures/n0.jpg", "broken", 3)
    assert await failures.page(graph, None, Stretch((0, id_), None, 10, from_end=False)) == []
    assert await failures.count(graph, "j1") == 0


async def test_failures_go_when_the_file_is_read_and_partial_ones_keep_the_photo(graph: Graph) -> None:
    await library(graph)
    torn = ReadFailure("f0", "x", "decode", "truncated", partial=True)
    await photos.put_read(writer(graph), [read(0, "a")], [torn], "j1")
    assert await failures.count(graph) == 1 and A in await photos.files_of(graph, [A])
    await photos.put_read(writer(graph), [], [ReadFailure("f0", "x", "read", "gone bad")], "j1")
    assert await photos.files_of(graph, [A]) == {}, "its bytes are no longer that photo"
    await photos.put_read(writer(graph), [read(0, "a")], [], "j1")
    assert await failures.count(graph) == 0


async def test_retrying_puts_files_back_among_those_to_read(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(
        writer(graph), [read(n, str(n)) for n in (1, 2, 3, 4)], [ReadFailure("f0", "x", "a", "b")], "j1"
    )
    assert await files.pending_count(graph, "r1") == 0
    await failures.retry(graph, "unknown")
    assert await files.pending_count(graph, "r1") == 0
    await failures.retry(graph, "j1")
    assert await files.pending_count(graph, "r1") == 1
    await failures.retry(graph, None)


async def test_folders_that_can_be_read_again_are_no_failure(graph: Graph) -> None:
    await library(graph)
    locked = ReadFailure("a", "Pictures/a/locked", "walk", "no permission")
    await failures.put_folder_failures(graph, "r1", "r1", [locked], "j1")
    await failures.put_folder_failures(graph, "r1", "r1", [locked], "j1")
    ((_, failure),) = await failures.page(graph, None, EVERY)
    assert (failure.path, failure.attempts) == ("Pictures/a/locked", 2)
    await failures.put_folder_failures(graph, "r1", "r1/a/b", [], "j1")
    assert await failures.count(graph) == 1, "nobody looked there"
    await failures.put_folder_failures(graph, "r1", "r1/a", [], "j1")
    assert await failures.count(graph) == 0


async def test_old_jobs_are_pruned_but_not_those_with_failures(graph: Graph) -> None:
    await library(graph)
    await jobs.create(graph, "j2", JobKind.SCAN)
    for id_ in ("j1", "j2"):
        await jobs.claim(graph, "me")
        await jobs.finish(graph, id_, "me", JobState.SUCCEEDED, 0, 0, None)
    await photos.put_read(writer(graph), [], [ReadFailure("f0", "x", "read", "y")], "j1")
    await jobs.prune(graph, days=-1)
    assert [job.id for job in await jobs.page(graph, None, EVERY)] == ["j1"]
