"""Jobs, which are long tasks stored as nodes, so that every process can see, cancel and continue them.

Each has a number, which grows with every job. ``rank`` has the number and the id, ``place`` the state and the rank, so
that lists of jobs are ranges of these, and ``ended`` the time at which the job ended, as digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.windows import AFTER_ALL, BEFORE_ALL, RankRegion, RankScale
from photos_graph.model.job_arguments import KINDS, dump_arguments, load_arguments
from photos_graph.model.jobs import Job, JobArguments, JobKind, JobState
from photos_graph.search.listing import Key, Stretch

_MOST = 999_999_999  # jobs that a rank distinguishes


@dataclass(frozen=True, slots=True)
class Lease:
    """That a process, the ``owner``, runs a job. ``beats`` counts how often it has renewed the lease."""

    job_id: str
    owner: str
    beats: int


# A query that changes a job only if it is in some state writes to the job before it reads the state. Neo4j takes the
# lock with the first write, and a state that was read before it may be an old one: two services would begin one job.
_WRITTEN: LiteralString = """
SET j.asked = coalesce(j.asked, 0) + 1
WITH j
"""
_LOCKED: LiteralString = "MATCH (j:Job {id: $id})" + _WRITTEN
_PLACED: LiteralString = """
SET j.place = j.state + '/' + j.rank
"""
_ENDED: LiteralString = """
SET j.place = j.state + '/' + j.rank,
  j.ended = CASE WHEN j.finishedAt IS NULL THEN null ELSE right('0000000000000' + toString(j.finishedAt), 13) END
"""
CREATE: LiteralString = (
    """
MERGE (m:Meta {name: 'jobs'}) SET m.value = coalesce(m.value, 0) + 1
WITH m.value AS number
CREATE (j:Job {id: $id, kind: $kind, state: 'QUEUED', done: 0, createdAt: timestamp(), cancelRequested: false,
  arguments: $arguments, number: number, rank: right('000000000' + toString(number), 9) + $id})
WITH j
"""
    + _PLACED
    + "RETURN j {.*} AS job"
)


async def create(graph: Graph, id_: str, kind: JobKind, arguments: JobArguments | None = None) -> Job:
    """Creates a queued job and returns it. ``arguments`` default to those of the kind."""
    text = dump_arguments(kind, arguments or KINDS[kind]())
    rows = await graph.write(CREATE, id=id_, kind=kind.value, arguments=text)
    return _job(rows[0]["job"])


# It writes to the jobs, so that none of them begins before the transaction has ended. Then it reads the place and not
# the state, which the engine may keep from before.
WAITING: LiteralString = (
    "MATCH (j:Job {state: 'QUEUED'}) WHERE j.kind = $kind"
    + _WRITTEN
    + """
WHERE j.place STARTS WITH 'QUEUED/'
RETURN j.arguments AS arguments
"""
)


async def make(tx: Transaction, kind: JobKind, arguments: JobArguments | None = None) -> None:
    """Creates a job within a transaction, unless an equal one is queued already, which will see what the transaction
    writes."""
    asked = arguments or KINDS[kind]()
    queued = [load_arguments(kind, row["arguments"]) for row in await tx.run(WAITING, kind=kind.value)]
    if asked not in queued:
        await tx.run(CREATE, id=uuid4().hex, kind=kind.value, arguments=dump_arguments(kind, asked))


def _job(values: dict[str, Any]) -> Job:
    kind = JobKind(values["kind"])
    return Job(
        id=values["id"],
        kind=kind,
        state=JobState(values["state"]),
        done=values["done"],
        total=values.get("total"),
        message=values.get("message"),
        created_at=datetime.fromtimestamp(values["createdAt"] / 1000, UTC),
        started_at=_time(values.get("startedAt")),
        finished_at=_time(values.get("finishedAt")),
        arguments=load_arguments(kind, values["arguments"]),
        number=values.get("number") or 0,
    )


def _time(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


CLAIMABLE: LiteralString = """
MATCH (j:Job) WHERE j.state IN ['QUEUED', 'RUNNING']
RETURN j.id AS id, j.kind AS kind, j.state = 'RUNNING' AS running, j.owner AS owner, coalesce(j.beats, 0) AS beats
ORDER BY j.number, j.id
"""

CLAIM: LiteralString = (
    _LOCKED
    + """
WHERE j.state = 'QUEUED'
  OR (j.state = 'RUNNING' AND coalesce(j.owner, '') = $before AND coalesce(j.beats, 0) = $beats)
SET j.state = 'RUNNING', j.owner = $owner, j.beats = 0, j.startedAt = coalesce(j.startedAt, timestamp())
WITH j
"""
    + _PLACED
    + "RETURN j {.*} AS job"
)


def _none_abandoned(_: Iterable[Lease]) -> Set[Lease]:
    return frozenset()


async def claim(
    graph: Graph,
    owner: str,
    but: Set[JobKind] = frozenset(),
    abandoned: Callable[[Iterable[Lease]], Set[Lease]] = _none_abandoned,
) -> Job | None:
    """Claims the oldest job that is queued or abandoned and whose kind is not in ``but``. Returns None if there is
    none. ``abandoned`` tells which of the leases are those of processes that have died.

    Jobs of one kind run one after the other, across all processes.
    """
    rows = await graph.read(CLAIMABLE)
    leases = {row["id"]: Lease(row["id"], row["owner"] or "", row["beats"]) for row in rows if row["running"]}
    dead = abandoned(leases.values())
    running = {row["kind"] for row in rows if row["running"] and leases[row["id"]] not in dead}
    running |= {kind.value for kind in but}
    for row in rows:
        lease = leases.get(row["id"])
        if (lease is None or lease in dead) and row["kind"] not in running:
            before = {"before": row["owner"] or "", "beats": row["beats"]}
            claimed = await graph.write(CLAIM, id=row["id"], owner=owner, **before)
            if claimed:
                return _job(claimed[0]["job"])
            running.add(row["kind"])  # another process was faster
    return None


BEAT: LiteralString = (
    _LOCKED
    + """
WHERE j.state = 'RUNNING' AND j.owner = $owner
SET j.beats = coalesce(j.beats, 0) + 1, j.done = $done, j.total = $total, j.message = $message
RETURN j.cancelRequested AS cancel
"""
)


async def beat(graph: Graph, id_: str, owner: str, done: int, total: int | None, message: str | None) -> bool:
    """Records the progress, and renews the lease. Returns whether the job must end, because it was cancelled or another
    process has claimed it."""
    rows = await graph.write(BEAT, id=id_, owner=owner, done=done, total=total, message=message)
    return not rows or bool(rows[0]["cancel"])


FINISH: LiteralString = (
    _LOCKED
    + """
WHERE j.state = 'RUNNING' AND j.owner = $owner
SET j.state = $state, j.finishedAt = timestamp(), j.done = $done, j.total = $total, j.message = $message
WITH j
"""
    + _ENDED
)


async def finish(
    graph: Graph, id_: str, owner: str, state: JobState, done: int, total: int | None, message: str | None
) -> None:
    """Records the final state of a job, unless another process has claimed it."""
    await graph.write(FINISH, id=id_, owner=owner, state=state.value, done=done, total=total, message=message)


RELEASE: LiteralString = (
    _LOCKED
    + """
WHERE j.state = 'RUNNING' AND j.owner = $owner
SET j.finishedAt = CASE WHEN j.cancelRequested THEN timestamp() ELSE j.finishedAt END,
  j.state = CASE WHEN j.cancelRequested THEN 'CANCELLED' ELSE 'QUEUED' END
WITH j
"""
    + _ENDED
)


async def release(graph: Graph, id_: str, owner: str) -> None:
    """Puts an unfinished job back into the queue, because the process stops. If it was cancelled, it ends instead."""
    await graph.write(RELEASE, id=id_, owner=owner)


CANCEL: LiteralString = (
    _LOCKED
    + """
SET j.cancelRequested = j.state IN ['QUEUED', 'RUNNING'],
  j.finishedAt = CASE WHEN j.state = 'QUEUED' THEN timestamp() ELSE j.finishedAt END,
  j.state = CASE WHEN j.state = 'QUEUED' THEN 'CANCELLED' ELSE j.state END
WITH j
"""
    + _ENDED
    + "RETURN j {.*} AS job"
)


async def cancel(graph: Graph, id_: str) -> Job | None:
    """Cancels a job and returns it, or None if it does not exist. A queued job ends at once, a running one at its next
    step, and a finished one stays as it is."""
    rows = await graph.write(CANCEL, id=id_)
    return _job(rows[0]["job"]) if rows else None


BY_ID: LiteralString = "UNWIND $ids AS id MATCH (j:Job {id: id}) RETURN j {.*} AS job"


async def by_id(graph: Graph, ids: Sequence[str]) -> dict[str, Job]:
    """Returns the jobs that exist, by id."""
    found = [_job(row["job"]) for row in await graph.read(BY_ID, ids=list(ids))]
    return {job.id: job for job in found}


async def get(graph: Graph, id_: str) -> Job | None:
    """Returns the job with this id, or None if it does not exist."""
    return (await by_id(graph, [id_])).get(id_)


_NEWEST: LiteralString = "RETURN j {.*} AS job ORDER BY j.rank DESC LIMIT $limit"
_OLDEST: LiteralString = "RETURN j {.*} AS job ORDER BY j.rank LIMIT $limit"
_ALL: LiteralString = "MATCH (j:Job) WHERE j.rank > $after AND j.rank < $before "
_IN_STATE: LiteralString = "MATCH (j:Job) WHERE j.place > $after AND j.place < $before "

PAGE: LiteralString = _ALL + _NEWEST
PAGE_FROM_END: LiteralString = _ALL + _OLDEST
PAGE_IN_STATE: LiteralString = _IN_STATE + _NEWEST
PAGE_IN_STATE_FROM_END: LiteralString = _IN_STATE + _OLDEST

_SCALE = RankScale(9)

NEWEST: LiteralString = "MATCH (m:Meta {name: 'jobs'}) RETURN m.value AS number"

# The engines answer both without visiting each job.
COUNT: LiteralString = "MATCH (j:Job) RETURN count(j) AS n"
COUNT_IN_STATE: LiteralString = "MATCH (j:Job {state: $state}) RETURN count(j) AS n"


async def page(graph: Graph, state: JobState | None, stretch: Stretch) -> list[Job]:
    """Returns a part of the jobs, newest first. The keys are (number, id)."""
    found: list[Job] = []
    queries = (PAGE, PAGE_FROM_END) if state is None else (PAGE_IN_STATE, PAGE_IN_STATE_FROM_END)
    query, prefix = queries[stretch.from_end], "" if state is None else f"{state.value}/"

    async def read(after: str, before: str, limit: int) -> list[str]:
        rows = await graph.read(query, after=prefix + after, before=prefix + before, limit=limit)
        found.extend(_job(row["job"]) for row in rows)
        return [row["job"]["rank"] for row in rows]

    # Ranks ascend from the oldest job, and the list begins at the newest one.
    after = _rank(stretch.before) if stretch.before is not None else BEFORE_ALL
    before = _rank(stretch.after) if stretch.after is not None else AFTER_ALL
    rows = await graph.read(NEWEST)
    end = int(rows[0]["number"]) + 1 if rows else 0
    # All jobs are counted at once, and those in a state one by one. Where these are few, the windows grow. The second
    # region has the jobs that are queued meanwhile, which would be missed beside others that end meanwhile.
    regions = [RankRegion(0, end, await count(graph, None)), RankRegion(end, _MOST + 1, 1)]
    await _SCALE.read(read, regions, after, before, stretch.limit, not stretch.from_end)
    return found


def _rank(key: Key) -> str:
    number, id_ = key
    return _SCALE.rank(min(max(number, 0), _MOST), id_)


async def in_state(graph: Graph, state: JobState, limit: int) -> list[Job]:
    """Returns the newest jobs in this state."""
    return await page(graph, state, Stretch(None, None, limit, from_end=False))


async def count(graph: Graph, state: JobState | None) -> int:
    """Returns the number of jobs in this state, or of all jobs if it is None."""
    rows = await (graph.read(COUNT) if state is None else graph.read(COUNT_IN_STATE, state=state.value))
    return int(rows[0]["n"])


UNFINISHED: LiteralString = """
MATCH (j:Job) WHERE j.state IN ['QUEUED', 'RUNNING'] RETURN j {.*} AS job ORDER BY j.number, j.id
"""


async def unfinished(graph: Graph) -> list[Job]:
    """Returns the jobs that are queued or running, oldest first."""
    return [_job(row["job"]) for row in await graph.read(UNFINISHED)]


ENDED: LiteralString = "MATCH (j:Job) WHERE j.ended > $after AND j.ended < $before RETURN j {.*} AS job"


async def unfinished_or_since(graph: Graph, since_ms: int) -> list[Job]:
    """Returns the jobs that are queued, are running, or have ended since the given time (ms since the epoch)."""
    open_jobs = await unfinished(graph)  # first, so that one that ends meanwhile is among the others
    ended = [
        _job(row["job"]) for row in await graph.read(ENDED, after=f"{max(since_ms - 1, 0):013d}", before=AFTER_ALL)
    ]
    return sorted({job.id: job for job in (*open_jobs, *ended)}.values(), key=lambda job: (job.created_at, job.id))


UNDONE: LiteralString = """
MATCH (j:Job) WHERE j.state IN ['FAILED', 'CANCELLED']
WITH j WHERE j.kind = $kind
RETURN j {.*} AS job ORDER BY j.createdAt DESC, j.id DESC LIMIT $limit
"""


async def undone(graph: Graph, kind: JobKind, limit: int) -> list[Job]:
    """Returns up to ``limit`` jobs of this kind that failed or were cancelled, newest first."""
    return [_job(row["job"]) for row in await graph.read(UNDONE, kind=kind.value, limit=limit)]


PRUNE: LiteralString = """
MATCH (j:Job) WHERE j.finishedAt < timestamp() - $age AND NOT EXISTS { (:Failure)-[:SEEN_BY]->(j) }
WITH j LIMIT 1000 DETACH DELETE j RETURN count(*) AS gone
"""


async def prune(graph: Graph, days: float) -> None:
    """Deletes jobs that finished more than ``days`` ago, except those to which failures still refer."""
    while (await graph.write(PRUNE, age=round(days * 86_400_000)))[0]["gone"]:
        pass
