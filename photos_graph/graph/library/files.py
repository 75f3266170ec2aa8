"""Files: the paths that hold photos, as a scan compares them with the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import visibility
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library.holders import elect
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.library import FileState
from photos_graph.paths import decode_raw, encode_raw

Signature = tuple[int, int, int, str | None]

_STATES = {
    state.value: state for state in FileState
}  # a rescan looks up a million of them, and calling an Enum is slow


@dataclass(frozen=True, slots=True)
class FileRecord:
    """``raw_name`` opens the file within its folder; ``sidecar`` is the raw name of the XMP file beside it, and
    ``takeout`` and ``video`` those of the JSON file of Google Takeout and of the moving part."""

    id: str
    name: str  # for display, unique in its folder
    raw_name: bytes
    folder_id: str
    size: int
    mtime_ns: int
    inode: int
    sidecar: bytes | None = None
    sidecar_stamp: str | None = None  # changes when the sidecar does
    state: FileState = FileState.PENDING
    attempts: int = 0  # openings without an answer since it was last read
    takeout: bytes | None = None
    video: bytes | None = None

    @property
    def signature(self) -> Signature:
        """Size, time, inode and the sidecar's stamp. A file whose signature changes is read again."""
        return self.size, self.mtime_ns, self.inode, self.sidecar_stamp


# What ``_record`` unpacks of a file ``f``.
VALUES: LiteralString = """[f.id, f.name, f.rawName, f.size, f.mtimeNs, f.inode, f.sidecar, f.sidecarStamp, f.state,
  f.attempts, f.video]"""

# A list per file and a row per folder take a tenth of the time of a row per file.
KNOWN: LiteralString = (
    """
UNWIND $folders AS id
MATCH (d:Folder {id: id})<-[:IN]-(f:File)
RETURN id AS folder, collect("""
    + VALUES
    + """) AS files
"""
)


async def known_files(graph: Graph, folder_ids: Sequence[str]) -> dict[str, dict[str, FileRecord]]:
    """Returns folder id -> name -> file, including missing files."""
    rows = await graph.read(KNOWN, folders=list(folder_ids))
    return {
        row["folder"]: {record.name: record for record in (_record(row["folder"], f) for f in row["files"])}
        for row in rows
    }


def _record(folder_id: str, values: Sequence[Any]) -> FileRecord:
    id_, name, raw_name, size, mtime_ns, inode, beside, stamp, state, attempts, video = values
    sidecar, _, takeout = decode_raw(beside).partition(b"/") if beside is not None else (b"", b"", b"")
    return FileRecord(
        id=id_,
        name=name,
        raw_name=decode_raw(raw_name) if raw_name is not None else name.encode(),
        folder_id=folder_id,
        size=size,
        mtime_ns=mtime_ns,
        inode=inode,
        sidecar=sidecar or None,
        sidecar_stamp=stamp,
        state=_STATES[state],
        attempts=attempts or 0,
        takeout=takeout or None,
        video=decode_raw(video) if video is not None else None,
    )


def _row(record: FileRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "folder": record.folder_id,
        "name": record.name,
        "rawName": None if record.raw_name == record.name.encode() else encode_raw(record.raw_name),
        "size": record.size,
        "mtimeNs": record.mtime_ns,
        "inode": record.inode,
        "sidecar": encode_raw(_beside(record)) if record.sidecar or record.takeout else None,
        "sidecarStamp": record.sidecar_stamp,
        "video": None if record.video is None else encode_raw(record.video),
    }


def _beside(record: FileRecord) -> bytes:
    """Returns the names of the files beside it, with a slash before that of the JSON file, which no name contains."""
    return (record.sidecar or b"") + (b"/" + record.takeout if record.takeout else b"")


PUT_PENDING: LiteralString = """
UNWIND $rows AS row
MATCH (d:Folder {id: row.folder})
MERGE (f:File {id: row.id})
SET f.name = row.name, f.key = d.key + '/' + row.name, f.rawName = row.rawName, f.size = row.size,
  f.mtimeNs = row.mtimeNs, f.inode = row.inode, f.sidecar = row.sidecar, f.sidecarStamp = row.sidecarStamp,
  f.video = row.video, f.state = 'PENDING', f.attempts = 0, f.foundBy = $job, d.stacksDue = true
MERGE (f)-[:IN]->(d)
"""


async def put_pending(graph: Graph, records: Sequence[FileRecord], job_id: str) -> None:
    """Stores new and changed files, which that job found, as PENDING. A changed file shows its old photo until it is
    read."""
    if records:
        await graph.write(PUT_PENDING, rows=[_row(record) for record in records], job=job_id)


BY_INODE: LiteralString = (
    """
UNWIND $inodes AS inode
MATCH (f:File {inode: inode})-[:IN]->(d:Folder {rootId: $root})
RETURN d.id AS folder, """
    + VALUES
    + """ AS file
"""
)


async def files_by_inode(graph: Graph, root_id: str, inodes: Sequence[int]) -> dict[int, list[FileRecord]]:
    found: dict[int, list[FileRecord]] = {}
    for row in await graph.read(BY_INODE, root=root_id, inodes=list(inodes)):
        record = _record(row["folder"], row["file"])
        found.setdefault(record.inode, []).append(record)
    return found


MOVE: LiteralString = """
UNWIND $rows AS row
MATCH (f:File {id: row.id}), (d:Folder {id: row.folder})
OPTIONAL MATCH (f)-[old:IN]->(was:Folder) WHERE was.id <> d.id
DELETE old
MERGE (f)-[:IN]->(d)
SET f.name = row.name, f.key = d.key + '/' + row.name, f.rawName = row.rawName, f.sidecar = row.sidecar,
  f.sidecarStamp = row.sidecarStamp, f.size = row.size, f.mtimeNs = row.mtimeNs, f.inode = row.inode,
  f.video = row.video, d.stacksDue = true, was.stacksDue = true
WITH f
SET f.state = CASE WHEN f.state = 'MISSING' AND EXISTS { (f)-[:OF]->(:Photo) } THEN 'PRESENT'
                   WHEN f.state = 'MISSING' THEN 'PENDING' ELSE f.state END
WITH f
OPTIONAL MATCH (f)-[:OF]->(p:Photo)
RETURN p.number AS number
"""


async def move_files(writer: LabelWriter, records: Sequence[FileRecord]) -> None:
    """Stores files whose bytes are known and that have a new path or another video, or are back. They are not read
    again."""
    if not records:
        return

    async def work(tx: LabelTransaction) -> None:
        rows = await tx.run(MOVE, rows=[_row(record) for record in records])
        numbers = [row["number"] for row in rows if row["number"] is not None]
        await visibility.mark(tx, numbers)
        await elect(tx, numbers)
        tx.touch(photos=numbers)

    await writer.commit(work)


PENDING: LiteralString = (
    """
MATCH (f:File {state: 'PENDING'}) USING INDEX f:File(state)
WHERE f.key > $after AND f.attempts >= $least AND f.attempts <= $most
WITH f
MATCH (f)-[:IN]->(d:Folder) WHERE d.rootId = $root
RETURN f.key AS key, d.id AS folder, d.raw AS folderRaw, """
    + VALUES
    + """ AS file
ORDER BY key LIMIT $limit
"""
)


@dataclass(frozen=True, slots=True)
class PendingFile:
    record: FileRecord
    key: str
    raw: bytes  # path below the root
    sidecar_raw: bytes | None


async def pending_files(
    graph: Graph, root_id: str, after: str, limit: int, attempts: tuple[int, int] = (0, 0)
) -> list[PendingFile]:
    """Returns files to read, by key from ``after`` on, that were opened so many times without an answer (least,
    most)."""
    least, most = attempts
    rows = await graph.read(PENDING, root=root_id, after=after, limit=limit, least=least, most=most)
    return [pending_file(row) for row in rows]


def pending_file(row: Mapping[str, Any]) -> PendingFile:
    record = _record(row["folder"], row["file"])
    folder = decode_raw(row["folderRaw"])
    prefix = folder + b"/" if folder else b""
    return PendingFile(
        record, row["key"], prefix + record.raw_name, prefix + record.sidecar if record.sidecar is not None else None
    )


PENDING_COUNT: LiteralString = """
MATCH (f:File {state: 'PENDING'}) WHERE EXISTS { MATCH (f)-[:IN]->(d:Folder) WHERE d.rootId = $root }
RETURN count(f) AS n
"""


async def pending_count(graph: Graph, root_id: str) -> int:
    return int((await graph.read(PENDING_COUNT, root=root_id))[0]["n"])


# Where a file will be read, photos may belong together in another way afterwards.
REOPEN: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id})-[:IN]->(d:Folder) SET f.state = 'PENDING', f.attempts = 0, d.stacksDue = true
"""


async def reopen(graph: Graph, ids: Sequence[str]) -> None:
    """Lets files be read as a whole again."""
    if ids:
        await graph.write(REOPEN, ids=list(ids))


REREAD: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id}) WHERE coalesce(f.foundBy, '') <> $job AND coalesce(f.rereadBy, '') <> $job
MATCH (f)-[:IN]->(d:Folder)
SET f.state = 'PENDING', f.attempts = 0, f.rereadBy = $job, d.stacksDue = true
"""


async def reread(graph: Graph, ids: Sequence[str], job_id: str) -> None:
    """Lets unchanged files be read as a whole again, each once by that job, which may be interrupted and go on."""
    if ids:
        await graph.write(REREAD, ids=list(ids), job=job_id)


OPENED: LiteralString = """
UNWIND $ids AS id MATCH (f:File {id: id}) SET f.attempts = coalesce(f.attempts, 0) + 1
"""


async def note_opened(graph: Graph, ids: Sequence[str]) -> None:
    """Records files before they are opened, so that one that crashes the machine is known by name."""
    if ids:
        await graph.write(OPENED, ids=list(ids))


CLOSED: LiteralString = "UNWIND $ids AS id MATCH (f:File {id: id}) SET f.attempts = 0"


async def note_unopened(graph: Graph, ids: Sequence[str]) -> None:
    """Takes the record back for files that were not reached when the scan was stopped, or that were gone."""
    if ids:
        await graph.write(CLOSED, ids=list(ids))


COUNTS: LiteralString = """
MATCH (d:Folder {rootId: $root})<-[:IN]-(f:File) WHERE f.state <> 'MISSING' RETURN count(f) AS n
"""


async def present_count(graph: Graph, root_id: str) -> int:
    return int((await graph.read(COUNTS, root=root_id))[0]["n"])


# Both are answered without visiting each file.
FILE_COUNT: LiteralString = "MATCH (f:File) RETURN count(f) AS n"
MISSING_COUNT: LiteralString = "MATCH (f:File {state: 'MISSING'}) RETURN count(f) AS n"


async def file_count(graph: Graph) -> int:
    """Returns the number of files that are not missing."""
    every, missing = await graph.read(FILE_COUNT), await graph.read(MISSING_COUNT)
    return int(every[0]["n"]) - int(missing[0]["n"])
