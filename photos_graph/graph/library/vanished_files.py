"""Files that are no longer where they were: they have moved, or they are missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import visibility
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library.failures import clear_failures
from photos_graph.graph.library.folders import roots
from photos_graph.graph.library.holders import elect
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.library import RootState

MOVING_MS = 86_400_000  # the longest time that a move from one disk to another takes

# A vanished file whose bytes were found at a path that is new in this scan has moved, so its entry is removed.
MOVED: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id})-[:OF]->(p:Photo)
WHERE EXISTS { MATCH (o:File)-[:OF]->(p) WHERE o.foundBy = $job AND o.state = 'PRESENT' AND o.id <> f.id }
RETURN id, p.number AS number
"""

DROP: LiteralString = "UNWIND $ids AS id MATCH (f:File {id: id}) DETACH DELETE f"


async def drop_moved(writer: LabelWriter, vanished: Sequence[str], job_id: str) -> set[str]:
    """Removes the entries of those of the ``vanished`` files whose bytes the job found at a new path. Returns their
    ids."""
    dropped: set[str] = set()
    for start in range(0, len(vanished), 1000):
        some = list(vanished[start : start + 1000])

        async def work(tx: LabelTransaction, some: list[str] = some) -> list[str]:
            rows = await tx.run(MOVED, ids=some, job=job_id)
            ids = [row["id"] for row in rows]
            await clear_failures(tx, ids)
            await tx.run(DROP, ids=ids)
            numbers = [row["number"] for row in rows]
            await elect(tx, numbers)
            tx.touch(photos=numbers)
            return ids

        dropped.update(await writer.commit(work))
    return dropped


HOLDING: LiteralString = """
UNWIND $ids AS id MATCH (f:File {id: id}) WHERE EXISTS { (f)-[:OF]->(:Photo) } RETURN id
"""


async def holding_photos(graph: Graph, ids: Sequence[str]) -> set[str]:
    """Returns those of the files that have been read at least once."""
    return {row["id"] for row in await graph.read(HOLDING, ids=list(ids))} if ids else set()


# WITH before each step, and the root from the key; otherwise Neo4j searches a folder or an index for each file.
COPIED: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id})-[:OF]->(p:Photo)
WITH id, f.foundBy AS before, p
MATCH (p)<-[:OF]-(o:File)
WITH id, before, o WHERE o.state = 'PRESENT' AND o.id <> id AND split(o.key, '/')[0] IN $online
WITH id, before, o.id AS copy, o.foundBy AS finder
MATCH (j:Job {id: finder})
WITH id, before, copy, j.createdAt AS at WHERE at > timestamp() - $age
OPTIONAL MATCH (was:Job {id: before})
WITH id, copy, at, was.createdAt AS earlier WHERE earlier IS NULL OR earlier < at
RETURN id, copy
"""


async def copied_lately(graph: Graph, ids: Sequence[str], vanished: Collection[str]) -> set[str]:
    """Returns those of the files whose bytes are also in a file that is not among the ``vanished`` ones, and that a job
    of the last day found later. A move between two disks copies everything first, and then deletes."""
    found: set[str] = set()
    online = [root.id for root in await roots(graph) if root.state is RootState.ONLINE]
    for start in range(0, len(ids), 1000):
        some = list(ids[start : start + 1000])
        rows = await graph.read(COPIED, ids=some, online=online, age=MOVING_MS)
        found |= {row["id"] for row in rows if row["copy"] not in vanished}
    return found


MISSING: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id})
SET f.state = 'MISSING'
WITH f
OPTIONAL MATCH (f)-[:OF]->(p:Photo)
RETURN p.number AS number
"""

NEVER_READ: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id}) WHERE NOT EXISTS { (f)-[:OF]->(:Photo) }
DETACH DELETE f
"""


async def miss_files(writer: LabelWriter, ids: Sequence[str]) -> None:
    """Marks the files as missing. Their photos stay with all labels; files that hold no photo are forgotten."""
    for start in range(0, len(ids), 1000):
        some = list(ids[start : start + 1000])

        async def work(tx: LabelTransaction, some: list[str] = some) -> None:
            await clear_failures(tx, some)
            rows = await tx.run(MISSING, ids=some)
            await tx.run(NEVER_READ, ids=some)
            numbers = [row["number"] for row in rows if row["number"] is not None]
            await visibility.mark(tx, numbers)
            await elect(tx, numbers)
            tx.touch(photos=numbers)

        await writer.commit(work)
