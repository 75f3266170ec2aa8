"""The tags themselves: their names and their tree. The photos and folders that carry them are in ``tag_edges``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import Tag
from photos_graph.model.learning import Trust
from photos_graph.names import tag_key

ALL: LiteralString = """
MATCH (t:Tag) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN t.id AS id, t.name AS name, up.id AS parent, t.threshold AS threshold, t.trust AS trust
"""


async def tag_tree(tx: Transaction) -> TagTree:
    """Returns the tree of all tags. There are hundreds of them, and a name must be looked up among all."""
    rows = await tx.run(ALL)
    return TagTree(Tag(row["id"], row["name"], row["parent"], row["threshold"], trust_of(row["trust"])) for row in rows)


def trust_of(value: str | None) -> Trust | None:
    return Trust(value) if value is not None else None


CREATE: LiteralString = """
UNWIND $rows AS row CREATE (:Tag {id: row.id, name: row.name, key: row.key, at: timestamp(), by: $by})
"""

HANG: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id}), (up:Tag {id: row.parent})
CREATE (t)-[:CHILD_OF]->(up)
"""


async def create(tx: LabelTransaction, rows: Iterable[Tag], by: str) -> None:
    """Creates the tags. The parent of each is one of them, or is in the graph."""
    created = list(rows)
    written = [_row(row.id, row.name, row.parent_id) for row in created]
    if written:
        await tx.run(CREATE, rows=written, by=by)
    if hung := [row for row in written if row["parent"] is not None]:
        await tx.run(HANG, rows=hung)
    tx.touch(tags=[row.id for row in created])


def _row(tag_id: str, name: str, parent_id: str | None) -> dict[str, str | None]:
    return {"id": tag_id, "name": name, "parent": parent_id, "key": tag_key(parent_id, name)}


RENAME: LiteralString = "MATCH (t:Tag {id: $id}) SET t.name = $name, t.key = $key"


async def rename(tx: LabelTransaction, tag: Tag, name: str) -> None:
    await tx.run(RENAME, id=tag.id, name=name, key=tag_key(tag.parent_id, name))
    tx.touch(tags=[tag.id])


UNHANG: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id})
SET t.key = row.key
WITH t
MATCH (t)-[r:CHILD_OF]->(:Tag)
DELETE r
"""


async def move(tx: LabelTransaction, parents: Mapping[Tag, str | None]) -> None:
    """Puts each of the tags under another parent, or at the top."""
    rows = [_row(tag.id, tag.name, parent_id) for tag, parent_id in parents.items()]
    if rows:
        await tx.run(UNHANG, rows=rows)
    if hung := [row for row in rows if row["parent"] is not None]:
        await tx.run(HANG, rows=hung)
    tx.touch(tags=[tag.id for tag in parents])


DELETE: LiteralString = "UNWIND $ids AS id MATCH (t:Tag {id: id}) DETACH DELETE t"


async def delete(tx: LabelTransaction, tag_ids: Iterable[str]) -> None:
    """Deletes the tags with their assertions and predictions; the caller touches what had them."""
    ids = list(tag_ids)
    await tx.run(DELETE, ids=ids)
    tx.touch(tags=ids)
