"""Tags themselves: their names, and how they lie in one another. What they are on is in ``edges``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.names import tag_key
from photos_graph.search.rows import TagRow

ALL: LiteralString = """
MATCH (t:Tag) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN t.id AS id, t.name AS name, up.id AS parent, t.threshold AS threshold
"""


async def tag_tree(tx: Transaction) -> TagTree:
    """All of them: they are hundreds, and a name has to be looked for among all."""
    return TagTree(TagRow(row["id"], row["name"], row["parent"], row["threshold"]) for row in await tx.run(ALL))


CREATE: LiteralString = """
UNWIND $rows AS row CREATE (:Tag {id: row.id, name: row.name, key: row.key, at: timestamp(), by: $by})
"""

HANG: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id}), (up:Tag {id: row.parent})
CREATE (t)-[:CHILD_OF]->(up)
"""


async def create(tx: Transaction, rows: Iterable[TagRow], by: str) -> None:
    """Rows whose parents are among them or there."""
    written = [_row(row.id, row.name, row.parent_id) for row in rows]
    if written:
        await tx.run(CREATE, rows=written, by=by)
    if hung := [row for row in written if row["parent"] is not None]:
        await tx.run(HANG, rows=hung)


def _row(tag_id: str, name: str, parent_id: str | None) -> dict[str, str | None]:
    return {"id": tag_id, "name": name, "parent": parent_id, "key": tag_key(parent_id, name)}


RENAME: LiteralString = "MATCH (t:Tag {id: $id}) SET t.name = $name, t.key = $key"


async def rename(tx: Transaction, tag: TagRow, name: str) -> None:
    await tx.run(RENAME, id=tag.id, name=name, key=tag_key(tag.parent_id, name))


UNHANG: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id})
SET t.key = row.key
WITH t
MATCH (t)-[r:CHILD_OF]->(:Tag)
DELETE r
"""


async def move(tx: Transaction, parents: Mapping[TagRow, str | None]) -> None:
    """Each of the tags under another parent, or under none."""
    rows = [_row(tag.id, tag.name, parent_id) for tag, parent_id in parents.items()]
    if rows:
        await tx.run(UNHANG, rows=rows)
    if hung := [row for row in rows if row["parent"] is not None]:
        await tx.run(HANG, rows=hung)


DELETE: LiteralString = "UNWIND $ids AS id MATCH (t:Tag {id: id}) DETACH DELETE t"


async def delete(tx: Transaction, tag_ids: Iterable[str]) -> None:
    """With all that was said of them, and all predictions."""
    await tx.run(DELETE, ids=list(tag_ids))
