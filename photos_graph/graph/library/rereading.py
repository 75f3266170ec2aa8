"""Photos whose metadata an earlier version of the program read: the files to read again, and the new result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import visibility
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import holders, photo_metadata
from photos_graph.graph.library.failures import ReadFailure, put_failures
from photos_graph.graph.library.files import VALUES, PendingFile, pending_file
from photos_graph.graph.library.holders import HashedPicture, SpokenFor
from photos_graph.graph.speaking import SPEAKER
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.library import Metadata, Place


@dataclass(frozen=True, slots=True)
class FileToReread(PendingFile):
    """The file that speaks for a photo. Width and height are those of the picture as displayed, ``shown_hash`` is the
    content hash of the file whose picture and metadata the photo shows. ``whole`` says that the picture has no hash."""

    photo_id: str
    number: int
    width: int
    height: int
    shown_hash: str
    content_hash: str | None  # of this file; None if it was read by an earlier version of the program
    whole: bool


@dataclass(frozen=True, slots=True)
class Reread:
    """What a file says now. ``places`` are broadest first. The picture hash is None unless the whole file was read."""

    file: FileToReread
    metadata: Metadata
    places: tuple[Place, ...] = ()
    picture_hash: str | None = None

    @property
    def file_id(self) -> str:
        return self.file.record.id

    @property
    def shown(self) -> Mapping[str, object]:
        return {}


# The root comes from the key, so that it is that of the file that speaks for the photo.
COUNT: LiteralString = due.READING.query(
    """
MATCH (p:Photo) WHERE p.{due} >= 0
WITH p
"""
    + SPEAKER
    + """
WITH p, f WHERE split(f.key, '/')[0] = $root
RETURN count(p) AS n
"""
)


async def count(graph: Graph, root_id: str) -> int:
    """Returns how many files ``pages`` yields."""
    return int((await graph.read(COUNT, root=root_id))[0]["n"])


SPEAKING: LiteralString = (
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
"""
    + SPEAKER
    + """
WITH p, f WHERE split(f.key, '/')[0] = $root
MATCH (f)-[:IN]->(d:Folder)
RETURN p.number AS number, p.id AS photo, p.width AS width, p.height AS height, f.key AS key, d.id AS folder,
  d.raw AS folderRaw, p.contentHash AS shownHash, f.contentHash AS contentHash, p.pictureHash IS NULL AS whole,
  """
    + VALUES
    + """ AS file
ORDER BY number
"""
)


async def pages(graph: Graph, root_id: str, size: int) -> AsyncIterator[list[FileToReread]]:
    """Yields the files of one root that must be read again, by the numbers of their photos, at most ``size`` at a time,
    each once."""
    async for page in due.pages(graph, due.READING, size):
        rows = await graph.read(SPEAKING, numbers=[photo.number for photo in page], root=root_id)
        if files := [_file(row) for row in rows]:
            yield files


def _file(row: Mapping[str, Any]) -> FileToReread:
    file = pending_file(row)
    return FileToReread(
        record=file.record,
        key=file.key,
        raw=file.raw,
        sidecar_raw=file.sidecar_raw,
        photo_id=row["photo"],
        number=row["number"],
        width=row["width"],
        height=row["height"],
        shown_hash=row["shownHash"],
        content_hash=row["contentHash"],
        whole=row["whole"],
    )


# Failures of the previous reading no longer count.
ANSWERED: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id}) SET f.attempts = 0
WITH f
MATCH (f)<-[:ABOUT]-(x:Failure {stage: $name})
DETACH DELETE x
"""

# The time of a photo may have become known, by which it belongs to a series.
PUT_MOTION: LiteralString = """
UNWIND $rows AS row
MATCH (f:File {id: row.file})-[:IN]->(d:Folder)
SET f.motion = row.motion, d.stacksDue = true
"""


async def put(
    writer: LabelWriter,
    reads: Sequence[Reread],
    failed: Sequence[FileToReread],
    failures: Sequence[ReadFailure],
    job_id: str,
    import_keywords: bool = True,
    import_faces: bool = True,
) -> bool:
    """Writes one batch in one commit, by the rules of the first reading: labels of people stay. The ``failed`` wait
    until their files are read as a whole; ``failures`` are theirs, and those of parts of the others. Returns whether
    photos turned out to have one picture, and became one."""

    async def work(tx: LabelTransaction) -> bool:
        numbers = [read.file.number for read in reads]
        united = await _put_hashes(tx, [read for read in reads if read.picture_hash is not None])
        speaking = await holders.speaking(tx, [read.file_id for read in reads])
        shown = {speaking[read.file_id].number: read for read in reads if _is_shown(read, speaking.get(read.file_id))}
        if shown:
            await photo_metadata.put(tx, shown, import_keywords, import_faces)
            await tx.run(PUT_MOTION, rows=[{"file": r.file_id, "motion": r.metadata.motion} for r in shown.values()])
        answered = [*(read.file_id for read in reads), *(file.record.id for file in failed)]
        await tx.run(ANSWERED, ids=answered, name=due.READING.name)
        await due.failed(tx, due.READING, [file.number for file in failed])
        await put_failures(tx, failures, job_id)
        await visibility.mark(tx, numbers)
        tx.touch(photos=numbers)
        return united

    return await writer.commit(work)


def _is_shown(read: Reread, photo: SpokenFor | None) -> bool:
    """Returns whether the photo shows the picture of the file already, so that only the metadata are missing."""
    return photo is not None and photo.content_hash == read.file.shown_hash


# All files of a photo that an earlier version of the program read have the same bytes.
HASH_FILES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})<-[:OF]-(f:File) WHERE f.contentHash IS NULL
SET f.contentHash = p.contentHash
"""

HASH_PHOTOS: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {id: row.id}) SET p.pictureHash = coalesce(p.pictureHash, row.hash)
"""


async def _put_hashes(tx: LabelTransaction, reads: Sequence[Reread]) -> bool:
    """Stores the hashes of pictures. Returns whether photos turned out to have one picture, and became one."""
    hashed = [HashedPicture(read.file.shown_hash, read.picture_hash) for read in reads if read.picture_hash]
    if not hashed:
        return False
    await tx.run(HASH_FILES, numbers=[read.file.number for read in reads])
    held, united = await holders.of_pictures(tx, hashed)
    await tx.run(HASH_PHOTOS, rows=[{"id": holder.id, "hash": hash_} for hash_, holder in held.items()])
    return united
