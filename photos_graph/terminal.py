"""How the command line shows what goes on: bars and colour on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from photos_graph.model import Failure, Job, JobState

PLAIN_SECONDS = 5.0  # between two lines of progress where there is no terminal

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

COLOURS = {
    JobState.SUCCEEDED: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "yellow",
    JobState.RUNNING: "cyan",
    JobState.QUEUED: "dim",
}


async def follow(steps: AsyncIterator[Job], say: Callable[[str], None] = err.print) -> Job:
    """Shows a job until it ends; returns how it did."""
    return await (_follow_with_bar(steps) if err.is_terminal else _follow_in_lines(steps, say))


async def _follow_with_bar(steps: AsyncIterator[Job]) -> Job:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Waiting for its turn", total=None)
        async for job in steps:
            bar.update(task, completed=job.done, total=job.total, description=job.message or "Starting")
    return job


async def _follow_in_lines(steps: AsyncIterator[Job], say: Callable[[str], None]) -> Job:
    said = 0.0
    async for job in steps:
        if job.state is JobState.RUNNING and time.monotonic() - said >= PLAIN_SECONDS:
            said = time.monotonic()
            doing = job.message or "Starting"
            say(f"{doing}: {job.done:,} of {job.total:,}" if job.total else doing)
    return job


def table_of_jobs(jobs: list[Job]) -> Table:
    table = Table("Job", "Kind", "State", "Done", "Started", "Message", box=None, pad_edge=False)
    for job in jobs:
        done = f"{job.done:,}" if job.total is None else f"{job.done:,} of {job.total:,}"
        started = job.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if job.started_at else ""
        state = f"[{COLOURS[job.state]}]{job.state.value.lower()}[/]"
        table.add_row(job.id, job.kind.value.lower(), state, done, started, job.message or "")
    return table


def table_of_failures(failures: list[Failure]) -> Table:
    table = Table("Path", "Stage", "Attempts", "Reason", box=None, pad_edge=False)
    for failure in failures:
        table.add_row(failure.path, failure.stage, str(failure.attempts), failure.reason)
    return table
