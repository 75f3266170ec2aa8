"""How the command line shows progress: with bars and colour on a terminal, and with plain lines anywhere else.

Markup such as ``[bold]`` in a name is never interpreted, and what could deceive a person or a terminal is escaped,
whatever it is a part of.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from photos_graph.model.access import AccessToken
from photos_graph.model.jobs import Job, JobState
from photos_graph.model.library import Failure
from photos_graph.shown import harmless

PLAIN_SECONDS = 5.0  # between two lines of progress where there is no terminal

UNBOUNDED = 100_000  # columns where no terminal sets a width, so that lines read by a program are never broken


class HarmlessConsole(Console):
    """A console on which no text moves the cursor, changes colours or turns the direction of writing. What this program
    itself does so is not a text."""

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(harmless(text, lines=True), **how)  # before its width is measured

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text, lines=True), segment.style)


def _console(*, stderr: bool) -> Console:
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return HarmlessConsole(stderr=stderr, highlight=False, markup=False, width=None if is_terminal else UNBOUNDED)


out = _console(stderr=False)
err = _console(stderr=True)

COLOURS = {
    JobState.SUCCEEDED: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "yellow",
    JobState.RUNNING: "cyan",
    JobState.QUEUED: "dim",
}


async def follow(steps: AsyncIterator[Job], write: Callable[[str], None] = err.print) -> Job:
    """Shows the progress of a job and returns the job at its end."""
    return await (_follow_with_bar(steps) if err.is_terminal else _follow_in_lines(steps, write))


async def _follow_with_bar(steps: AsyncIterator[Job]) -> Job:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Waiting for other jobs", total=None)
        async for job in steps:
            bar.update(task, completed=job.done, total=job.total, description=job.message or "Starting")
    return job


async def _follow_in_lines(steps: AsyncIterator[Job], write: Callable[[str], None]) -> Job:
    written_at = 0.0
    async for job in steps:
        if job.state is JobState.RUNNING and time.monotonic() - written_at >= PLAIN_SECONDS:
            written_at = time.monotonic()
            doing = job.message or "Starting"
            write(f"{doing}: {job.done:,} of {job.total:,}" if job.total else doing)
    return job


@contextmanager
def bytes_shown() -> Iterator[Callable[[str, int, int | None], None]]:
    """Yields a function that shows a download. It takes the name of the file, the bytes done, and the total if
    known."""

    def line(what: str, done: int, total: int | None) -> str:
        return f"{what}: {done / 1e6:,.1f} MB" + (f" of {total / 1e6:,.1f}" if total else "")

    with _shown(line, DownloadColumn(), TransferSpeedColumn()) as show:
        yield show


@contextmanager
def counted() -> Iterator[Callable[[str, int, int], None]]:
    """Yields a function that shows the progress of steps. It takes the name of the step, how much of it is done, and
    how much there is."""
    with _shown(lambda what, done, total: f"{what}: {done:,} of {total:,}", TimeRemainingColumn()) as show:
        yield show


@contextmanager
def _shown(
    line: Callable[[str, int, int | None], str], *columns: ProgressColumn
) -> Iterator[Callable[[str, int, int | None], None]]:
    """Yields a function that shows progress in bars that end with the columns or, without a terminal, by a line now and
    then."""
    if not err.is_terminal:
        yield _in_lines(line)
        return
    start = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    with Progress(*start, *columns, console=err, transient=True) as bar:
        tasks = {}

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show


def _in_lines(line: Callable[[str, int, int | None], str]) -> Callable[[str, int, int | None], None]:
    written_at = time.monotonic()

    def show(what: str, done: int, total: int | None) -> None:
        nonlocal written_at
        if time.monotonic() - written_at >= PLAIN_SECONDS:
            written_at = time.monotonic()
            err.print(line(what, done, total), markup=False)

    return show


def failures_hint(count: int) -> str:
    return f"{count:,} files could not be read, or only in part. List them: photos-graph jobs --failures"


def table_of_models(rows: list[tuple[str, str, str, bool]]) -> Table:
    """Each row has the kind, the name and the state of a model, and whether it is in use."""
    table = Table("Kind", "Model", "Weights", "In use", box=None, pad_edge=False)
    colours = {"ready": "green", "damaged": "red", "missing": "dim"}
    for kind, name, state, used in rows:
        colour = "red" if used and state == "missing" else colours.get(state, "")
        table.add_row(kind, name, Text(state, colour), "yes" if used else "")
    return table


def table_of_tokens(tokens: Sequence[tuple[AccessToken, str]]) -> Table:
    """Each token comes with the photos that it shows, in words."""
    table = Table("Name", "Role", "Shows", "Made", "Last used", "Expires", "State", box=None, pad_edge=False)
    for token, shows in tokens:
        state = "revoked" if token.revoked_at else "valid" if token.is_valid(datetime.now(UTC)) else "expired"
        times = [_day(time) for time in (token.created_at, token.used_at, token.expires_at)]
        origin = "from the settings" if token.is_configured else times[0]
        colour = "green" if state == "valid" else "dim"
        who = (Text(token.name), token.role.value.lower(), Text(shows))
        table.add_row(*who, origin, *times[1:], Text(state, colour))
    return table


def _day(time: datetime | None) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M") if time else ""


def table_of_jobs(jobs: list[Job]) -> Table:
    # ``--cancel`` takes the id, so it is never cut, not even on a narrow terminal.
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
