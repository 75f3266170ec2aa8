"""Makes the folders and files of a generated library, so that a scan finds on the disk what the graph has.

A first scan of a million files takes hours. What a scan of unchanged files costs does not depend on what is in them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, LiteralString

from benchmarks.pictures import Say
from benchmarks.search.loading import BATCH, ROOT
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.library.identity import marker
from photos_graph.model.library import METADATA_VERSION
from photos_graph.paths import encode_raw, inode, mtime_ns

SETTLED = 1_750_000_000  # a time long ago: what is young is not compared by time
FOLDERS = 500  # whose files are asked for at once

FILES: LiteralString = """
UNWIND $folders AS id
MATCH (d:Folder {id: id})<-[:IN]-(f:File)
RETURN id AS folder, collect([f.id, f.name]) AS files
"""
PUT_FOLDERS: LiteralString = """
UNWIND $rows AS row
MATCH (d:Folder {id: row.id})
SET d.key = row.key, d.name = row.name, d.raw = row.raw, d.inode = row.inode, d.mtimeNs = row.mtimeNs
"""
PUT_FILES: LiteralString = """
UNWIND $rows AS row
MATCH (f:File {id: row.id})
SET f.key = row.key, f.size = row.size, f.inode = row.inode, f.mtimeNs = row.mtimeNs
"""
PUT_ROOT: LiteralString = """
MATCH (r:Root {id: $id}) SET r.rawPath = $path, r.marker = $marker, r.state = 'ONLINE'
"""


async def put_on_disk(graph: Graph, pictures: Path, say: Say) -> None:
    """Makes an empty file below ``pictures`` for each of the library, and writes into the graph what a scan would."""
    paths = _paths(await folders.folders_of(graph, ROOT))
    made = 0
    for ids in _portions(iter(paths), FOLDERS):
        say(f"making the files of the library: {made:,}")
        rows = []
        for found in await graph.read(FILES, folders=list(ids)):
            below = paths[found["folder"]]
            rows += [_file(pictures / below, below, id_, name) for id_, name in _in(pictures / below, found["files"])]
        made += len(rows)
        for some in _portions(iter(rows), BATCH):
            await graph.write(PUT_FILES, rows=some)
    _settle(pictures, paths.values())
    for some in _portions((_folder(pictures, id_, path) for id_, path in paths.items() if id_ != ROOT), BATCH):
        await graph.write(PUT_FOLDERS, rows=some)
    raw = os.fsencode(pictures)
    await graph.write(PUT_ROOT, id=ROOT, path=encode_raw(raw), marker=marker(raw))
    # The metadata count as read by this version, since the files have none.
    await graph.write(due.READING.query(due.WANT), version=METADATA_VERSION)


def _settle(pictures: Path, paths: Iterable[str]) -> None:
    """Makes those folders that have no file, and dates all back, the deepest first."""
    for path in sorted(paths, reverse=True):
        (pictures / path).mkdir(parents=True, exist_ok=True)
        os.utime(pictures / path, (SETTLED, SETTLED))


def _paths(stored: Sequence[StoredFolder]) -> Mapping[str, str]:
    """Returns the path of each folder below the root. Of two with one name, the second is named by its id."""
    by_id = {each.id: each for each in stored}
    paths: dict[str, str] = {ROOT: ""}
    taken: dict[str, set[str]] = defaultdict(set)

    def path_of(folder: StoredFolder) -> str:
        if folder.id not in paths:
            parent = folder.parent_id or ROOT
            above = path_of(by_id[parent])
            name = folder.id if folder.name in taken[parent] else folder.name
            taken[parent].add(name)
            paths[folder.id] = f"{above}/{name}" if above else name
        return paths[folder.id]

    for each in stored:
        path_of(each)
    return paths


def _in(folder: Path, files: Sequence[Any]) -> Sequence[Any]:
    folder.mkdir(parents=True, exist_ok=True)
    return files


def _file(folder: Path, below: str, id_: str, name: str) -> dict[str, object]:
    path = folder / name
    path.touch()
    os.utime(path, (SETTLED, SETTLED))
    found = path.stat()
    key = f"{ROOT}/{below}/{name}"
    return {"id": id_, "key": key, "size": found.st_size, "inode": inode(found), "mtimeNs": mtime_ns(found)}


def _folder(pictures: Path, id_: str, path: str) -> dict[str, object]:
    found = (pictures / path).stat()
    return {
        "id": id_,
        "key": f"{ROOT}/{path}",
        "name": path.rpartition("/")[2],
        "raw": encode_raw(os.fsencode(path)),
        "inode": inode(found),
        "mtimeNs": mtime_ns(found),
    }


def _portions(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch
