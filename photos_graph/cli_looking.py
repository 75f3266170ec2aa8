"""The commands that look at the library, each with a few questions in GraphQL."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from photos_graph.cli_asking import (
    MOST,
    ROOTS,
    AsJson,
    Url,
    address_of,
    first_path,
    on_disk,
    photo_named,
    print_json,
    run,
)
from photos_graph.client import Ask, with_client
from photos_graph.command import DataDir, Verbose, settings_of
from photos_graph.errors import BadInput
from photos_graph.terminal import err, out

commands = typer.Typer()

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
PEOPLE = (
    "query ($text: String) { persons(first: 500, text: $text, orderBy: PHOTO_COUNT) { totalCount "
    "nodes { id name isMe photoCount faceCount } } "
    "faceClusters(first: 50) { totalCount nodes { id size suggestions { score person { name } } } } }"
)


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
            print_json(found)
        elif paths:
            roots = (await ask(ROOTS))["library"]["roots"]
            for photo in photos:
                out.print(on_disk(roots, photo["files"][0]["path"]), soft_wrap=True)
        else:
            _show_search(found)

    if open_:
        _browse(address_of(settings, url) + f"/?q={quote(text)}")
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
        known = (await ask(INFO, id=await photo_named(ask, photo)))["photo"]
        if known is None:
            raise BadInput(f"There is no photo {photo}.")
        if as_json:
            print_json(known)
            return
        table = Table(box=None, show_header=False, pad_edge=False)
        for name, value in _facts(known):
            if value not in (None, "", []):
                table.add_row(name, str(value))
        out.print(table)

    run(work, url, data_dir, verbose)


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
            print_json(found)
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

    run(work, url, data_dir, verbose)


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
    address = address_of(settings, url)

    async def work(ask: Ask) -> str:
        return await photo_named(ask, photo or "")

    _browse(address + (f"/photo/{with_client(settings, url, work)}" if photo is not None else "/"))


def _browse(address: str) -> None:
    out.print(address, soft_wrap=True)
    if sys.stdout.isatty():
        webbrowser.open(address)


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
        table.add_row((photo["takenAt"] or "")[:10], first_path(photo), tags, persons)
    out.print(table)
    if total > len(found["photos"]["nodes"]):
        err.print(f"There are more: --first {min(total, MOST)}")


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
