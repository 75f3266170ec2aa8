"""What the commands that ask in GraphQL have in common: their options, and how they find what a person names."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from photos_graph.client import Ask, running, with_client
from photos_graph.command import settings_of
from photos_graph.errors import BadInput
from photos_graph.settings import Settings
from photos_graph.terminal import out

Url = Annotated[
    str | None,
    typer.Option(help="The address of a service elsewhere; its token is PHOTOS_TOKEN. Default: the one that runs here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
MOST = 500  # items of a page
FOLDER = "query ($path: String!) { folder(path: $path) { id path } }"
FOLDERS = "query ($text: String!) { folders(text: $text, first: 500) { nodes { id path } } }"
ROOTS = "{ library { roots { name path } } }"
IN_FOLDER = (
    "query ($filter: PhotoFilter, $after: String) { photos(filter: $filter, first: 500, after: $after, "
    "stacks: EXPANDED) { nodes { id files { path } } pageInfo { hasNextPage endCursor } } }"
)


def run(work: Callable[[Ask], Awaitable[None]], url: str | None, data_dir: Path | None, verbose: bool) -> None:
    with_client(settings_of(data_dir, verbose), url, work)


def address_of(settings: Settings, url: str | None) -> str:
    if (address := url or running(settings)) is None:
        raise BadInput("No service runs here. Start it: photos-graph serve")
    return address.rstrip("/")


async def folder_named(ask: Ask, given: str) -> Mapping[str, Any]:
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


async def photo_named(ask: Ask, given: str) -> str:
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


def on_disk(roots: Sequence[Mapping[str, str]], path: str) -> str:
    name, _, rest = path.partition("/")
    folder = next((root["path"] for root in roots if root["name"] == name), name)
    return f"{folder}/{rest}"


def first_path(photo: Mapping[str, Any]) -> str:
    return photo["files"][0]["path"] if photo["files"] else str(photo["name"])


def print_json(value: object) -> None:
    out.print(json.dumps(value, indent=2, ensure_ascii=False), soft_wrap=True)
