"""Libraries of any shape, put into a graph without a disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import files, folders, photos
from photos_graph.graph.library.files import FileRecord
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model import JobKind, Metadata, Root, RootState

ROOT = "r"


async def plant(graph: Graph, tree: Mapping[str, str], held: Mapping[str, Iterable[int]] | None = None) -> None:
    """A root "r" and the folders of ``tree``: "italy/abruzzo" -> its id, parents before what they hold.

    ``held``: folder id -> the photos it holds, by number, each as a file of its own; their numbers in the graph are
    the same when they are 0 to n.
    """
    await folders.add_root(graph, Root(ROOT, "Pictures", b"/photos", "marker", RootState.ONLINE))
    await jobs.create(graph, "j", JobKind.SCAN, {})
    ids = {"": ROOT}
    for path, id_ in tree.items():
        above, _, name = path.rpartition("/")
        record = StoredFolder(id_, f"{ROOT}/{path}", name, path.encode(), ids[above], 1, 1)
        await folders.put_folders(graph, ROOT, [record])
        ids[path] = id_
    await hold(graph, held or {})


async def hold(graph: Graph, held: Mapping[str, Iterable[int]]) -> None:
    """More files in folders that are there, in the order of the photos' numbers."""
    pairs = sorted((number, folder_id) for folder_id, numbers in held.items() for number in numbers)
    records = [_record(number, folder_id) for number, folder_id in pairs]
    await files.put_pending(graph, records, "j")
    reads = [_read(record, number) for record, (number, _) in zip(records, pairs, strict=True)]
    await photos.put_read(graph, reads, [], "j")


def photo_id(number: int) -> str:
    return f"{number:032x}"


def file_id(number: int, folder_id: str) -> str:
    return f"{folder_id}-{number}"


def _record(number: int, folder_id: str) -> FileRecord:
    name = f"{number}.jpg"
    return FileRecord(file_id(number, folder_id), name, name.encode(), folder_id, 1, 1, 1)


def _read(record: FileRecord, number: int) -> photos.Read:
    content_hash = photo_id(number) + "0" * 32
    return photos.Read(record.id, 1, 1, 1, content_hash, 4, 3, "JPEG", "", Metadata())
