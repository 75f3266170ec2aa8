"""What has to be true when a seed has ended, beside what was acknowledged: nothing is there twice, what is derived
agrees with what it is derived from, and files are whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from photos_graph.errors import BadInput
from photos_graph.services.backups.archive import verify
from tests.soak import library
from tests.soak.installation import Installation
from tests.soak.lanes import Lane
from tests.soak.library import Original
from tests.soak.truth import Truth, handle

# How the message of a job ends whose worker was killed, or which has too little to learn from.
EXCUSES = ("died", "enough examples", "No face has a name yet", "No photo has features yet")
COUNTS = """{
  photos(first: 1) { totalCount facets { albums(first: 100) { album { name } count } } }
  albums(first: 100) { nodes { name photos(first: 100) { nodes { name } } } }
  library { photoCount fileCount faceCount }
}"""
FOUND = "query($f: PhotoFilter) { photos(filter: $f, first: 1) { totalCount } }"


async def faults(
    installation: Installation, truth: Truth, lanes: list[Lane], there: tuple[Original, ...], own_changes: int
) -> list[str]:
    """Returns what is not true. ``there``: the originals. ``own_changes``: how many changes the soak made itself."""
    found = list(truth.doubled)
    found += _of_jobs(truth)
    found += _of_photos(truth, there)
    found += _of_faces(truth, there if installation.models else ())
    found += _of_changes(truth, lanes, own_changes)
    if differing := await installation.differing():
        found.append(f"the index differs from the graph: {differing}")
    found += _of_lists(truth, await installation.ask(COUNTS))
    found += await _of_counts(installation, truth)
    found += _of_exports(installation.data_dir / "exports")
    found += _of_backups(installation.data_dir / "backups")
    return found


def _of_jobs(truth: Truth) -> Iterator[str]:
    for row in truth.jobs:
        message = str(row["message"])
        if row["state"] == "FAILED" and not any(excuse in message for excuse in EXCUSES):
            yield f"the job {row['kind']} failed: {message}"


def _of_photos(truth: Truth, there: tuple[Original, ...]) -> Iterator[str]:
    photos = {name for kind, name in truth.ids if kind == "Photo"}
    names = {each.name for each in there}
    if photos != names:
        yield f"photos are missing: {sorted(names - photos)}, and others are there: {sorted(photos - names)}"


def _of_faces(truth: Truth, there: tuple[Original, ...]) -> Iterator[str]:
    shown = {(each.name, slot) for each in there for slot, _ in each.faces}
    found = {place for place in truth.faces if place[1] in library.SLOTS}
    if shown != found:
        yield f"faces are missing: {sorted(shown - found)}, and others are there: {sorted(found - shown)}"


def _of_changes(truth: Truth, lanes: list[Lane], own: int) -> Iterator[str]:
    """Each acknowledged change is recorded once, and there are no others but those whose outcome was not known."""
    known = {change: undone for lane in lanes for change, undone in lane.changes.items()}
    if lost := known.keys() - truth.changes.keys():
        yield f"{len(lost)} acknowledged changes are not recorded"
    others = len(truth.changes.keys() - known.keys()) - own
    if others > (unknown := sum(lane.unknown for lane in lanes)):
        yield f"{others} changes are recorded that nobody was told of, and {unknown} outcomes were not known"
    for change in known.keys() & truth.changes.keys():
        if known[change] not in (None, truth.changes[change]):
            yield f"the change {change} should{'' if known[change] else ' not'} be undone"


def _of_lists(truth: Truth, answer: dict[str, Any]) -> Iterator[str]:
    """Compares what the index counts and lists with what is in the graph."""
    photos = sum(kind == "Photo" for kind, _ in truth.ids)
    if (counted := answer["photos"]["totalCount"]) != photos:
        yield f"{counted} photos are counted, and {photos} are there"
    if (faces := answer["library"]["faceCount"]) > len(truth.faces):
        yield f"{faces} faces are counted, and {len(truth.faces)} are there"
    albums = {key[1]: value for key, value in truth.state.items() if key[0] == "album"}
    chosen = {name: len(value[3]) for name, value in albums.items() if value[2] is None and value[3]}
    facets = {handle(each["album"]["name"]): each["count"] for each in answer["photos"]["facets"]["albums"]}
    if (found := {name: count for name, count in facets.items() if name in chosen}) != chosen:
        yield f"the facets of albums are {found}, and should be {chosen}"
    for album in answer["albums"]["nodes"]:
        order = tuple(each["name"].removesuffix(".jpg") for each in album["photos"]["nodes"])
        value = albums.pop(handle(album["name"]), None)
        if value is None or (value[2] is None and value[3] != order):
            yield f"the album {album['name']} shows {order}, and should be {value}"
    if albums:
        yield f"albums that are not listed: {sorted(albums)}"


async def _of_counts(installation: Installation, truth: Truth) -> list[str]:
    """Compares how many photos the index finds with a tag or a person with what the labels give, counted one by one."""
    names = [name for kind, name in truth.ids if kind == "Photo"]
    expected = {
        "Tag": Counter(tag for photo in names for tag in _tags(truth, photo)),
        "Person": _persons(truth),
    }
    found = []
    for (kind, name), id_ in truth.ids.items():
        if kind in expected:
            of_kind = {f"{kind.lower()}s": {"any": [id_]}, "certainty": "CONFIRMED"}
            counted = (await installation.ask(FOUND, f=of_kind))["photos"]["totalCount"]
            if counted != expected[kind][name]:
                found.append(f"{counted} photos are found with {name}, and it should be {expected[kind][name]}")
    return found


def _tags(truth: Truth, photo: str) -> set[str]:
    """Returns the tags of a photo with those above them, by the rule of ``docs/cypher.md``."""
    lane, folder = photo[0], library.FOLDERS[int(photo[2:]) % 2]
    state = truth.state
    own = {key[2]: value for key, value in state.items() if key[0] == "tag" and key[1] == photo}
    marks = [
        {key[2]: value for key, value in state.items() if key[0] == "folder" and key[1] == path}
        for path in (f"{lane}/{folder}", lane)
    ]
    given = {tag for tag, value in marks[0].items() if value == "tagged"}
    given |= {tag for tag, value in marks[1].items() if value == "tagged" and marks[0].get(tag) != "excluded"}
    given = {tag for tag in given if own.get(tag) != "excluded"} | {
        tag for tag, value in own.items() if value == "tagged"
    }
    return given | {up for tag in given for up in state["tagname", tag][1:]}


def _persons(truth: Truth) -> Counter[str]:
    """Counts the photos of each person."""
    shown = {(key[1], value[0]) for key, value in truth.state.items() if key[0] == "named"}
    return Counter(person for _, person in shown)


def _of_exports(folder: Path) -> Iterator[str]:
    for export in sorted(folder.glob("*")) if folder.is_dir() else ():
        if export.name.startswith("."):
            yield f"an export was left unfinished: {export.name}"
            continue
        for path, file in json.loads((export / "manifest.json").read_text())["files"].items():
            content = export / path
            if not content.is_file() or hashlib.sha256(content.read_bytes()).hexdigest() != file["sha256"]:
                yield f"{export.name} lacks {path}, or it is another one"


def _of_backups(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.zip")) if folder.is_dir() else ():
        try:
            verify(file)
        except BadInput as error:
            yield f"{file.name}: {error.public_message}"
