"""Libraries of any shape, put into a graph without a disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import files, folders, photos
from photos_graph.graph.library.files import FileRecord
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.job_arguments import ScanArguments
from photos_graph.model.jobs import JobKind
from photos_graph.model.library import Camera, Location, Metadata, Place, PlaceKind, Root, RootState, Taken, TakenSource
from tests.kit.jobs import ended_job
from tests.kit.writing import writer

ROOT = "r"


async def plant(graph: Graph, tree: Mapping[str, str], held: Mapping[str, Iterable[int]] | None = None) -> None:
    """A root "r" and the folders of ``tree``: "italy/abruzzo" -> its id, parents before what they hold.

    ``held``: folder id -> the photos it holds, by number, each as a file of its own; their numbers in the graph are
    the same when they are 0 to n.
    """
    await folders.add_root(writer(graph), Root(ROOT, "Pictures", b"/photos", "marker", RootState.ONLINE))
    await ended_job(graph, "j", JobKind.SCAN)
    ids = {"": ROOT}
    for path, id_ in tree.items():
        above, _, name = path.rpartition("/")
        record = StoredFolder(id_, f"{ROOT}/{path}", name, path.encode(), ids[above], 1, 1)
        await folders.put_folders(writer(graph), ROOT, [record])
        ids[path] = id_
    await hold(graph, held or {})


async def hold(graph: Graph, held: Mapping[str, Iterable[int]]) -> None:
    """More files in folders that are there, in the order of the photos' numbers."""
    pairs = sorted((number, folder_id) for folder_id, numbers in held.items() for number in numbers)
    records = [_record(number, folder_id) for number, folder_id in pairs]
    await files.put_pending(graph, records, "j")
    reads = [_read(record, number) for record, (number, _) in zip(records, pairs, strict=True)]
    await photos.put_read(writer(graph), reads, [], "j")


def photo_id(number: int) -> str:
    return f"{number:032x}"


def file_id(number: int, folder_id: str) -> str:
    return f"{folder_id}-{number}"


def _record(number: int, folder_id: str) -> FileRecord:
    name = f"{number}.jpg"
    return FileRecord(file_id(number, folder_id), name, name.encode(), folder_id, 1, 1, 1)


def _read(record: FileRecord, number: int) -> photos.Read:
    content_hash = photo_id(number) + "0" * 32
    return photos.Read(record.id, 1, 1, 1, content_hash, content_hash, 4, 3, "JPEG", "", Metadata())


ITALY = Place("IT", "Italy", PlaceKind.COUNTRY)
ABRUZZO = Place("IT/Abruzzo", "Abruzzo", PlaceKind.REGION, "IT")
LAQUILA = Place("IT/Abruzzo/L'Aquila", "L'Aquila", PlaceKind.CITY, "IT/Abruzzo")
METADATA = Metadata(
    taken=Taken(datetime(2019, 8, 5, 12, 34, 56, 123456), TakenSource.EXIF, "+02:00"),
    location=Location(42.3, 13.4, 714.5),
    camera=Camera("Canon", "EOS 5D", None),
    rating=3,
    keywords=("Places/Italy",),
)


async def library(graph: Graph) -> None:
    """Root r1 with folders a and a/b, files f0..f2 in b and f3, f4 in a, all PENDING, found by job j1."""
    await folders.add_root(writer(graph), Root("r1", "Pictures", b"/photos/\xff", "marker", RootState.ONLINE))
    await folders.put_folders(
        writer(graph),
        "r1",
        [StoredFolder("a", "r1/a", "a", b"a", "r1", 5, 7), StoredFolder("b", "r1/a/b", "b", b"a/b", "a", 6, 8)],
    )
    await ended_job(graph, "j1", JobKind.SCAN, ScanArguments(("r1",)))
    await files.put_pending(graph, [file(number) for number in range(5)], "j1")


def file(number: int) -> FileRecord:
    return FileRecord(
        id=f"f{number}",
        name=f"n{number}.jpg",
        raw_name=b"n%d.jpg" % number if number % 2 else b"n%d\xcc\x81.jpg" % number,
        folder_id="b" if number < 3 else "a",
        size=10 + number,
        mtime_ns=1_600_000_000_123_456_789 + number,
        inode=100 + number,
        sidecar=b"n1.xmp" if number == 1 else None,
        sidecar_stamp="12:34" if number == 1 else None,
    )


def read(number: int, content: str, metadata: Metadata = METADATA) -> photos.Read:
    """File ``number`` was read and holds the bytes whose hash is ``content``, a hex digit, 64 times."""
    known = file(number)
    places = (ITALY, ABRUZZO, LAQUILA) if metadata.location else ()
    return photos.Read(
        known.id, known.size, known.mtime_ns, known.inode, content * 64, content * 64, 4000, 3000, "JPEG", "hash",
        metadata, places,
    )  # fmt: skip


A, B, C = "a" * 32, "b" * 32, "c" * 32
