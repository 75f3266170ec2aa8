"""The command line. Exit codes: 0 done, 1 it failed or something is wrong, 2 it was called wrongly, 130 interrupted."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from photos_graph import settings as configuration
from photos_graph.errors import BadInput, PhotosGraphError
from photos_graph.model import Certainty, DatasetFormat, Job, JobKind, JobState, ModelKind
from photos_graph.settings import Settings
from photos_graph.terminal import (
    bytes_shown,
    err,
    follow,
    out,
    table_of_failures,
    table_of_jobs,
    table_of_models,
)

T = TypeVar("T")

app = typer.Typer(
    help="A self-hosted photo backend: folders of photos become a graph to query and pictures to look at.\n\n"
    "Start with: photos-graph serve ~/Pictures",
    epilog="Settings also come from the environment (PHOTOS_GRAPH__URI=bolt://nas:7687) and from "
    "~/.config/photos-graph/config.toml; docs/settings.md lists them. Originals are never written to.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

RootArguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="ROOT", help="Folders of originals; added to the library unless they are in it."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Where the graph, cache and logs live; never inside a folder of originals. "
        "Default: ~/.local/share/photos-graph"
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done, not only what goes wrong.")]


def main() -> None:
    """The entry point: errors of ours are one line that says what to do, and an exit code."""
    try:
        app()
    except PhotosGraphError as error:
        err.print(type(error).__name__, style="red", end="")
        err.print(f": {error.public_message}")
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except OSError as error:  # a full disk, a file that may not be written to
        logging.getLogger(__name__).info("it failed", exc_info=True)
        err.print(str(error), style="red")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command(
    epilog="Examples:\n\n* `photos-graph serve ~/Pictures` scans and serves that folder\n\n"
    "* `photos-graph serve --host 0.0.0.0 --port 80` serves what was added before, to the whole network\n\n"
    "* `PHOTOS_TOKEN=... photos-graph serve` with a token of your own"
)
def serve(
    roots: RootArguments = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1, this machine")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one. Default: 8000")] = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Serve GraphQL, GraphiQL and pictures; scan at start and when folders change."""
    from photos_graph.serving import serve as run

    web = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = _settings(data_dir, verbose, **({"web": web} if web else {}))
    _keep_apart(settings, roots)
    create_app = importlib.import_module("resolvers.asgi").create_app
    asyncio.run(run(create_app, settings, roots or []))


@app.command(
    epilog="A scan that was interrupted goes on where it was. Run it beside `serve`, or without: both see the result."
)
def scan(
    roots: RootArguments = None,
    accept_missing: Annotated[
        bool,
        typer.Option(
            "--accept-missing",
            help="Mark files as missing however many are gone. Without it a scan that finds more than a fifth of a "
            "root's files gone marks none: the disk may be half mounted.",
        ),
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Read new and changed photos into the library, note which are gone, look for faces, and predict tags."""
    from photos_graph.bootstrap import Services
    from photos_graph.services.faces.triggers import WITHOUT_MODELS
    from photos_graph.services.learning.triggers import WITHOUT_WEIGHTS

    settings = _settings(data_dir, verbose)
    _keep_apart(settings, roots)

    async def work(services: Services) -> int:
        added = [await services.roots.ensure(root) for root in roots or []]
        if not added and not await services.roots.all():
            raise BadInput("There is no folder to scan yet. Name one: photos-graph scan ~/Pictures")
        job = await services.jobs.scan(*(root.id for root in added), accept_missing=accept_missing)
        try:
            job = await follow(services.jobs.watch(job.id))
        except asyncio.CancelledError:
            await services.jobs.cancel(job.id)
            raise
        ended = [job]
        err.print(job.message or job.state.value, style="" if job.state is JobState.SUCCEEDED else "red")
        if services.face_triggers.models_are_missing:
            err.print(WITHOUT_MODELS)
        if services.learning_triggers.weights_are_missing:
            err.print(WITHOUT_WEIGHTS)
        while following := await services.jobs.unfinished(JobKind.FACES, JobKind.CLUSTER, JobKind.PREDICT):
            ended.append(await follow(services.jobs.watch(following[0].id)))
            shown = "" if ended[-1].state is JobState.SUCCEEDED else "red"
            err.print(ended[-1].message or ended[-1].state.value, style=shown)
        failures = await services.browse.failures(1, None)
        if failures.total:
            err.print(f"{failures.total:,} files could not be read, or not in full: photos-graph jobs --failures")
        return 0 if all(stage.state is JobState.SUCCEEDED for stage in ended) else 1

    sys.exit(_with_services(settings, work))


@app.command()
def jobs(
    failures: Annotated[bool, typer.Option("--failures", help="List what could not be read, with the reason.")] = False,
    cancel: Annotated[str | None, typer.Option(metavar="JOB", help="Cancel that job.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Read again what failed.")] = False,
    last: Annotated[int, typer.Option(min=1, max=500, help="How many to list.")] = 20,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List jobs, newest first; cancel one, or try again what failed."""
    from photos_graph.bootstrap import Services

    async def work(services: Services) -> int:
        if cancel is not None:
            job = await services.jobs.cancel(cancel)
            out.print(table_of_jobs([job]))
        elif retry:
            job = await follow(services.jobs.watch((await services.jobs.retry_failures()).id))
            out.print(table_of_jobs([job]))
            return 0 if job.state is JobState.SUCCEEDED else 1
        elif failures:
            page = await services.browse.failures(last, None)
            out.print(table_of_failures(list(page.items)))
            if page.has_next:
                err.print(f"{page.total - len(page.items):,} more: --last {min(page.total, 500)}")
        else:
            out.print(table_of_jobs(list((await services.jobs.page(None, last, None)).items)))
        return 0

    sys.exit(_with_services(_settings(data_dir, verbose), work, run_jobs=retry))


@app.command(
    epilog="What people said is learnt: tags from a dozen examples on, persons from two faces. The new version counts "
    "only when it is not worse than the one before, on photos that neither has learnt from; then all photos are "
    "predicted again.\n\nExamples:\n\n* `photos-graph train tags`\n\n* `photos-graph train persons`"
)
def train(
    kind: Annotated[ModelKind, typer.Argument(help="What to learn.", case_sensitive=False)],
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Learn tags or persons from what people said, and predict with what was learnt."""
    from photos_graph.bootstrap import Services

    async def work(services: Services) -> int:
        code = await _followed(services, await services.learning_triggers.train(kind))
        while following := await services.jobs.unfinished(JobKind.CLUSTER, JobKind.PREDICT):
            code = max(code, await _followed(services, following[0]))
        return code

    sys.exit(_with_services(_settings(data_dir, verbose), work))


@app.command(
    epilog="Examples:\n\n* `photos-graph models --fetch` gets the weights that the settings ask for\n\n"
    "* `photos-graph models --fetch ArcFace` gets those of another model\n\n"
    "* `PHOTOS_FACES__WEIGHTS=/mnt/usb photos-graph models --fetch` takes them from a folder, without a network"
)
def models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Default: those that the settings name.")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Get the weights that are missing or damaged.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="End with 1 unless the weights are whole, by their SHA-256.")
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List the models for faces and for learning, and whether their weights are here; fetch or verify them."""
    from photos_graph.services.learning.weights_catalogue import Catalogue

    settings = _settings(data_dir, verbose)
    catalogue = Catalogue(settings)
    chosen = catalogue.named(names) if names else catalogue.used
    if fetch:
        _keep_apart(settings, None)
        with bytes_shown() as progress:
            for file in catalogue.fetch(chosen, progress):
                err.print(f"{file.name} is here, and whole.", markup=False)
    if verify:
        catalogue.check(chosen)
    out.print(table_of_models(catalogue.listed()))


@app.command()
def doctor(
    index: Annotated[
        bool, typer.Option("--index", help="Also compare the search index with the graph, photo by photo.")
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Check that everything works here, and say what to do where it does not."""
    from photos_graph.bootstrap import Services
    from photos_graph.services.doctor import Doctor

    settings = _settings(data_dir, verbose)

    async def work(services: Services) -> int:
        examination = Doctor(services.graph, services.index, services.browse, settings).examine(compare_index=index)
        well = True
        async for finding in examination:
            out.print("ok " if finding.well else "bad", style="green" if finding.well else "red", end=" ")
            out.print(f"{finding.what}: {finding.says}")
            well = well and finding.well
        return 0 if well else 1

    sys.exit(_with_services(settings, work, run_jobs=False))


@app.command(
    epilog="Examples:\n\n* `photos-graph export JSON` writes all that was said; `photos-graph import` reads it back\n\n"
    '* `photos-graph export XMP --to ~/sidecars --filter \'{"folder": {"path": "Pictures/2019"}}\'`\n\n'
    "* `photos-graph export COCO --search 'landscapes in Abruzzo not in 2020'`"
)
def export(
    format: Annotated[DatasetFormat, typer.Argument(help="What it is for.", case_sensitive=False)],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where it gets a folder of its own. Default: export.folder")
    ] = None,
    filter: Annotated[
        str | None, typer.Option(metavar="JSON", help="Which photos: a PhotoFilter of the GraphQL schema, by names.")
    ] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Which photos, in words.")] = None,
    certainty: Annotated[
        Certainty, typer.Option(case_sensitive=False, help="`predicted`: what models say is in it too.")
    ] = Certainty.CONFIRMED,
    originals: Annotated[
        bool, typer.Option("--originals", help="Copy originals, with all that they say, in place of light pictures.")
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Write labels, and pictures where the format has them, for other programs or for a back-up."""
    from photos_graph.bootstrap import Services
    from photos_graph.services.datasets.exports.selection import filter_of

    if filter is not None and search is not None:
        raise BadInput("Say which photos either by --filter or by --search.")
    wanted = filter_of(filter) if filter is not None else search

    async def work(services: Services) -> int:
        return await _followed(
            services, await services.exports.ask(format, wanted, certainty, folder=to, originals=originals)
        )

    sys.exit(_with_services(_settings(data_dir, verbose), work))


@app.command(
    name="import",
    epilog="Two persons' words: the later one counts. A sidecar never brings back a tag that somebody took off here. "
    "Reading the same again changes nothing.",
)
def import_labels(
    folder: Annotated[Path, typer.Argument(help="An export as JSON, or a tree of sidecars as digiKam writes them.")],
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Read labels back: of an export as JSON by the photos' content, of XMP sidecars by their paths."""
    from photos_graph.bootstrap import Services

    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.")

    async def work(services: Services) -> int:
        return await _followed(services, await services.imports.ask_folder(folder))

    sys.exit(_with_services(_settings(data_dir, verbose), work))


@app.command()
def export_schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file instead of standard output.")] = None,
) -> None:
    """Print the GraphQL schema."""
    text = importlib.import_module("resolvers.schema").print_sdl()
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text)


@app.command()
def demo(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Make a small demonstration library out of freely usable pictures."""
    from photos_graph.demo import make_demo

    count = make_demo(folder)
    err.print(f"{count} pictures in {folder}. Serve them: photos-graph serve {folder}")


async def _followed(services: Any, job: Job) -> int:
    """The exit code of a job at its end. An interruption leaves it waiting: the next run goes on."""
    job = await follow(services.jobs.watch(job.id))
    err.print(job.message or job.state.value, style="" if job.state is JobState.SUCCEEDED else "red", markup=False)
    failed = await services.browse.failures(1, None, job.id)
    if failed.total:
        err.print(f"{failed.total:,} things could not be done, or not in full: photos-graph jobs --failures")
    return 0 if job.state is JobState.SUCCEEDED else 1


def _settings(data_dir: Path | None, verbose: bool, **given: Any) -> Settings:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for doubt in configuration.misspelt():
        logging.getLogger(__name__).warning(doubt)
    return configuration.load(data_dir=data_dir, **given)


def _keep_apart(settings: Settings, roots: list[str] | None) -> None:
    """Before anything is written: originals are read only. Raises BadSettings."""
    from photos_graph.paths import check_data_dir

    check_data_dir(settings.data_dir, [os.fsencode(configuration.expanded(Path(root))) for root in roots or []])


def _with_services(settings: Settings, work: Callable[[Any], Awaitable[T]], *, run_jobs: bool = True) -> T:
    """Runs ``work`` with services; an interruption lets it end what it began."""
    from photos_graph.bootstrap import build

    async def run() -> T:
        async with build(settings, run_jobs=run_jobs) as services:
            return await work(services)

    return asyncio.run(_until_terminated(run()))


async def _until_terminated(work: Coroutine[Any, Any, T]) -> T:
    """SIGTERM ends it as Ctrl-C does."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        _interrupted()


def _interrupted() -> NoReturn:
    raise KeyboardInterrupt
