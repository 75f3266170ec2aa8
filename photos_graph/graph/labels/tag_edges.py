"""TAGGED and EXCLUDES: the assertions of people, and of the files themselves, about tags on photos and folders.

A tag may be on 100,000 photos, so no query walks the edges of a tag if the edges of the photos suffice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import tags
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Edit
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import Carried, FolderMarks

Assertions = dict[str, Assertion]  # by tag id; on one photo or folder

OF_PHOTOS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:TAGGED|EXCLUDES]->(t:Tag)
RETURN t.id AS tag, type(r) AS kind, r.at AS at, r.by AS by, r.via AS via, coalesce(r.shared, false) AS shared,
  collect(number) AS photos
"""


async def of_photos(tx: Transaction, numbers: Sequence[int]) -> dict[int, Assertions]:
    """Returns the assertions on each of these photos. Photos without any are left out."""
    found: dict[int, Assertions] = {}
    for row in await tx.run(OF_PHOTOS, numbers=list(numbers)):
        edge = Assertion(AssertionKind(row["kind"]), row["at"], row["by"], row["via"], shared=row["shared"])
        for number in row["photos"]:
            found.setdefault(number, {})[row["tag"]] = edge
    return found


PREDICTED: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:PREDICTED]->(t:Tag)
WHERE t.threshold IS NOT NULL AND r.score >= t.threshold
RETURN t.id AS tag, collect(number) AS photos
"""


async def predicted(tx: Transaction, numbers: Sequence[int]) -> dict[int, set[str]]:
    """Returns the tags that a model gives each of these photos with a score at or above their thresholds."""
    found: dict[int, set[str]] = {}
    for row in await tx.run(PREDICTED, numbers=list(numbers)):
        for number in row["photos"]:
            found.setdefault(number, set()).add(row["tag"])
    return found


GUESSED: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:PREDICTED]->(t:Tag)
WHERE t.id IN $tags
RETURN collect(DISTINCT number) AS photos
"""
GUESSED_OF_TAGS: LiteralString = """
UNWIND $tags AS id
MATCH (:Tag {id: id})<-[:PREDICTED]-(p:Photo)
RETURN collect(DISTINCT p.number) AS photos
"""
PHOTOS_PER_QUERY = 10_000  # from so many photos on, it is faster to start at the tags


async def guessed(tx: Transaction, tag_ids: Iterable[str], among: BitMap) -> BitMap:
    """Returns those photos for which a model gives one of these tags a score, however low."""
    if len(among) <= PHOTOS_PER_QUERY:
        rows = await tx.run(GUESSED, numbers=list(among), tags=sorted(tag_ids))
    else:
        rows = await tx.run(GUESSED_OF_TAGS, tags=sorted(tag_ids))
    return BitMap(rows[0]["photos"]) & among


OF_FOLDERS: LiteralString = """
UNWIND $ids AS id
MATCH (d:Folder {id: id})-[r:TAGGED|EXCLUDES]->(t:Tag)
RETURN id AS folder, t.id AS tag, type(r) AS kind, r.at AS at, r.by AS by, r.via AS via, r.recursive AS recursive
"""


async def of_folders(tx: Transaction, folder_ids: Iterable[str]) -> dict[str, Assertions]:
    found: dict[str, Assertions] = {}
    for row in await tx.run(OF_FOLDERS, ids=list(folder_ids)):
        edge = Assertion(AssertionKind(row["kind"]), row["at"], row["by"], row["via"], row["recursive"])
        found.setdefault(row["folder"], {})[row["tag"]] = edge
    return found


ON_TAGS: LiteralString = """
UNWIND $tags AS id
MATCH (:Tag {id: id})<-[:TAGGED|EXCLUDES|PREDICTED]-(n)
RETURN DISTINCT n.number AS number, n.id AS id
"""


async def on_tags(tx: Transaction, tag_ids: Iterable[str]) -> tuple[list[int], list[str]]:
    """Returns the numbers of the photos and the ids of the folders that have an assertion about, or a prediction of,
    one of these tags."""
    rows = await tx.run(ON_TAGS, tags=list(tag_ids))
    photos = [row["number"] for row in rows if row["number"] is not None]
    return photos, [row["id"] for row in rows if row["number"] is None]


COUNTS: LiteralString = """
UNWIND $tags AS id
MATCH (:Tag {id: id})<-[r:TAGGED|EXCLUDES]-() WHERE NOT coalesce(r.shared, false)
RETURN id, count(r) AS n
"""


async def counts(tx: Transaction, tag_ids: Iterable[str]) -> dict[str, int]:
    """Returns the numbers of assertions about these tags, without copies. Tags without any are left out."""
    return {row["id"]: row["n"] for row in await tx.run(COUNTS, tags=list(tag_ids))}


EXCLUDING: LiteralString = """
UNWIND $tags AS id
MATCH (:Tag {id: id})<-[:EXCLUDES]-(p:Photo)
RETURN DISTINCT p.number AS number
"""


async def excluding(tx: Transaction, tag_ids: Iterable[str]) -> list[int]:
    """Returns the numbers of the photos that exclude one of these tags."""
    return [row["number"] for row in await tx.run(EXCLUDING, tags=list(tag_ids))]


def marks(folder_id: str, edges: Assertions) -> FolderMarks:
    carried = (
        Carried(tag_id, bool(edge.recursive), edge.at_ms)
        for tag_id, edge in sorted(edges.items())
        if edge.kind is AssertionKind.TAGGED
    )
    excluded = (tag_id for tag_id, edge in sorted(edges.items()) if edge.kind is AssertionKind.EXCLUDES)
    return FolderMarks(folder_id, tuple(carried), tuple(excluded))


# An edge that changes is deleted and created again, because MERGE would look through all edges of the tag.

REMOVE_FROM_PHOTOS: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS number
MATCH (p:Photo {number: number})-[r:TAGGED|EXCLUDES]->(t:Tag) WHERE t.id = row.tag
DELETE r
"""

REMOVE_FROM_FOLDERS: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS id
MATCH (d:Folder {id: id})-[r:TAGGED|EXCLUDES]->(t:Tag) WHERE t.id = row.tag
DELETE r
"""

TAG_PHOTOS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.tag})
UNWIND row.of AS number
MATCH (p:Photo {number: number})
CREATE (p)-[:TAGGED {at: row.at, by: row.by, via: row.via, shared: row.shared}]->(t)
"""

TAG_FOLDERS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.tag})
UNWIND row.of AS id
MATCH (d:Folder {id: id})
CREATE (d)-[:TAGGED {recursive: row.recursive, at: row.at, by: row.by, via: row.via}]->(t)
"""

EXCLUDE_PHOTOS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.tag})
UNWIND row.of AS number
MATCH (p:Photo {number: number})
CREATE (p)-[:EXCLUDES {at: row.at, by: row.by, shared: row.shared}]->(t)
"""

EXCLUDE_FOLDERS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.tag})
UNWIND row.of AS id
MATCH (d:Folder {id: id})
CREATE (d)-[:EXCLUDES {at: row.at, by: row.by}]->(t)
"""


async def apply(tx: LabelTransaction, tree: TagTree, edits: Sequence[Edit], by: str) -> tuple[Edit, ...]:
    """Creates the tags that were added to the tree, then makes the edits. Returns all edits, to be recorded."""
    created = await tags.create(tx, tree.new, by)
    await write(tx, edits)
    return (*created, *edits)


async def write(tx: LabelTransaction, edits: Iterable[Edit]) -> None:
    """Replaces the edges before each edit by those after it, in at most six queries."""
    rows: dict[LiteralString, list[dict[str, object]]] = {}
    for edit in edits:
        tx.touch(labelled=edit.photos, folders=edit.folders)
        for of, remove, tag, exclude in (
            (edit.photos, REMOVE_FROM_PHOTOS, TAG_PHOTOS, EXCLUDE_PHOTOS),
            (edit.folders, REMOVE_FROM_FOLDERS, TAG_FOLDERS, EXCLUDE_FOLDERS),
        ):
            if of and edit.before is not None:
                rows.setdefault(remove, []).append({"tag": edit.label_id, "of": list(of)})
            if of and isinstance(edit.after, Assertion):
                after = edit.after
                values = {"at": after.at_ms, "by": after.by, "via": after.via, "recursive": after.recursive}
                values["shared"] = after.shared or None
                query = tag if after.kind is AssertionKind.TAGGED else exclude
                rows.setdefault(query, []).append({"tag": edit.label_id, "of": list(of), **values})
    for query in (REMOVE_FROM_PHOTOS, REMOVE_FROM_FOLDERS, TAG_PHOTOS, TAG_FOLDERS, EXCLUDE_PHOTOS, EXCLUDE_FOLDERS):
        if query in rows:
            await tx.run(query, rows=rows[query])
