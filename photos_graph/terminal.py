"""How the command line shows what goes on: bars and colour on a terminal, plain lines anywhere else.

Names of files and folders are shown as they are: nothing here reads ``[bold]`` or the like in a text as markup.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table
from rich.text import Text

from photos_graph.model import Failure, Job, JobState

PLAIN_SECONDS = 5.0  # between two lines of progress where there is no terminal

UNBOUNDED = 100_000  # columns, where no terminal sets a width: a line that is read by a program is never broken


def _console(*, stderr: bool) -> Console:
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, markup=False, width=None if is_terminal else UNBOUNDED)


out = _console(stderr=False)
err = _console(stderr=True)

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
        TextColumn("{task.description}", markup=False),
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


@contextmanager
def bytes_shown() -> Iterator[Callable[[str, int, int | None], None]]:
    """Gives what to call with a file's name, the bytes that are there and those that it has in all, where known."""
    if not err.is_terminal:
        yield _plainly()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        tasks = {}

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show


def _plainly() -> Callable[[str, int, int | None], None]:
    said = time.monotonic()

    def show(what: str, done: int, total: int | None) -> None:
        nonlocal said
        if time.monotonic() - said >= PLAIN_SECONDS:
            said = time.monotonic()
            err.print(f"{what}: {done / 1e6:,.1f} MB" + (f" of {total / 1e6:,.1f}" if total else ""), markup=False)

    return show


def table_of_models(rows: list[tuple[str, str, str, bool]]) -> Table:
    """Rows of kind, name, state and whether it is the one in use."""
    table = Table("Kind", "Model", "Weights", "In use", box=None, pad_edge=False)
    colours = {"ready": "green", "damaged": "red", "missing": "dim"}
    for kind, name, state, used in rows:
        colour = "red" if used and state == "missing" else colours.get(state, "")
        table.add_row(kind, name, Text(state, colour), "yes" if used else "")
    return table


def table_of_jobs(jobs: list[Job]) -> Table:
    # The id is what ``--cancel`` takes: it is never cut, however narrow the terminal.
    first = Column("Job", no_wrap=True, min_width=32)
    table = Table(first, "Kind", "State", "Done", "Started", "Message", box=None, pad_edge=False)
    for job in jobs:
        done = f"{job.done:,}" if job.total is None else f"{job.done:,} of {job.total:,}"
        started = job.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if job.started_at else ""
        state = Text(job.state.value.lower(), COLOURS[job.state])
        table.add_row(job.id, job.kind.value.lower(), state, done, started, job.message or "")
    return table


def table_of_failures(failures: list[Failure]) -> Table:
    table = Table("Path", "Stage", "Attempts", "Reason", box=None, pad_edge=False)
    for failure in failures:
        table.add_row(failure.path, failure.stage, str(failure.attempts), failure.reason)
    return table
