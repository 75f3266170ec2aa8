"""The commands for exports and imports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photos_graph.command import DataDir, Verbose, followed, settings_of, with_services
from photos_graph.errors import BadInput
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.labels import Certainty
from photos_graph.model.stacks import Stacks

if TYPE_CHECKING:
    from photos_graph.bootstrap import Services

commands = typer.Typer()


@commands.command(
    epilog="Examples:\n\n* `photos-graph export JSON --stacks expanded` writes all labels; `photos-graph import` reads "
    "them back.\n\n"
    '* `photos-graph export XMP --to ~/sidecars --filter \'{"folder": {"path": "Pictures/2019"}}\'` writes '
    "sidecars.\n\n"
    "* `photos-graph export COCO --search 'landscapes in Abruzzo not in 2020'` writes a dataset."
)
def export(
    format: Annotated[DatasetFormat, typer.Argument(help="The format of the export.", case_sensitive=False)],
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The folder in which the export gets a folder of its own. Default: the setting export.folder",
        ),
    ] = None,
    filter: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="The photos to export, as a PhotoFilter of the GraphQL schema with names."),
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The photos to export, as a search in plain words.")
    ] = None,
    certainty: Annotated[
        Certainty,
        typer.Option(case_sensitive=False, help="Which labels to export; `predicted` includes predictions of models."),
    ] = Certainty.CONFIRMED,
    originals: Annotated[
        bool,
        typer.Option("--originals", help="Copy the originals, with all their metadata, instead of small pictures."),
    ] = False,
    stacks: Annotated[
        Stacks,
        typer.Option(
            case_sensitive=False,
            help="How to treat photos that belong together; `collapsed` exports one photo for each stack.",
        ),
    ] = Stacks.COLLAPSED,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Write labels, and pictures if the format contains them, for other programs or as a backup."""
    from photos_graph.services.datasets.exports.selection import filter_of

    if filter is not None and search is not None:
        raise BadInput("Give either --filter or --search, not both.")
    wanted = filter_of(filter) if filter is not None else search

    async def work(services: Services) -> int:
        job = await services.exports.ask(format, wanted, certainty, folder=to, originals=originals, stacks=stacks)
        return await followed(services, job)

    sys.exit(with_services(settings_of(data_dir, verbose), work))


@commands.command(
    name="import",
    epilog="Of two labels that contradict each other, the later one counts. A sidecar never restores a tag that was "
    "removed here. Importing the same labels again changes nothing.",
)
def import_labels(
    folder: Annotated[
        Path, typer.Argument(help="An export in the format JSON, or a folder of XMP sidecars as digiKam writes them.")
    ],
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Read labels from an export. JSON is matched by the content of photos, XMP sidecars by their paths."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder.")

    async def work(services: Services) -> int:
        return await followed(services, await services.imports.ask_folder(folder))

    sys.exit(with_services(settings_of(data_dir, verbose), work))
