"""The folders above files, up to their roots, with the assertions about tags on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import tag_edges
from photos_graph.model.labels import FolderMarks

PARENTS: LiteralString = """
UNWIND $ids AS id
MATCH (:Folder {id: id})-[:IN*0..]->(d:Folder)
WITH DISTINCT d
OPTIONAL MATCH (d)-[:IN]->(up:Folder)
RETURN d.id AS id, up.id AS up
"""


async def ways(tx: Transaction, folder_ids: Iterable[str]) -> dict[str, list[FolderMarks]]:
    """Returns, for each known folder, its marks and those of all its ancestors, its own first. Takes two queries."""
    ids = sorted(set(folder_ids))
    parents: dict[str, str | None] = {row["id"]: row["up"] for row in await tx.run(PARENTS, ids=ids)}
    assertions = await tag_edges.of_folders(tx, sorted(parents))
    marks = {id_: tag_edges.marks(id_, assertions.get(id_, {})) for id_ in parents}
    found: dict[str, list[FolderMarks]] = {}
    for id_ in ids:
        way: list[FolderMarks] = []
        at: str | None = id_
        while at is not None and at in marks and len(way) < len(marks):
            way.append(marks[at])
            at = parents[at]
        if way:
            found[id_] = way
    return found


FOLDERS_OF: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING'
RETURN d.id AS folder, collect(number) AS photos
"""


async def folders_of(tx: Transaction, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Returns the folders of each photo's files, except missing ones."""
    found: dict[int, list[str]] = {}
    for row in await tx.run(FOLDERS_OF, numbers=list(numbers)):
        for number in row["photos"]:
            found.setdefault(number, []).append(row["folder"])
    return found
