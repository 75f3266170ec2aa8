"""The commands that look at the library and change its labels, each with a few questions in GraphQL. Those of a running
service are answered by it."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from photos_graph.client import Ask, running, with_client
from photos_graph.command import DataDir, Verbose, settings_of
from photos_graph.errors import BadInput
from photos_graph.settings import Settings
from photos_graph.terminal import err, out

commands = typer.Typer()

Url = Annotated[
    str | None,
    typer.Option(help="The address of a service elsewhere; its token is PHOTOS_TOKEN. Default: the one that runs here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only say how many photos would change.")]
FolderArgument = Annotated[
    str,
    typer.Argument(metavar="FOLDER", help="Its path in the library, the end of that path, or its path on this disk."),
]
Tags = Annotated[list[str], typer.Argument(metavar="TAG...", help="Names, or paths such as Places/Abruzzo.")]
MOST = 500  # items of a page

BULK = "matched changed change isComplete"
FOLDER = "query ($path: String!) { folder(path: $path) { id path } }"
FOLDERS = "query ($text: String!) { folders(text: $text, first: 500) { nodes { id path } } }"
ROOTS = "{ library { roots { name path } } }"
TAG = (
    "mutation ($folder: ID!, $tags: [String!]!, $recursive: Boolean!, $dry: Boolean!) "
    "{ done: tagFolder(folder: $folder, tags: $tags, recursive: $recursive, dryRun: $dry) { " + BULK + " } }"
)
UNTAG = (
    "mutation ($folder: ID!, $tags: [String!]!, $dry: Boolean!) "
    "{ done: untagFolder(folder: $folder, tags: $tags, dryRun: $dry) { " + BULK + " } }"
)
SEARCH = (
    "query ($text: String!, $first: Int!) { search(text: $text) { unmatched terms { text kind label negated count } "
    "photos(first: $first) { totalCount nodes { id name takenAt rating files { path } tags { tag { path } } "
    "persons { name } } } } }"
)
INFO = (
    "query ($id: ID!) { photo(id: $id) { id name takenAt takenSource width height format byteSize rating favourite "
    "title caption location { latitude longitude } camera { make model } files { path state } places { name } "
    "tags { source score tag { path } from { path } } persons { name } albums { name } } }"
)
IN_FOLDER = (
    "query ($filter: PhotoFilter, $after: String) { photos(filter: $filter, first: 500, after: $after, "
    "stacks: EXPANDED) { nodes { id files { path } } pageInfo { hasNextPage endCursor } } }"
)
PEOPLE = (
    "query ($text: String) { persons(first: 500, text: $text, orderBy: PHOTO_COUNT) { totalCount "
    "nodes { id name isMe photoCount faceCount } } "
    "faceClusters(first: 50) { totalCount nodes { id size suggestions { score person { name } } } } }"
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
        found = await _folder(ask, folder)
        done = await ask(TAG, folder=found["id"], tags=tags, recursive=not not_below, dry=dry_run)
        _done(done, f"{found['path']}: ", dry_run, as_json)

    _run(work, url, data_dir, verbose)


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
        found = await _folder(ask, folder)
        _done(await ask(UNTAG, folder=found["id"], tags=tags, dry=dry_run), f"{found['path']}: ", dry_run, as_json)

    _run(work, url, data_dir, verbose)


@commands.command(
    epilog="Examples:\n\n* `photos-graph search 'landscapes in Abruzzo containing me'`\n\n"
    "* `photos-graph search 'Anna 2019' --paths | xargs -d '\\n' cp -t /tmp/anna`"
)
def search(
    text: Annotated[str, typer.Argument(help="What to find, in words.")],
    first: Annotated[int, typer.Option("--first", min=1, max=MOST, help="How many photos to list.")] = 20,
    paths: Annotated[bool, typer.Option("--paths", help="Print only the paths on this disk.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Show what is found in the browser.")] = False,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Find photos in words: tags, persons, places, folders, dates, cameras, ratings."""
    settings = settings_of(data_dir, verbose)

    async def work(ask: Ask) -> None:
        found = (await ask(SEARCH, text=text, first=first))["search"]
        photos = found["photos"]["nodes"]
        if as_json:
            _print_json(found)
        elif paths:
            roots = (await ask(ROOTS))["library"]["roots"]
            for photo in photos:
                out.print(_on_disk(roots, photo["files"][0]["path"]), soft_wrap=True)
        else:
            _show_search(found)

    if open_:
        from urllib.parse import quote

        _browse(_address(settings, url) + f"/?q={quote(text)}")
        return
    with_client(settings, url, work)


@commands.command()
def info(
    photo: Annotated[
        str, typer.Argument(metavar="PHOTO|PATH", help="The id of a photo, or the path of one of its files.")
    ],
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Show what is known of a photo, and where each tag came from."""

    async def work(ask: Ask) -> None:
        known = (await ask(INFO, id=await _photo(ask, photo)))["photo"]
        if known is None:
            raise BadInput(f"There is no photo {photo}.")
        if as_json:
            _print_json(known)
            return
        table = Table(box=None, show_header=False, pad_edge=False)
        for name, value in _facts(known):
            if value not in (None, "", []):
                table.add_row(name, str(value))
        out.print(table)

    _run(work, url, data_dir, verbose)


@commands.command()
def people(
    text: Annotated[str | None, typer.Argument(help="Words of names.")] = None,
    url: Url = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """List persons, and the groups of faces that wait for a name."""

    async def work(ask: Ask) -> None:
        found = await ask(PEOPLE, text=text)
        if as_json:
            _print_json(found)
            return
        table = Table("Person", "Photos", "Faces", box=None, pad_edge=False)
        for each in found["persons"]["nodes"]:
            me = " (me)" if each["isMe"] else ""
            table.add_row(each["name"] + me, f"{each['photoCount']:,}", f"{each['faceCount']:,}")
        out.print(table)
        groups = found["faceClusters"]
        if groups["totalCount"]:
            err.print(f"\n{groups['totalCount']:,} groups wait for a name: photos-graph name GROUP NAME")
            waiting = Table("Group", "Faces", "Perhaps", box=None, pad_edge=False)
            for each in groups["nodes"]:
                perhaps = ", ".join(like["person"]["name"] for like in each["suggestions"])
                waiting.add_row(each["id"], str(each["size"]), perhaps)
            out.print(waiting)

    _run(work, url, data_dir, verbose)


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

    _run(work, url, data_dir, verbose)


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
            _print_json(queue)
            return
        table = Table("Question", "Is this", "Photo", "Score", box=None, pad_edge=False)
        for each in queue["nodes"]:
            table.add_row(each["id"], f"{each['label']}?", _first_path(each["photo"]), f"{each['score']:.2f}")
        out.print(table if queue["nodes"] else queue["reason"] or "Nothing is worth asking now.")

    _run(work, url, data_dir, verbose)


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
            _print_json(found)
            return
        table = Table("Change", "When", "By", "What", "Photos", "", box=None, pad_edge=False)
        for each in found["nodes"]:
            undone = "undone" if each["undone"] else ""
            when = each["at"][:19].replace("T", " ")
            table.add_row(each["id"], when, each["by"], each["summary"], f"{each['changed']:,}", undone)
        out.print(table)

    _run(work, url, data_dir, verbose)


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

    _run(work, url, data_dir, verbose)


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
                _print_json(made)
            else:
                err.print(
                    f"{made['album']['name']} has {made['album']['photoCount']:,} photos. {_undo(made['change'])}"
                )
            return
        found = (await ask(ALBUMS))["albums"]
        if as_json:
            _print_json(found)
            return
        table = Table("Album", "Photos", "Finds", box=None, pad_edge=False)
        for each in found["nodes"]:
            table.add_row(
                each["name"], f"{each['photoCount']:,}", each["text"] or ("a filter" if each["isSmart"] else "")
            )
        out.print(table)

    _run(work, url, data_dir, verbose)


@commands.command("open")
def open_page(
    photo: Annotated[
        str | None, typer.Argument(metavar="[PHOTO|PATH]", help="A photo. Default: the first page")
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    verbose: Verbose = False,
) -> None:
    """Open the running service in the browser."""
    settings = settings_of(data_dir, verbose)
    address = _address(settings, url)

    async def work(ask: Ask) -> str:
        return await _photo(ask, photo or "")

    _browse(address + (f"/photo/{with_client(settings, url, work)}" if photo is not None else "/"))


def _run(work: Callable[[Ask], Awaitable[None]], url: str | None, data_dir: Path | None, verbose: bool) -> None:
    with_client(settings_of(data_dir, verbose), url, work)


def _address(settings: Settings, url: str | None) -> str:
    if (address := url or running(settings)) is None:
        raise BadInput("No service runs here. Start it: photos-graph serve")
    return address.rstrip("/")


def _browse(address: str) -> None:
    out.print(address, soft_wrap=True)
    if sys.stdout.isatty():
        webbrowser.open(address)


async def _folder(ask: Ask, given: str) -> Mapping[str, Any]:
    """Returns the folder with this path in the library, or with this end of it, or on this disk. Raises BadInput."""
    path = _in_library((await ask(ROOTS))["library"]["roots"], given) or given.strip("/")
    if (exact := (await ask(FOLDER, path=path))["folder"]) is not None:
        found: Mapping[str, Any] = exact
        return found
    like = (await ask(FOLDERS, text=path.rpartition("/")[2]))["folders"]["nodes"]
    ends = [each for each in like if f"/{each['path']}".casefold().endswith(f"/{path}".casefold())]
    if len(ends) == 1:
        return {**ends[0]}
    others = ", ".join(each["path"] for each in (ends or like)[:10])
    if ends:
        raise BadInput(f"{len(ends)} folders end with {path}: {others}. Name more of the path.")
    raise BadInput(f"There is no folder {path} in the library." + (f" There are: {others}." if others else ""))


async def _photo(ask: Ask, given: str) -> str:
    """Returns the id of a photo that is named by it or by the path of a file. Raises BadInput."""
    path = _in_library((await ask(ROOTS))["library"]["roots"], given)
    if path is None and "/" not in given:
        return given
    path = path or given
    folder, after = path.rpartition("/")[0], None
    while (await ask(FOLDER, path=folder))["folder"] is not None:
        page = (await ask(IN_FOLDER, filter={"folder": {"path": folder, "recursive": False}}, after=after))["photos"]
        for photo in page["nodes"]:
            if any(file["path"] == path for file in photo["files"]):
                return str(photo["id"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    raise BadInput(f"There is no photo {given} in the library. Was its folder scanned?")


def _in_library(roots: Sequence[Mapping[str, str]], given: str) -> str | None:
    """Returns the path in the library of what is on this disk, or None."""
    there = os.path.abspath(os.path.expanduser(given))  # noqa: PTH100, PTH111, links stay
    if not given.startswith(("/", "~")) and not os.path.lexists(there):
        return None
    for root in roots:
        if there == root["path"] or there.startswith(root["path"].rstrip("/") + "/"):
            return root["name"] + there[len(root["path"].rstrip("/")) :]
    return None


def _on_disk(roots: Sequence[Mapping[str, str]], path: str) -> str:
    name, _, rest = path.partition("/")
    folder = next((root["path"] for root in roots if root["name"] == name), name)
    return f"{folder}/{rest}"


def _done(answer: Mapping[str, Any], what: str, dry_run: bool, as_json: bool, things: str = "photos") -> None:
    done = answer["done"]
    if as_json:
        _print_json(done)
    elif dry_run:
        err.print(f"{what}{done['changed']:,} of {done['matched']:,} {things} would change. Nothing was changed.")
    else:
        rest = "" if done["isComplete"] else " The service does the rest in the background."
        err.print(f"{what}{done['changed']:,} of {done['matched']:,} {things} changed.{rest} {_undo(done['change'])}")


def _undo(change: str | None) -> str:
    return f"To take it back: photos-graph undo {change}" if change else ""


def _show_search(found: Mapping[str, Any]) -> None:
    understood = [f"{'not ' if term['negated'] else ''}{term['label']}" for term in found["terms"]]
    total = found["photos"]["totalCount"]
    err.print(f"{total:,} photos: {', '.join(understood) or 'all'}")
    if found["unmatched"]:
        err.print(f"Not understood: {', '.join(found['unmatched'])}", style="yellow")
    table = Table("Taken", "Photo", "Tags", "Persons", box=None, pad_edge=False)
    for photo in found["photos"]["nodes"]:
        tags = ", ".join(each["tag"]["path"] for each in photo["tags"])
        persons = ", ".join(each["name"] for each in photo["persons"])
        table.add_row((photo["takenAt"] or "")[:10], _first_path(photo), tags, persons)
    out.print(table)
    if total > len(found["photos"]["nodes"]):
        err.print(f"There are more: --first {min(total, MOST)}")


def _first_path(photo: Mapping[str, Any]) -> str:
    return photo["files"][0]["path"] if photo["files"] else str(photo["name"])


def _facts(photo: Mapping[str, Any]) -> list[tuple[str, object]]:
    camera, location = photo["camera"] or {}, photo["location"]
    return [
        ("Photo", photo["id"]),
        *(("File", f"{file['path']} ({file['state'].lower()})") for file in photo["files"]),
        ("Size", f"{photo['width']} x {photo['height']}, {photo['format']}, {photo['byteSize'] / 1e6:.1f} MB"),
        ("Taken", photo["takenAt"] and f"{photo['takenAt'].replace('T', ' ')} ({photo['takenSource'].lower()})"),
        ("Camera", " ".join(filter(None, (camera.get("make"), camera.get("model"))))),
        ("Position", location and f"{location['latitude']:.5f}, {location['longitude']:.5f}"),
        ("Places", ", ".join(each["name"] for each in photo["places"])),
        ("Title", photo["title"]),
        ("Caption", photo["caption"]),
        ("Rating", photo["rating"]),
        ("Favourite", "yes" if photo["favourite"] else None),
        *(("Tag", _why(each)) for each in photo["tags"]),
        ("Persons", ", ".join(each["name"] for each in photo["persons"])),
        ("Albums", ", ".join(each["name"] for each in photo["albums"])),
    ]


def _why(tag: Mapping[str, Any]) -> str:
    of = f" of {tag['from']['path']}" if tag["from"] else ""
    score = f", {tag['score']:.2f}" if tag["score"] is not None else ""
    return f"{tag['tag']['path']} ({tag['source'].lower()}{of}{score})"


def _print_json(value: object) -> None:
    out.print(json.dumps(value, indent=2, ensure_ascii=False), soft_wrap=True)
