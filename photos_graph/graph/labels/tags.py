"""The tags themselves: their names and their tree. The photos and folders that carry them are in ``tag_edges``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Edit, TagState, now_ms
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import Tag
from photos_graph.model.learning import Trust
from photos_graph.names import tag_key

# One record with all of them takes a fraction of the time of one record for each.
ALL: LiteralString = """
MATCH (t:Tag) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN collect([t.id, t.name, up.id, t.threshold, t.trust]) AS tags
"""


async def tag_tree(tx: Transaction) -> TagTree:
    """Returns the tree of all tags. There are hundreds or thousands of them, and a name must be looked up among all."""
    [row] = await tx.run(ALL)
    return TagTree(Tag(id_, name, up, limit, trust_of(trust)) for id_, name, up, limit, trust in row["tags"])


def trust_of(value: str | None) -> Trust | None:
    return Trust(value) if value is not None else None


STATES: LiteralString = """
UNWIND $ids AS id
MATCH (t:Tag {id: id})
OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN t {.*} AS properties, up.id AS parent
"""


async def states(tx: Transaction, tag_ids: Iterable[str]) -> dict[str, TagState]:
    """Returns the states of the tags that exist, by id."""
    rows = await tx.run(STATES, ids=sorted(set(tag_ids)))
    return {row["properties"]["id"]: _state(row["properties"], row["parent"]) for row in rows}


def _state(properties: dict[str, Any], parent_id: str | None) -> TagState:
    others = tuple(sorted((name, value) for name, value in properties.items() if name not in _OWN))
    return TagState(properties["name"], parent_id, properties.get("threshold"), properties.get("thresholdBy"), others)


_OWN = ("id", "key", "name", "threshold", "thresholdBy")  # the properties that are no ``others``

# Names are free before they are given, because tags may exchange theirs.
FREE: LiteralString = "UNWIND $ids AS id MATCH (t:Tag {id: id}) SET t.key = id"

PUT: LiteralString = """
UNWIND $rows AS row
MERGE (t:Tag {id: row.id})
SET t += row.others, t.name = row.name, t.key = row.key, t.threshold = row.threshold, t.thresholdBy = row.thresholdBy
"""

UNHANG: LiteralString = "UNWIND $ids AS id MATCH (t:Tag {id: id})-[r:CHILD_OF]->(:Tag) DELETE r"

HANG: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id}), (up:Tag {id: row.parent})
CREATE (t)-[:CHILD_OF]->(up)
"""


async def put(tx: LabelTransaction, rows: Mapping[str, TagState]) -> None:
    """Creates or updates tags, by id. The caller must have checked that their names are free, and that the parent of
    each is one of them or is in the graph."""
    if rows:
        await tx.run(FREE, ids=list(rows))
        await tx.run(UNHANG, ids=list(rows))
        await _put(tx, rows)


async def create(tx: LabelTransaction, rows: Iterable[Tag], by: str) -> tuple[Edit, ...]:
    """Creates the tags, and returns the edits that do. The parent of each is one of them, or is in the graph."""
    at = now_ms()
    made = {row.id: TagState(row.name, row.parent_id, others=(("at", at), ("by", by))) for row in rows}
    await _put(tx, made)
    return tuple(Edit(None, state, id_) for id_, state in made.items())


async def _put(tx: LabelTransaction, rows: Mapping[str, TagState]) -> None:
    written = [
        {
            "id": id_,
            "name": state.name,
            "key": tag_key(state.parent_id, state.name),
            "parent": state.parent_id,
            "threshold": state.threshold,
            "thresholdBy": state.threshold_by,
            "others": dict(state.others),
        }
        for id_, state in rows.items()
    ]
    if written:
        await tx.run(PUT, rows=written)
    if hung := [row for row in written if row["parent"] is not None]:
        await tx.run(HANG, rows=hung)
    tx.touch(tags=rows)


DELETE: LiteralString = "UNWIND $ids AS id MATCH (t:Tag {id: id}) DETACH DELETE t"


async def delete(tx: LabelTransaction, tag_ids: Iterable[str]) -> None:
    """Deletes the tags with their assertions and predictions; the caller touches what had them."""
    if ids := list(tag_ids):
        await tx.run(DELETE, ids=ids)
        tx.touch(tags=ids)
