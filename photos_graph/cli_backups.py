"""The commands for back-ups."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photos_graph.command import DataDir, Verbose, followed, keep_apart, settings_of, with_services
from photos_graph.errors import BadInput
from photos_graph.terminal import counted, err

if TYPE_CHECKING:
    from photos_graph.bootstrap import Services

commands = typer.Typer()


@commands.command(
    epilog="The file holds the secrets of the installation, so only you can read it. It can be written while `serve` "
    "is running, and restored on either engine. Originals, and the small pictures made of them, are not in it.\n\n"
    "Examples:\n\n* `photos-graph backup` writes a new file in the folder of back-ups.\n\n"
    "* `photos-graph backup /mnt/usb/photos.zip` writes that file."
)
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The file to write. Default: a new one in the setting backup.folder"),
    ] = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Write everything that people stated and set, and what models found, to one file, and verify it."""

    async def work(services: Services) -> int:
        return await followed(services, await services.backups.ask(file))

    sys.exit(with_services(settings_of(data_dir, verbose), work))


@commands.command(
    epilog="Examples:\n\n* `photos-graph restore photos.zip --data-dir /mnt/new/photos-graph`\n\n"
    "* `photos-graph restore photos.zip --root Pictures=/volume1/photo` restores it on a machine on which the folder "
    "is elsewhere."
)
def restore(
    file: Annotated[Path, typer.Argument(help="A back-up.", exists=False)],
    root: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="The new path of a folder of originals. Repeat it for several."),
    ] = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Restore a back-up into an empty data directory. The whole file is checked before anything is written."""
    settings = settings_of(data_dir, verbose)
    roots = dict(map(_root, root or []))
    keep_apart(settings, list(roots.values()))
    from photos_graph.services.backups.job import held
    from photos_graph.services.backups.restoring import restore as restored_from

    with counted() as show:
        restored = asyncio.run(restored_from(settings, file, roots, show))
    err.print(f"Restored {held(restored.manifest)}.")
    if restored.lost:
        err.print(f"{restored.lost:,} references to what was deleted while the back-up was written were left out.")
    err.print("Start the service, which scans the folders of originals: photos-graph serve")


def _root(text: str) -> tuple[str, str]:
    name, is_given, path = text.partition("=")
    if not name or not is_given or not path:
        raise BadInput(f"Give --root the name of a root and its new path, as in Pictures=/volume1/photo, not {text!r}.")
    return name, path
