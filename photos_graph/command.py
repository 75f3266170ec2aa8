"""What the commands have in common: settings, services that end properly, jobs to their end, and error messages."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from photos_graph import settings as configuration
from photos_graph.model.jobs import Job, JobState
from photos_graph.settings import LogSettings, Settings
from photos_graph.terminal import err, follow

log = logging.getLogger(__name__)

T = TypeVar("T")

DataDir = Annotated[
    Path | None,
    typer.Option(
        help="The folder for the graph, the cache and the index. It must not be inside a folder of originals. "
        "Default: ~/.local/share/photos-graph"
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what is being done, not only warnings and errors.")]


def complain(message: str) -> None:
    err.print("Error", style="red", end="")
    err.print(f": {message}")


def of_the_system(error: OSError) -> str:
    """The message for a full disk, a file without write permission and the like."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}." if error.filename is not None else f"{reason}."


def settings_of(data_dir: Path | None, verbose: bool, **given: Any) -> Settings:
    """Starts logging and returns the settings. Raises BadSettings."""
    from photos_graph.logs import start_logging  # which takes a tenth of a second that --help does not need

    chosen = LogSettings()
    try:
        settings = configuration.load(data_dir=data_dir, **given)
        chosen = settings.log
    finally:
        start_logging(chosen, verbose=verbose)
        for warning in configuration.misspelt():
            log.warning(warning)
    return settings


def keep_apart(settings: Settings, roots: list[str] | None) -> None:
    """Checks, before anything is written, that the data directory and the originals are apart. Raises BadSettings."""
    from photos_graph.paths import check_data_dir

    check_data_dir(settings.data_dir, [os.fsencode(configuration.expanded(Path(root))) for root in roots or []])


def check_roots(settings: Settings, roots: list[str] | None) -> None:
    """Checks the folders that were named, before an engine is started. Raises BadInput and BadSettings."""
    from photos_graph.paths import readable_folder

    # Later, a folder may be a root that is not mounted now.
    if settings.graph.uri is None and not (settings.data_dir / "graph").exists():
        for root in roots or []:
            readable_folder(root)
    keep_apart(settings, roots)


def with_services(settings: Settings, work: Callable[[Any], Awaitable[T]], *, run_jobs: bool = True) -> T:
    """Runs ``work`` with services. After an interruption it may still finish its current step."""
    from photos_graph.bootstrap import build

    async def run() -> T:
        async with build(settings, run_jobs=run_jobs) as services:
            return await work(services)

    return asyncio.run(_until_terminated(run()))


async def followed(services: Any, job: Job) -> int:
    """Follows a job to its end and returns the exit code. After an interruption the next run continues the job."""
    job = await follow(services.jobs.watch(job.id))
    err.print(job.message or job.state.value, style="" if job.state is JobState.SUCCEEDED else "red", markup=False)
    failed = await services.browse.failures(1, None, job.id)
    if failed.total:
        err.print(f"{failed.total:,} items failed, completely or in part. List them: photos-graph jobs --failures")
    return 0 if job.state is JobState.SUCCEEDED else 1


async def _until_terminated(work: Coroutine[Any, Any, T]) -> T:
    """SIGTERM ends the work like Ctrl-C."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        _interrupted()


def _interrupted() -> NoReturn:
    raise KeyboardInterrupt
