"""Jobs of libraries that tests put into a graph without running anything."""

from __future__ import annotations

from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.model.job_arguments import KINDS, JobArguments, dump_arguments
from photos_graph.model.jobs import JobKind, JobState


async def ended_job(graph: Graph, id_: str, kind: JobKind, arguments: JobArguments | None = None) -> None:
    """Creates a job that has succeeded. A job that is queued would be run by a service that has this graph, as soon as
    it looks for work, and a scan of a made library then changes what the test put there."""
    text = dump_arguments(kind, arguments or KINDS[kind]())

    async def work(tx: Transaction) -> None:
        await tx.run(jobs.CREATE, id=id_, kind=kind.value, arguments=text)
        await tx.run(jobs.CLAIM, id=id_, owner="made", before="", beats=0)
        end = {"state": JobState.SUCCEEDED.value, "done": 0, "total": None, "message": None}
        await tx.run(jobs.FINISH, id=id_, owner="made", **end)

    await graph.transaction(work)
