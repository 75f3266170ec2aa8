"""Failures: originals and folders that could not be read, with the reason and the number of attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.windows import AFTER_ALL, BEFORE_ALL, RankRegion, RankScale
from photos_graph.model.library import Failure
from photos_graph.search.listing import Stretch


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """``about`` is the id of a file or folder. ``partial`` says that the photo exists with what could be read."""

    about: str
    path: str
    stage: str
    reason: str
    attempts: int = 1
    partial: bool = False


PUT: LiteralString = """
UNWIND $rows AS row
MERGE (x:Failure {id: row.id})
SET x.path = row.path, x.stage = row.stage, x.reason = row.reason, x.at = timestamp(),
  x.attempts = coalesce(x.attempts, 0) + row.attempts
WITH x
OPTIONAL MATCH (x)-[old:SEEN_BY]->(:Job)
DELETE old
WITH DISTINCT x
MATCH (j:Job {id: $job})
MERGE (x)-[:SEEN_BY]->(j)
SET x.seenBy = $job + '/' + x.id
"""

ABOUT_FILE: LiteralString = """
UNWIND $rows AS row MATCH (x:Failure {id: row.id}), (about:File {id: row.about}) MERGE (x)-[:ABOUT]->(about)
"""

ABOUT_FOLDER: LiteralString = """
UNWIND $rows AS row MATCH (x:Failure {id: row.id}), (about:Folder {id: row.about}) MERGE (x)-[:ABOUT]->(about)
"""

# The file no longer holds the photo that it held.
UNREAD: LiteralString = """
UNWIND $ids AS id
MATCH (f:File {id: id})
OPTIONAL MATCH (f)-[old:OF]->(was:Photo)
DELETE old
SET f.state = 'PRESENT', f.attempts = 0
RETURN was.number AS was
"""


async def put_failures(tx: Transaction, failures: Sequence[ReadFailure], job_id: str) -> list[int]:
    """Stores the failures. Returns the numbers of the photos that lost a file because of them."""
    if not failures:
        return []
    rows = [_row(failure, f"{failure.about}:{failure.stage}") for failure in failures]
    await tx.run(PUT, rows=rows, job=job_id)
    await tx.run(ABOUT_FILE, rows=rows)
    whole = [failure.about for failure in failures if not failure.partial]
    lost = await tx.run(UNREAD, ids=whole) if whole else []
    return [row["was"] for row in lost if row["was"] is not None]


async def put_folder_failures(
    graph: Graph, root_id: str, key: str, failures: Sequence[ReadFailure], job_id: str
) -> None:
    """Stores what a walk of the tree of the folder with that key could not examine. Removes earlier entries of folders
    that it could examine."""

    async def work(tx: Transaction) -> None:
        rows = [_row(failure, f"{failure.about}:{failure.stage}:{failure.path}") for failure in failures]
        await tx.run(CLEAR_FOLDERS, root=root_id, key=key, failing=[row["id"] for row in rows])
        if rows:
            await tx.run(PUT, rows=rows, job=job_id)
            await tx.run(ABOUT_FOLDER, rows=rows)

    await graph.transaction(work)


FIRST_FILES: LiteralString = """
UNWIND $ids AS id
MATCH (p:Photo {id: id})<-[:OF]-(f:File) WHERE f.state = 'PRESENT'
MATCH (f)-[:IN]->(d:Folder)
MATCH (r:Root {id: d.rootId})
RETURN id, f.id AS file, f.key AS key, r.id AS root, r.name AS name ORDER BY key
"""


async def of_photos(graph: Graph, stage: str, reasons: Mapping[str, str]) -> list[ReadFailure]:
    """Failures to process photos, by photo id, as failures of the first file of each; photos without one are left
    out."""
    found: dict[str, ReadFailure] = {}
    for row in await graph.read(FIRST_FILES, ids=list(reasons)) if reasons else ():
        path = row["name"] + row["key"][len(row["root"]) :]
        found.setdefault(row["id"], ReadFailure(row["file"], path, stage, reasons[row["id"]], partial=True))
    return list(found.values())


CLEAR_STAGE: LiteralString = "MATCH (x:Failure) WHERE x.stage = $stage WITH x LIMIT 5000 DETACH DELETE x"


async def replace_stage(graph: Graph, stage: str, failures: Sequence[ReadFailure], job_id: str) -> None:
    """Replaces all failures of a stage, which need not be about a known file, by these."""

    async def work(tx: Transaction) -> None:
        await tx.run(CLEAR_STAGE, stage=stage)
        await put_failures(tx, failures, job_id)

    await graph.transaction(work)


def _row(failure: ReadFailure, id_: str) -> dict[str, object]:
    return {
        "id": id_,
        "about": failure.about,
        "path": failure.path,
        "stage": failure.stage,
        "reason": failure.reason,
        "attempts": failure.attempts,
    }


CLEAR: LiteralString = "UNWIND $ids AS id MATCH (:File {id: id})<-[:ABOUT]-(x:Failure) DETACH DELETE x"
CLEAR_FOLDERS: LiteralString = """
MATCH (x:Failure)-[:ABOUT]->(d:Folder {rootId: $root})
WHERE (d.key = $key OR d.key STARTS WITH $key + '/') AND NOT x.id IN $failing
DETACH DELETE x
"""


async def clear_failures(tx: Transaction, file_ids: Sequence[str]) -> None:
    if file_ids:
        await tx.run(CLEAR, ids=list(file_ids))


_SHOWN: LiteralString = """
RETURN x.id AS id, x.path AS path, x.stage AS stage, x.reason AS reason, x.attempts AS attempts, x.at AS at
"""
_PAGE: LiteralString = _SHOWN + "ORDER BY id LIMIT $limit"
_PAGE_FROM_END: LiteralString = _SHOWN + "ORDER BY id DESC LIMIT $limit"
_EVERY: LiteralString = "MATCH (x:Failure) WHERE x.id > $after AND x.id < $before"
_OF_JOB: LiteralString = "MATCH (x:Failure) WHERE x.seenBy > $after AND x.seenBy < $before"

PAGE: LiteralString = _EVERY + _PAGE
PAGE_FROM_END: LiteralString = _EVERY + _PAGE_FROM_END
PAGE_OF_JOB: LiteralString = _OF_JOB + _PAGE
PAGE_OF_JOB_FROM_END: LiteralString = _OF_JOB + _PAGE_FROM_END

COUNT: LiteralString = "MATCH (x:Failure) RETURN count(x) AS n"
COUNT_OF_JOB: LiteralString = "MATCH (j:Job {id: $job}) RETURN COUNT { (j)<-[:SEEN_BY]-(:Failure) } AS n"

_SCALE = RankScale(0)


async def page(graph: Graph, job_id: str | None, stretch: Stretch) -> list[tuple[str, Failure]]:
    """Returns (id, failure) of a part of the failures, by id. The keys are (0, id)."""
    rows: list[dict[str, Any]] = []

    queries = (PAGE, PAGE_FROM_END) if job_id is None else (PAGE_OF_JOB, PAGE_OF_JOB_FROM_END)
    query, prefix = queries[stretch.from_end], "" if job_id is None else f"{job_id}/"

    async def read(after: str, before: str, limit: int) -> list[str]:
        found = await graph.read(query, after=prefix + after, before=prefix + before, limit=limit)
        rows.extend(found)
        return [row["id"] for row in found]

    after = stretch.after[1] if stretch.after is not None else BEFORE_ALL
    before = stretch.before[1] if stretch.before is not None else AFTER_ALL
    regions = [RankRegion(0, 1, await count(graph, job_id))]
    await _SCALE.read(read, regions, after, before, stretch.limit, stretch.from_end)
    return [(row["id"], _failure(row)) for row in rows]


def _failure(row: dict[str, Any]) -> Failure:
    at = datetime.fromtimestamp(row["at"] / 1000, UTC)
    return Failure(row["path"], row["stage"], row["reason"], row["attempts"], at)


async def count(graph: Graph, job_id: str | None = None) -> int:
    rows = await (graph.read(COUNT) if job_id is None else graph.read(COUNT_OF_JOB, job=job_id))
    return int(rows[0]["n"])


# It writes to the file before it reads the state, which a scan of another service may change until then.
_DUE: LiteralString = """
SET f.attempts = 0
WITH f, d WHERE f.state <> 'MISSING'
SET f.state = 'PENDING', d.stacksDue = true
"""
RETRY: LiteralString = "MATCH (x:Failure)-[:ABOUT]->(f:File)-[:IN]->(d:Folder)" + _DUE

RETRY_OF_JOB: LiteralString = (
    "MATCH (j:Job {id: $job})<-[:SEEN_BY]-(x:Failure)-[:ABOUT]->(f:File)-[:IN]->(d:Folder)" + _DUE
)


async def retry(graph: Graph, job_id: str | None) -> None:
    """Makes the files of the failures due again. The entries stay until the files have been read."""
    await (graph.write(RETRY) if job_id is None else graph.write(RETRY_OF_JOB, job=job_id))
