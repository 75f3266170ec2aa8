"""Due work: the stages that each photo passes, which photos are due in each, and which version did the others.

A stage keeps two properties on every photo. ``by`` names the version that processed the photo, also where nothing was
found. ``due`` is the photo's number while it is due, and absent otherwise, so that the index of it holds only what is
due. What is due is a query, so a job that was stopped or killed continues by asking it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.postings import last_number

BLOCK = 20_000  # photos whose version is compared in one commit
READ_AHEAD = 4_096  # due photos per query: it may look at all that are due
NO_END = 2**62

Version = str | int


@dataclass(frozen=True, slots=True)
class Stage:
    """``name`` is also the stage of its failures. A Meta node named as ``by`` keeps the version that is wanted."""

    name: str
    by: LiteralString
    due: LiteralString

    def query(self, template: LiteralString) -> LiteralString:
        """Cypher in which ``{by}`` and ``{due}`` stand for the stage's properties."""
        return template.replace("{by}", self.by).replace("{due}", self.due)


READING = Stage("metadata", "readBy", "readDue")
FACES = Stage("faces", "facesBy", "facesDue")
FEATURES = Stage("features", "featuresBy", "featuresDue")
PREDICTIONS = Stage("predictions", "predictedBy", "predictionsDue")
PICTURED = Stage("image-text", "picturedBy", "picturedDue")  # described by an image-text model
STAGES = (READING, FACES, FEATURES, PREDICTIONS, PICTURED)


@dataclass(frozen=True, slots=True)
class DuePhoto:
    id: str
    number: int


# The limit comes before EXISTS, which takes four times as long as all else. Photos of which every file is missing wait.
PAGE: LiteralString = """
MATCH (p:Photo) WHERE p.{due} > $after AND p.{due} <= $end
WITH p ORDER BY p.{due} LIMIT $limit
RETURN p.id AS id, p.number AS number, EXISTS { (p)<-[:OF]-(:File {state: 'PRESENT'}) } AS present
ORDER BY number
"""


async def pages(graph: Graph, stage: Stage, size: int) -> AsyncIterator[list[DuePhoto]]:
    """Yields all photos that are due and have a file, by number, at most ``size`` at a time, each once."""
    query, after = stage.query(PAGE), -1
    while True:
        # What lies close is found by a small range; only where there is nothing must all that is due be sorted.
        rows = await graph.read(query, after=after, end=after + READ_AHEAD, limit=READ_AHEAD)
        if not rows:
            rows = await graph.read(query, after=after, end=NO_END, limit=READ_AHEAD)
        if not rows:
            return
        after = rows[-1]["number"]
        here = [DuePhoto(row["id"], row["number"]) for row in rows if row["present"]]
        for start in range(0, len(here), size):
            yield here[start : start + size]


COUNT: LiteralString = """
MATCH (p:Photo) WHERE p.{due} >= 0 AND EXISTS { (p)<-[:OF]-(:File {state: 'PRESENT'}) } RETURN count(p) AS n
"""


async def count(graph: Graph, stage: Stage) -> int:
    """Returns how many photos ``pages`` yields."""
    return int((await graph.read(stage.query(COUNT)))[0]["n"])


ANY_ONLINE: LiteralString = """
MATCH (p:Photo) WHERE p.{due} >= 0 AND EXISTS {
  MATCH (p)<-[:OF]-(:File {state: 'PRESENT'})-[:IN]->(d:Folder)
  MATCH (r:Root {id: d.rootId}) WHERE r.state = 'ONLINE' }
RETURN p.number AS number LIMIT 1
"""


async def any_online(graph: Graph, stage: Stage) -> bool:
    """Returns whether any photo is due whose root is online."""
    return bool(await graph.read(stage.query(ANY_ONLINE)))


MAKE_DUE: LiteralString = "UNWIND $numbers AS number MATCH (p:Photo {number: number}) SET p.{due} = p.number"


async def make_due(tx: Transaction, stage: Stage, numbers: Sequence[int]) -> None:
    """Makes photos due, also those that the wanted version has processed."""
    await tx.run(stage.query(MAKE_DUE), numbers=list(numbers))


WANTED: LiteralString = "MATCH (m:Meta {name: '{by}'}) RETURN m.value AS version"
WANT: LiteralString = "MERGE (m:Meta {name: '{by}'}) SET m.value = $version"
# Each number of a block is looked up in the index. ArcadeDB would look at all photos for a range of numbers.
MAKE_BLOCK_DUE: LiteralString = """
UNWIND range($start, $end - 1) AS number
MATCH (p:Photo {number: number}) WHERE $again OR p.{by} IS NULL OR p.{by} <> $version
SET p.{due} = p.number
"""


async def is_wanted(graph: Graph, stage: Stage, version: Version) -> bool:
    """Returns whether every photo that this version has not processed is due already, or has failed."""
    known = await graph.read(stage.query(WANTED))
    return bool(known) and known[0]["version"] == version


async def want(graph: Graph, stage: Stage, version: Version, *, again: bool = False) -> None:
    """Makes the photos due that this version has not processed, or all if they are to be processed ``again``.

    Walks the library only after a change of version, or for ``again``.
    """
    if not again and await is_wanted(graph, stage, version):
        return
    count = await last_number(graph) + 1
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)  # each further number would cost as much as that of a photo
        await graph.write(stage.query(MAKE_BLOCK_DUE), start=start, end=end, version=version, again=again)
    await graph.write(stage.query(WANT), version=version)


DONE: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
SET p.{by} = $version, p.{due} = null
WITH p
MATCH (p)<-[:OF]-(:File)<-[:ABOUT]-(x:Failure {stage: $name})
DETACH DELETE x
"""


async def done(tx: Transaction, stage: Stage, numbers: Sequence[int], version: Version) -> None:
    """This version has processed the photos. Their earlier failures in this stage are removed."""
    if numbers:
        await tx.run(stage.query(DONE), numbers=list(numbers), version=version, name=stage.name)


FAILED: LiteralString = """
UNWIND $numbers AS number MATCH (p:Photo {number: number}) SET p.{by} = null, p.{due} = null
"""


async def failed(tx: Transaction, stage: Stage, numbers: Sequence[int]) -> None:
    """The photos could not be processed. They are due again once their file is read again: see ``failures.retry``."""
    if numbers:
        await tx.run(stage.query(FAILED), numbers=list(numbers))


# A part of the query that writes the photos of files that were read: new ones, and those that failed before.
DUE_WHEN_READ: LiteralString = ", ".join(
    stage.query("p.{due} = CASE WHEN p.{by} IS NULL THEN p.number ELSE p.{due} END")
    for stage in (FACES, FEATURES, PICTURED)
)
