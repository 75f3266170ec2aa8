"""Forgets the files and folders of a root, a portion in each transaction, so that it can be interrupted.

While ``(:Root {removing: true})``, nobody lists the root, looks into it or stores anything in it.
"""

from __future__ import annotations

from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import visibility
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import removed_roots
from photos_graph.graph.library.holders import elect
from photos_graph.graph.writing import LabelWriter

PORTION = 2_000  # files in a transaction

SET_REMOVING: LiteralString = "MATCH (r:Root {id: $root}) SET r.removing = $removing RETURN r.name AS name"


async def begin(graph: Graph, root_id: str) -> str | None:
    """Notes that the root is being removed. Returns its name, or None if there is no such root."""
    return next((row["name"] for row in await graph.write(SET_REMOVING, root=root_id, removing=True)), None)


async def give_up(graph: Graph, root_id: str) -> None:
    """Notes that the root stays. A scan finds its files again."""
    await graph.write(SET_REMOVING, root=root_id, removing=None)


FILES: LiteralString = "MATCH (d:Folder {rootId: $root})<-[:IN]-(f:File) RETURN count(f) AS n"


async def file_count(graph: Graph, root_id: str) -> int:
    """Returns the number of files of the root, with those that are missing."""
    return int((await graph.read(FILES, root=root_id))[0]["n"])


FORGET_FILES: LiteralString = """
MATCH (d:Folder {rootId: $root})<-[:IN]-(f:File)
WITH f LIMIT $portion
OPTIONAL MATCH (f)-[:OF]->(p:Photo)
OPTIONAL MATCH (x:Failure)-[:ABOUT]->(f)
WITH f, p.number AS number, collect(x) AS failures
FOREACH (x IN failures | DETACH DELETE x)
DETACH DELETE f
RETURN number
"""


async def forget_files(writer: LabelWriter, root_id: str) -> int:
    """Forgets a portion of the files. Their photos stay with all labels, and are not shown while no file holds them.
    Returns how many files there were."""

    async def work(tx: LabelTransaction) -> int:
        await tx.run(SET_REMOVING, root=root_id, removing=True)
        rows = await tx.run(FORGET_FILES, root=root_id, portion=PORTION)
        numbers = [row["number"] for row in rows if row["number"] is not None]
        await visibility.mark(tx, numbers)
        await elect(tx, numbers)
        tx.touch(photos=numbers)
        return len(rows)

    return await writer.commit(work)


ANY_FILE: LiteralString = "MATCH (d:Folder {rootId: $root})<-[:IN]-(f:File) RETURN f.id AS id LIMIT 1"

FORGET_FOLDERS: LiteralString = """
MATCH (d:Folder {rootId: $root})
OPTIONAL MATCH (x:Failure)-[:ABOUT]->(d)
WITH d, d.id AS id, collect(x) AS failures
FOREACH (x IN failures | DETACH DELETE x)
DETACH DELETE d
RETURN id
"""


async def forget_folders(writer: LabelWriter, root_id: str) -> bool:
    """Forgets the root and its folders, but for what is remembered in case that the root is added again. Returns False,
    and does nothing, if a folder has a file: a scan that had begun before may have found one."""

    async def work(tx: LabelTransaction) -> bool:
        if await tx.run(ANY_FILE, root=root_id):
            return False
        await removed_roots.remember(tx, root_id)
        rows = await tx.run(FORGET_FOLDERS, root=root_id)
        tx.touch(folders=[row["id"] for row in rows])
        return True

    return await writer.commit(work)
