"""The command line.

Exit codes: 0 if the command succeeded, 1 if it failed or found a problem, 2 if it was called wrongly, and 130 if it was
interrupted.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photos_graph import cli_access, cli_backups, cli_datasets, cli_labelling, cli_looking
from photos_graph.command import (
    DataDir,
    Verbose,
    check_roots,
    complain,
    followed,
    keep_apart,
    of_the_system,
    settings_of,
    with_services,
)
from photos_graph.errors import BadInput, BadSettings, PhotosGraphError
from photos_graph.model.jobs import FOLLOWING, JobKind, JobState
from photos_graph.model.learning import ModelKind
from photos_graph.terminal import (
    bytes_shown,
    err,
    failures_hint,
    follow,
    out,
    table_of_failures,
    table_of_jobs,
    table_of_models,
)

if TYPE_CHECKING:
    # Imported by a command that needs services, and only after its arguments and settings have been found to be right.
    from photos_graph.bootstrap import Services

log = logging.getLogger(__name__)


app = typer.Typer(
    help="A self-hosted photo backend: it turns folders of photos into a graph that you query with GraphQL, and serves "
    "the pictures.\n\nStart with: photos-graph serve ~/Pictures",
    epilog="Settings also come from the environment (for example PHOTOS_GRAPH__URI=bolt://nas:7687) and from the file "
    "~/.config/photos-graph/config.toml. docs/settings.md lists them. Your originals are never changed.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"photos-graph {metadata.version('photos-graph')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What no command is needed for."""


RootArguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ROOT", help="Folders of originals. They are added to the library if they are not in it yet."
    ),
]


def main() -> None:
    """The entry point. An error ends the command with a message that says what to do, and with an exit code."""
    try:
        app()
    except PhotosGraphError as error:
        complain(error.public_message)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except OSError as error:  # a full disk, a file without write permission
        log.info("The command failed.", exc_info=True)
        complain(of_the_system(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        log.info("The command failed.", exc_info=True)
        complain("Something unexpected went wrong. Run the command again with --verbose to see the details.")
        sys.exit(1)


@app.command(
    epilog="Examples:\n\n* `photos-graph serve ~/Pictures` scans that folder and serves it.\n\n"
    "* `photos-graph serve --host 0.0.0.0 --port 80` serves the folders that were added before to the whole "
    "network.\n\n"
    "* `PHOTOS_TOKEN=... photos-graph serve` uses a token of your own."
)
def serve(
    roots: RootArguments = None,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on. Default: 127.0.0.1, only this machine")
    ] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 chooses a free one. Default: 8000")] = None,
    no_models: Annotated[
        bool, typer.Option("--no-models", help="Do not download the weights of models that are missing.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say only where to sign in, and what went wrong.")
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Serve GraphQL, GraphiQL and pictures. Folders are scanned at the start and when they change."""
    web = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    given = ({"web": web} if web else {}) | ({"models": {"fetch": False}} if no_models else {})
    settings = settings_of(data_dir, verbose, **given)
    check_roots(settings, roots)
    from photos_graph.serving import serve as run

    create_app = importlib.import_module("resolvers.asgi").create_app
    asyncio.run(run(create_app, settings, roots or [], quiet=quiet))


@app.command(
    epilog="Examples:\n\n* `PHOTOS_CLUSTER__SCHEDULER=tcp://127.0.0.1:8786 photos-graph worker` works for a scheduler "
    "on this machine.\n\n* `photos-graph worker --places 4` opens four files at a time."
)
def worker(
    places: Annotated[
        int | None, typer.Option(min=1, help="How many files are worked on at a time. Default: one for each core")
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Work on the files of a service, as a machine of its Dask cluster, until Ctrl+C. Needs photos-graph[dask]."""
    if find_spec("distributed") is None:
        raise BadSettings("A worker needs Dask. Install photos-graph[dask].")
    from photos_graph.cluster.node import work

    asyncio.run(work(settings_of(None, verbose), places or os.cpu_count() or 1))


@app.command(
    epilog="An interrupted scan continues where it stopped. You can run a scan while `serve` is running. A file named "
    ".photosignore, in the syntax of gitignore, says what a scan must not look at in its folder and below."
)
def scan(
    roots: RootArguments = None,
    accept_missing: Annotated[
        bool,
        typer.Option(
            "--accept-missing",
            help="Mark files as missing no matter how many are gone. Without this option, a scan that finds more than "
            "a fifth of the files of a root gone marks none, because the disk may not be mounted completely.",
        ),
    ] = False,
    reread: Annotated[
        bool,
        typer.Option(
            "--reread",
            help="Read all files again, whatever their size and time say. Labels of people stay.",
        ),
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Read new and changed photos into the library, mark missing ones, detect faces, and predict tags."""
    settings = settings_of(data_dir, verbose)
    check_roots(settings, roots)
    from photos_graph.services.faces.triggers import WITHOUT_MODELS
    from photos_graph.services.learning.triggers import WITHOUT_WEIGHTS

    async def work(services: Services) -> int:
        added = [await services.roots.ensure(root) for root in roots or []]
        if not added and not await services.roots.all():
            raise BadInput("The library has no folder to scan yet. Add one: photos-graph scan ~/Pictures")
        scanned = [root.id for root in added]
        job = await services.jobs.scan(*scanned, accept_missing=accept_missing, reread=reread)
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
        while following := await services.jobs.unfinished(*FOLLOWING):
            ended.append(await follow(services.jobs.watch(following[0].id)))
            shown = "" if ended[-1].state is JobState.SUCCEEDED else "red"
            err.print(ended[-1].message or ended[-1].state.value, style=shown)
        failures = await services.browse.failures(1, None)
        if failures.total:
            err.print(failures_hint(failures.total))
        return 0 if all(stage.state is JobState.SUCCEEDED for stage in ended) else 1

    sys.exit(with_services(settings, work))


@app.command()
def jobs(
    failures: Annotated[
        bool, typer.Option("--failures", help="List the files that could not be read, with the reasons.")
    ] = False,
    cancel: Annotated[str | None, typer.Option(metavar="JOB", help="Cancel the job with this id.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Read again the files that failed.")] = False,
    last: Annotated[int, typer.Option(min=1, max=500, help="The number of jobs or failures to list.")] = 20,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List jobs, newest first. Cancel a job, or read again the files that failed."""

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
                left = page.total - len(page.items)
                err.print(f"There are {left:,} more. List them with --last {min(page.total, 500)}.")
        else:
            out.print(table_of_jobs(list((await services.jobs.page(None, last, None)).items)))
        return 0

    sys.exit(with_services(settings_of(data_dir, verbose), work, run_jobs=retry))


@app.command(
    epilog="A tag is learnt from about a dozen examples, and a person from two faces. The new version becomes active "
    "only if it is not worse than the active one on photos that neither has learnt from. Then the predictions of all "
    "photos are computed again.\n\nExamples:\n\n* `photos-graph train tags`\n\n* `photos-graph train persons`"
)
def train(
    kind: Annotated[ModelKind, typer.Argument(help="What the model predicts.", case_sensitive=False)],
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Train the model of tags or of persons on the labels that you assigned, and compute its predictions."""

    async def work(services: Services) -> int:
        code = await followed(services, await services.learning_triggers.train(kind))
        while following := await services.jobs.unfinished(JobKind.CLUSTER, JobKind.PREDICT):
            code = max(code, await followed(services, following[0]))
        return code

    sys.exit(with_services(settings_of(data_dir, verbose), work))


@app.command(
    epilog="Examples:\n\n* `photos-graph models --fetch` downloads the weights of the models in the settings.\n\n"
    "* `photos-graph models --fetch ArcFace` downloads the weights of another model.\n\n"
    "* `PHOTOS_FACES__WEIGHTS=/mnt/usb photos-graph models --fetch` copies them from a folder, without a network.\n\n"
    "* `PHOTOS_LEARN__TEXT=https://example.org/clip photos-graph models --fetch image-text` downloads a model for the "
    "search in pictures."
)
def models(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="The names of models. Default: those in the settings"),
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Download the weights that are missing or damaged.")] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check the weights by their SHA-256. The exit code is 1 if they are not complete."
        ),
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List the models for faces and for learning, and whether their weights are here. Fetch or verify the weights."""
    from photos_graph.services.learning.weights_catalogue import Catalogue

    settings = settings_of(data_dir, verbose)
    catalogue = Catalogue(settings)
    chosen = catalogue.named(names) if names else catalogue.used
    if fetch:
        keep_apart(settings, None)
        with bytes_shown() as progress:
            for file in catalogue.fetch(chosen, progress):
                err.print(f"{file.name} is complete.", markup=False)
    if verify:
        catalogue.check(chosen)
    out.print(table_of_models(catalogue.listed()))


@app.command()
def doctor(
    index: Annotated[
        bool, typer.Option("--index", help="Also compare the search index with the graph for every photo.")
    ] = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Check that everything works on this machine, and say what to do where it does not."""
    settings = settings_of(data_dir, verbose)
    from photos_graph.services.doctor import Doctor

    async def work(services: Services) -> int:
        examination = Doctor(services.graph, services.index, services.browse, settings).examine(compare_index=index)
        well = True
        async for finding in examination:
            shown, colour = ("bad", "red") if not finding.ok else ("off", "yellow") if finding.off else ("ok ", "green")
            out.print(shown, style=colour, end=" ")
            out.print(f"{finding.subject}: {finding.message}")
            well = well and finding.ok
        return 0 if well else 1

    sys.exit(with_services(settings, work, run_jobs=False))


@app.command()
def export_schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write. Default: standard output")
    ] = None,
) -> None:
    """Print the GraphQL schema."""
    text = importlib.import_module("resolvers.schema").print_sdl()
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text)


@app.command()
def demo(folder: Annotated[Path, typer.Argument(help="A folder that is new or empty.")]) -> None:
    """Create a small demonstration library of freely usable pictures."""
    from photos_graph.demo import make_demo

    count = make_demo(folder)
    err.print(f"{folder} has {count} pictures. Serve them: photos-graph serve {folder}")


for more in (cli_looking, cli_labelling, cli_datasets, cli_backups, cli_access):
    app.registered_commands += more.commands.registered_commands
app.registered_groups += cli_access.commands.registered_groups
