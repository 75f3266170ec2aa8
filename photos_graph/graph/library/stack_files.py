"""The folders whose photos may belong together in another way than before, and what a scan needs to know of their
files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.model.library import DatePrecision, TakenSource

DUE: LiteralString = """
MATCH (d:Folder {stacksDue: true}) WHERE d.id > $after RETURN d.id AS id ORDER BY id LIMIT $limit
"""


async def due_folders(graph: Graph, after: str, limit: int) -> list[str]:
    """Returns the ids of folders whose files have changed since their stacks were made, in order."""
    return [row["id"] for row in await graph.read(DUE, after=after, limit=limit)]


# A folder with a file that is still to be read stays due.
DONE: LiteralString = """
UNWIND $ids AS id
MATCH (d:Folder {id: id}) WHERE NOT EXISTS { MATCH (d)<-[:IN]-(f:File) WHERE f.state = 'PENDING' }
SET d.stacksDue = null
"""


async def done(tx: Transaction, folder_ids: Sequence[str]) -> None:
    await tx.run(DONE, ids=list(folder_ids))


@dataclass(frozen=True, slots=True)
class PhotoInFolder:
    """A file that can be read, and its photo. ``taken`` is None unless a camera recorded the time to the
    second."""

    name: str
    number: int
    format: str
    taken: datetime | None
    make: str | None
    model: str | None
    has_video: bool
    burst: str | None  # which one, if the camera says so


FILES: LiteralString = """
UNWIND $ids AS id
MATCH (d:Folder {id: id})<-[:IN]-(f:File)-[:OF]->(p:Photo) WHERE f.state = 'PRESENT'
RETURN id AS folder, collect([f.name, p.number, p.format,
  CASE WHEN p.takenSource = $camera AND coalesce(p.takenPrecision, $exact) = $exact THEN toString(p.takenAt) END,
  p.make, p.model, f.video, p.burst]) AS files
"""


async def files_in(tx: Transaction, folder_ids: Collection[str]) -> dict[str, list[PhotoInFolder]]:
    """Returns the files of each of the folders, also of those without any."""
    rows = await tx.run(FILES, ids=sorted(folder_ids), camera=TakenSource.EXIF, exact=DatePrecision.SECOND)
    found: dict[str, list[PhotoInFolder]] = {id_: [] for id_ in folder_ids}
    for row in rows:
        found[row["folder"]] = [
            PhotoInFolder(
                name, number, format, datetime.fromisoformat(at) if at else None, make, model, bool(video), burst
            )
            for name, number, format, at, make, model, video, burst in row["files"]
        ]
    return found


FOLDERS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state = 'PRESENT'
RETURN collect(DISTINCT d.id) AS ids
"""


async def folders_of(tx: Transaction, numbers: Collection[int]) -> set[str]:
    """Returns the ids of all folders in which these photos have files."""
    return set((await tx.run(FOLDERS, numbers=sorted(numbers)))[0]["ids"])


REPLACED: LiteralString = """
UNWIND $stacks AS stack
MATCH (p:Photo {stack: stack}) WHERE p.stackedAt IS NULL AND NOT EXISTS { (p)<-[:OF]-(:File) }
RETURN collect(p.number) AS numbers
"""


async def replaced(tx: Transaction, stack_ids: Collection[str]) -> list[int]:
    """Returns the photos in these stacks whose files all show other photos now, without those that a person put
    there."""
    return list((await tx.run(REPLACED, stacks=sorted(stack_ids)))[0]["numbers"])
