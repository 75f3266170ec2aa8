"""The commands that change labels and answer the models, each with a few questions in GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from photos_graph.cli_asking import MOST, AsJson, Url, first_path, folder_named, print_json, run
from photos_graph.client import Ask
from photos_graph.command import DataDir, Verbose
from photos_graph.errors import BadInput
from photos_graph.terminal import err, out

commands = typer.Typer()

DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only say how many photos would change.")]
FolderArgument = Annotated[
    str,
    typer.Argument(metavar="FOLDER", help="Its path in the library, the end of that path, or its path on this disk."),
]
Tags = Annotated[list[str], typer.Argument(metavar="TAG...", help="Names, or paths such as Places/Abruzzo.")]
BULK = "matched changed change isComplete"
TAG = (
    "mutation ($folder: ID!, $tags: [String!]!, $recursive: Boolean!, $dry: Boolean!) "
    "{ done: tagFolder(folder: $folder, tags: $tags, recursive: $recursive, dryRun: $dry) { " + BULK + " } }"
)
UNTAG = (
    "mutation ($folder: ID!, $tags: [String!]!, $dry: Boolean!) "
    "{ done: untagFolder(folder: $folder, tags: $tags, dryRun: $dry) { " + BULK + " } }"
)
NAME = "mutation ($group: ID!, $name: String!) { done: nameCluster(cluster: $group, person: $name) { " + BULK + " } }"
REVIEW = (
    "query ($first: Int!) { reviewQueue(first: $first) { totalCount reason nodes "
    "{ id kind label score reason photo { id name files { path } } } } }"
)
ANSWERS = {
    "yes": "mutation ($items: [ID!]!) { done: confirm(items: $items) { " + BULK + " } }",
    "no": "mutation ($items: [ID!]!) { done: reject(items: $items) { " + BULK + " } }",
}
SKIP = "mutation ($items: [ID!]!) { done: skip(items: $items) { changed } }"
CHANGES = "query ($first: Int!) { changes(first: $first) { totalCount nodes { id at by summary changed undone } } }"
UNDO = "mutation ($change: ID!) { done: undo(change: $change) { " + BULK + " } }"
ALBUMS = "{ albums(first: 500) { totalCount nodes { id name isSmart text photoCount } } }"
ALBUM = (
    "mutation ($name: String!, $text: String!) { createAlbum(name: $name, text: $text) "
    "{ change album { id name photoCount } } }"
)


@commands.command(
    epilog="Examples:\n\n* `photos-graph tag 'Italy/2019 Abruzzo' Abruzzo --dry-run` counts the photos.\n\n"
    "* `photos-graph tag ~/Pictures/Sea Places/Sea` tags all photos in that folder and below, also those to come."
)
def tag(
    folder: FolderArgument,
    tags: Tags,
    not_below: Annotated[bool, typer.Option("--not-below", help="Not the folders below it.")] = False,
    dry_run: DryRun = False,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Tag a folder, and so all photos in it and below."""

    async def work(ask: Ask) -> None:
        found = await folder_named(ask, folder)
        done = await ask(TAG, folder=found["id"], tags=tags, recursive=not not_below, dry=dry_run)
        _done(done, f"{found['path']}: ", dry_run, as_json)

    run(work, url, data_dir, verbose)


@commands.command()
def untag(
    folder: FolderArgument,
    tags: Tags,
    dry_run: DryRun = False,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Take tags from a folder. One that it would still inherit is excluded there."""

    async def work(ask: Ask) -> None:
        found = await folder_named(ask, folder)
        _done(await ask(UNTAG, folder=found["id"], tags=tags, dry=dry_run), f"{found['path']}: ", dry_run, as_json)

    run(work, url, data_dir, verbose)


@commands.command()
def name(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The id of a group, from `photos-graph people`.")],
    person: Annotated[str, typer.Argument(metavar="NAME", help="The name of a person. A new name makes a new person.")],
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Name the faces of a group."""

    async def work(ask: Ask) -> None:
        _done(await ask(NAME, group=group, name=person), f"{person}: ", False, as_json, "faces")

    run(work, url, data_dir, verbose)


@commands.command(epilog="Example: `photos-graph review --no ID1 --no ID2 --yes ID3`")
def review(
    yes: Annotated[list[str] | None, typer.Option(metavar="ID", help="Answer this question with yes.")] = None,
    no: Annotated[list[str] | None, typer.Option(metavar="ID", help="Answer this question with no.")] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="ID", help="Do not ask this for a while.")] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=MOST, help="How many questions to list.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List what the models ask, or answer it."""

    async def work(ask: Ask) -> None:
        for items, document in ((yes, ANSWERS["yes"]), (no, ANSWERS["no"])):
            if items:
                _done(await ask(document, items=items), "", False, as_json)
        if skip:
            await ask(SKIP, items=skip)
        if yes or no or skip:
            return
        queue = (await ask(REVIEW, first=first))["reviewQueue"]
        if as_json:
            print_json(queue)
            return
        table = Table("Question", "Is this", "Photo", "Score", box=None, pad_edge=False)
        for each in queue["nodes"]:
            table.add_row(each["id"], f"{each['label']}?", first_path(each["photo"]), f"{each['score']:.2f}")
        out.print(table if queue["nodes"] else queue["reason"] or "Nothing is worth asking now.")

    run(work, url, data_dir, verbose)


@commands.command()
def changes(
    last: Annotated[int, typer.Option("--last", min=1, max=MOST, help="How many to list.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List what was changed, newest first."""

    async def work(ask: Ask) -> None:
        found = (await ask(CHANGES, first=last))["changes"]
        if as_json:
            print_json(found)
            return
        table = Table("Change", "When", "By", "What", "Photos", "", box=None, pad_edge=False)
        for each in found["nodes"]:
            undone = "undone" if each["undone"] else ""
            when = each["at"][:19].replace("T", " ")
            table.add_row(each["id"], when, each["by"], each["summary"], f"{each['changed']:,}", undone)
        out.print(table)

    run(work, url, data_dir, verbose)


@commands.command()
def undo(
    change: Annotated[
        str | None,
        typer.Argument(metavar="[CHANGE]", help="Its id, from `photos-graph changes`. Default: the last one"),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Take a change back. An undo is a change, too."""

    async def work(ask: Ask) -> None:
        chosen, what = change, ""
        if chosen is None:
            newest = (await ask(CHANGES, first=MOST))["changes"]["nodes"]
            standing = next((each for each in newest if not each["undone"]), None)
            if standing is None:
                raise BadInput("There is nothing to undo.")
            chosen, what = standing["id"], f"{standing['summary']}: "
        _done(await ask(UNDO, change=chosen), what, False, as_json)

    run(work, url, data_dir, verbose)


@commands.command(epilog="Example: `photos-graph album 'Best of Abruzzo' 'Abruzzo rated 4 or more'`")
def album(
    title: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The name of a new album.")] = None,
    text: Annotated[str | None, typer.Argument(help="What it finds, in words as for `search`.")] = None,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List the albums, or make one that finds its photos itself."""
    if title is not None and text is None:
        raise BadInput("Say what the album finds: photos-graph album NAME 'Abruzzo 2019'")

    async def work(ask: Ask) -> None:
        if title is not None:
            made = (await ask(ALBUM, name=title, text=text))["createAlbum"]
            if as_json:
                print_json(made)
            else:
                err.print(
                    f"{made['album']['name']} has {made['album']['photoCount']:,} photos. {_undo(made['change'])}"
                )
            return
        found = (await ask(ALBUMS))["albums"]
        if as_json:
            print_json(found)
            return
        table = Table("Album", "Photos", "Finds", box=None, pad_edge=False)
        for each in found["nodes"]:
            table.add_row(
                each["name"], f"{each['photoCount']:,}", each["text"] or ("a filter" if each["isSmart"] else "")
            )
        out.print(table)

    run(work, url, data_dir, verbose)


def _done(answer: Mapping[str, Any], what: str, dry_run: bool, as_json: bool, things: str = "photos") -> None:
    done = answer["done"]
    if as_json:
        print_json(done)
    elif dry_run:
        err.print(f"{what}{done['changed']:,} of {done['matched']:,} {things} would change. Nothing was changed.")
    else:
        rest = "" if done["isComplete"] else " The service does the rest in the background."
        err.print(f"{what}{done['changed']:,} of {done['matched']:,} {things} changed.{rest} {_undo(done['change'])}")


def _undo(change: str | None) -> str:
    return f"To take it back: photos-graph undo {change}" if change else ""
