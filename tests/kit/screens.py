"""The screens of docs/cookbook: a page, a query with its variables, and the mutations of the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "cookbook"
NAMES = (
    "grid", "detail", "people", "naming", "folders", "tags", "map",
    "timeline", "scrubber", "duplicates", "albums", "slideshow", "search", "review",
    "sheets", "promises", "system", "visitors",
)  # fmt: skip

# What stands in variables for an id, and the query that finds one.
IDS: Mapping[str, str] = {
    "ID of a photo": "{ photos(filter: { unnamedFaces: true }, orderBy: TAKEN_ASC, first: 1) { nodes { id } } }",
    "ID of a model": "{ models { id } }",
    "ID of a predicted tag": '{ tag(name: "Sea") { id } }',
    "ID of an album": "{ albums(isSmart: false, first: 1) { nodes { id } } }",
}
_VARIABLES = re.compile(r"^```json\n(.+?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    page: str
    query: str
    actions: str  # a document of mutations
    variables: dict[str, Any]  # in which the keys of IDS stand for ids


def screens() -> Iterator[Screen]:
    for name in NAMES:
        page = (FOLDER / f"{name}.md").read_text()
        query, actions = [(FOLDER / f"{name}{end}.graphql").read_text() for end in ("", ".actions")]
        [variables] = _VARIABLES.findall(page)
        yield Screen(name, page, query, actions, json.loads(variables))


async def with_ids(variables: Mapping[str, Any], ask: Callable[[str], Awaitable[Any]]) -> dict[str, Any]:
    """Puts ids into the variables. ``ask`` returns the data of a query."""
    return {
        name: first_id(await ask(IDS[value])) if isinstance(value, str) and value in IDS else value
        for name, value in variables.items()
    }


def first_id(data: Any) -> str:
    """Returns the first id in the data of an answer. Raises LookupError if there is none."""
    if isinstance(data, dict):
        if "id" in data:
            return str(data["id"])
        data = list(data.values())
    for value in data if isinstance(data, list) else ():
        try:
            return first_id(value)
        except LookupError:
            continue
    raise LookupError("The answer has no id.")


def empty_lists(data: Any) -> set[str]:
    """Returns the paths of lists in an answer, such as ``photos.edges.node.tags``, that are empty wherever they stand,
    and the fields of the query that are null."""
    full: set[str] = set()
    empty: set[str] = set()
    _look(data, "", full, empty)
    return empty - full


def _look(value: Any, path: str, full: set[str], empty: set[str]) -> None:
    if isinstance(value, dict):
        for name, below in value.items():
            _look(below, f"{path}.{name}".lstrip("."), full, empty)
    elif isinstance(value, list):
        (full if value else empty).add(path)
        for below in value:
            _look(below, path, full, empty)
    elif value is None and "." not in path:
        empty.add(path)
