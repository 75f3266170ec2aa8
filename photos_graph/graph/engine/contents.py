"""Everything that the graph holds, for a back-up: each node with its properties and the relationships that start at it.

``NODES`` and ``RELATIONSHIPS`` list the whole schema but for what means nothing in another graph: most jobs, the feed
of changes, and the record of migrations. A test compares them with a graph in which there is one of everything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Row, Transaction
from photos_graph.model.jobs import JobKind

Values = dict[str, Any]  # properties: plain Python values, and lists of them

PAGE_SIZE = 2000  # nodes

# Labels in the order in which they are read, and the property by which a node is known. What people make comes first,
# so that merging two tags meanwhile loses no label. What jobs make comes after the nodes from which relationships lead
# to it, so that it is there by the time that such a relationship was read.
NODES: Mapping[LiteralString, LiteralString] = {
    "Tag": "id",
    "Person": "id",
    "Album": "id",
    "Failure": "id",
    "File": "id",
    "Folder": "id",
    "Photo": "id",
    "Features": "id",
    "PictureVector": "id",
    "Place": "id",
    "DeletedFace": "id",
    "Face": "id",
    "Cluster": "id",
    "Change": "id",
    "Trip": "id",
    "Model": "id",
    "Schedule": "kind",
    "AccessToken": "id",
    "Replacement": "id",
    "Sheet": "id",
    "Skipped": "id",
    "Question": "id",
    "Job": "id",
    "Outcome": "id",
    "Meta": "name",
}

# From a label, by a type, to a label. Both ends are known by their ids.
RELATIONSHIPS: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    ("Failure", "ABOUT", "File"),
    ("Failure", "ABOUT", "Folder"),
    ("File", "IN", "Folder"),
    ("File", "OF", "Photo"),
    ("Folder", "IN", "Folder"),
    ("Folder", "TAGGED", "Tag"),
    ("Folder", "EXCLUDES", "Tag"),
    ("Photo", "AT", "Place"),
    ("Photo", "DESCRIBED_BY", "Features"),
    ("Photo", "PICTURED_BY", "PictureVector"),
    ("Photo", "HAS_FACE", "Face"),
    ("Photo", "HAD_FACE", "DeletedFace"),
    ("Photo", "TAGGED", "Tag"),
    ("Photo", "EXCLUDES", "Tag"),
    ("Photo", "PREDICTED", "Tag"),
    ("Photo", "SUCCEEDED_BY", "Photo"),
    ("Photo", "IN_ALBUM", "Album"),
    ("Face", "IS", "Person"),
    ("Face", "IS_NOT", "Person"),
    ("Face", "LOOKS_LIKE", "Person"),
    ("Face", "IN_CLUSTER", "Cluster"),
    ("Place", "WITHIN", "Place"),
    ("Tag", "CHILD_OF", "Tag"),
)

LEFT_OUT = frozenset({("Failure", "SEEN_BY", "Job")})
# Who signed in does so again, and sizes of clusters are counted again.
LABELS_LEFT_OUT = frozenset({"Touched", "Migration", "Restoring", "ClusterSize", "Session"})
# Of jobs, only those are kept that have to finish what people were promised.
PROMISED = (JobKind.FINISH_CHANGE, JobKind.REMOVE_ROOT)

# Nodes that belong to another node, and are kept with it. They have no key, and relationships to nothing else.
PARTS, REMOVED_ROOTS = "Part", "RemovedRoot"
# Counters that belong to one graph: a graph that is restored gets its own identity, and its feed, its jobs and its
# changes of access are counted from one. Two back-ups of the same content would differ by them, too. The secrets that
# services share are in the file of each of them.
META_LEFT_OUT = ("graph", "feed", "jobs", "access", "secrets")


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship that starts at a node: its type, the label and the id of its end, and its properties."""

    type: str
    label: str
    end: str
    values: Values


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A node with the relationships that start at it. ``also``: labels beside the first. ``parts``: the properties of
    the nodes that belong to it."""

    key: str
    values: Values
    also: tuple[str, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    parts: tuple[Values, ...] = field(default=())


ALL: Mapping[LiteralString, LiteralString] = {
    label: "MATCH (n:" + label + ") RETURN n." + key + " AS key, labels(n) AS labels, properties(n) AS values"
    for label, key in NODES.items()
}
STARTS: tuple[LiteralString, ...] = tuple(dict.fromkeys(start for start, _, _ in RELATIONSHIPS))
STARTING: Mapping[LiteralString, LiteralString] = {
    label: "UNWIND $keys AS key MATCH (n:" + label + " {id: key})-[r]->(m) WHERE m.id IS NOT NULL"
    " RETURN key, type(r) AS type, labels(m) AS labels, m.id AS end, properties(r) AS values"
    for label in STARTS
}
PARTS_OF: LiteralString = """
UNWIND $keys AS key MATCH (:Change {id: key})<-[:OF]-(part:Part) RETURN key, properties(part) AS values
"""
REMEMBERED_ROOTS: LiteralString = "MATCH (r:RemovedRoot) RETURN properties(r) AS values"
COUNTS: Mapping[LiteralString, LiteralString] = {
    label: "MATCH (n:" + label + ") RETURN count(n) AS count" for label in NODES
}


async def count(graph: Graph, label: LiteralString) -> int:
    """Returns how many nodes have the label."""
    return int((await graph.read(COUNTS[label]))[0]["count"])


async def nodes(graph: Graph, label: LiteralString) -> AsyncIterator[list[NodeRecord]]:
    """Yields all nodes with the label, in pages. Raises EngineUnavailable."""
    async for rows in graph.pages(ALL[label], PAGE_SIZE):
        page = await graph.reading(partial(_page, label=label, rows=rows))
        yield [record for record in page if _is_kept(label, record)]


def _is_kept(label: str, record: NodeRecord) -> bool:
    if label == "Job":
        return record.values.get("kind") in PROMISED and record.values.get("finishedAt") is None
    return label != "Meta" or record.key not in META_LEFT_OUT


async def _page(tx: Transaction, label: LiteralString, rows: Sequence[Row]) -> list[NodeRecord]:
    keys = [row["key"] for row in rows]
    relationships: dict[str, list[Relationship]] = {}
    if label in STARTING:
        for row in await tx.run(STARTING[label], keys=keys):
            end = _first(row["labels"])
            if (label, row["type"], end) not in LEFT_OUT:
                relationships.setdefault(row["key"], []).append(
                    Relationship(row["type"], end, row["end"], row["values"])
                )
    parts: dict[str, list[Values]] = {}
    if label == "Change":
        for row in await tx.run(PARTS_OF, keys=keys):
            parts.setdefault(row["key"], []).append(row["values"])
    return [
        NodeRecord(
            row["key"],
            row["values"],
            tuple(also for also in sorted(row["labels"]) if also != label),
            tuple(relationships.get(row["key"], ())),
            tuple(parts.get(row["key"], ())),
        )
        for row in rows
    ]


def _first(labels: Sequence[str]) -> str:
    """Returns the label that NODES lists; a root is a folder."""
    return next((label for label in labels if label in NODES), labels[0])


async def removed_roots(graph: Graph) -> list[Values]:
    """Returns the properties of the nodes that remember the labels of removed roots."""
    return [row["values"] for row in await graph.read(REMEMBERED_ROOTS)]


CREATED: Mapping[LiteralString, LiteralString] = {
    label: "UNWIND $rows AS row CREATE (n:" + label + ") SET n = row"
    for label in (*NODES, "Folder:Root", "RemovedRoot")
}
CONNECTED: Mapping[tuple[LiteralString, LiteralString, LiteralString], LiteralString] = {
    (start, type_, end): "UNWIND $rows AS row MATCH (a:" + start + " {id: row.start})"
    " MATCH (b:" + end + " {id: row.end}) CREATE (a)-[r:" + type_ + "]->(b) SET r = row.values"
    " RETURN count(r) AS count"
    for start, type_, end in RELATIONSHIPS
}
CREATED_PARTS: LiteralString = """
UNWIND $rows AS row MATCH (c:Change {id: row.key}) CREATE (part:Part)-[:OF]->(c) SET part = row.values
"""
ANY_NODE: LiteralString = "MATCH (n) WHERE NOT n:Migration AND NOT n:Restoring RETURN count(n) AS count"


async def is_empty(graph: Graph) -> bool:
    """Returns whether the graph holds nothing but the record of its migrations."""
    return not (await graph.read(ANY_NODE))[0]["count"]


async def create(graph: Graph, label: LiteralString, records: Sequence[NodeRecord]) -> None:
    """Creates the nodes with their parts, without their relationships."""
    by_labels = groupby(sorted(records, key=lambda record: record.also), key=lambda record: record.also)
    batches = [(also, [record.values for record in group]) for also, group in by_labels]
    parts = [{"key": record.key, "values": values} for record in records for values in record.parts]

    async def work(tx: Transaction) -> None:
        for also, rows in batches:
            await tx.run(CREATED["Folder:Root" if also == ("Root",) else label], rows=rows)
        if parts:
            await tx.run(CREATED_PARTS, rows=parts)

    await graph.transaction(work)


async def create_removed_roots(graph: Graph, rows: Sequence[Values]) -> None:
    """Creates the nodes that remember the labels of removed roots."""
    await graph.write(CREATED["RemovedRoot"], rows=list(rows))


async def connect(graph: Graph, label: LiteralString, records: Sequence[NodeRecord]) -> int:
    """Creates the relationships of the nodes, and returns how many lead to a node that is not there."""
    rows: dict[tuple[str, str, str], list[Values]] = {}
    for record in records:
        for each in record.relationships:
            row = {"start": record.key, "end": each.end, "values": each.values}
            rows.setdefault((label, each.type, each.label), []).append(row)

    async def work(tx: Transaction) -> int:
        missing = 0
        for kind, query in CONNECTED.items():
            if kind in rows:
                missing += len(rows[kind]) - int((await tx.run(query, rows=rows[kind]))[0]["count"])
        return missing

    return await graph.transaction(work)


# Jobs may have added these while the back-up was written, after what they belong to was read.
ORPHANS: tuple[LiteralString, ...] = (
    "MATCH (f:Face) WHERE NOT EXISTS { (f)<-[:HAS_FACE]-(:Photo) } DETACH DELETE f",
    "MATCH (f:DeletedFace) WHERE NOT EXISTS { (f)<-[:HAD_FACE]-(:Photo) } DETACH DELETE f",
    "MATCH (f:File) WHERE NOT EXISTS { (f)-[:IN]->(:Folder) } DETACH DELETE f",
    "MATCH (d:Folder) WHERE NOT d:Root AND NOT EXISTS { (d)-[:IN]->(:Folder) } DETACH DELETE d",
)


COUNT_CLUSTERS: LiteralString = """
MATCH (c:Cluster) WHERE c.size > 0
WITH c.size AS size, count(*) AS clusters
MERGE (s:ClusterSize {size: size}) SET s.clusters = clusters
"""


async def complete(graph: Graph) -> None:
    """Deletes what belongs to nothing, which a scan or the next detection of faces finds again, and counts what is
    counted in advance."""
    for query in (*ORPHANS, COUNT_CLUSTERS):
        await graph.write(query)


CLEAR: LiteralString = "MATCH (n) WHERE NOT n:Restoring WITH n LIMIT 5000 DETACH DELETE n RETURN count(*) AS gone"


async def clear(graph: Graph) -> None:
    """Deletes everything but the token of a restore. Only a restore that was interrupted may do this."""
    while (await graph.write(CLEAR))[0]["gone"]:
        pass


BEGUN: LiteralString = "MATCH (r:Restoring) RETURN r.token AS token"
BEGIN: LiteralString = "MERGE (:Restoring {token: $token})"
END: LiteralString = "MATCH (r:Restoring) DELETE r"


async def token_of_restore(graph: Graph) -> str | None:
    """Returns the token of the restore that began in the graph and has not ended, if there is one."""
    rows = await graph.read(BEGUN)
    return rows[0]["token"] if rows else None


async def begin_restore(graph: Graph, token: str) -> None:
    """Notes that a restore has begun."""
    await graph.write(BEGIN, token=token)


async def end_restore(graph: Graph) -> None:
    """Notes that the restore has ended."""
    await graph.write(END)
