"""Jobs: long tasks that are started, watched, cancelled and retried."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import jobs as job_model
from photos_graph.model.access import Role
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.enums import JobKind, JobState
from resolvers.library import Failure, failure_page
from resolvers.permissions import NULL_FOR_EDITORS, CanEdit, IsOwner

JobId = Annotated[strawberry.ID, strawberry.argument(description="The id of the job.")]


@strawberry.type(
    description="A long task that runs in the background. Only one job of each kind runs at a time, and a job that was "
    "interrupted continues where it stopped."
)
class Job(Node):
    own: strawberry.Private[job_model.Job]
    kind: JobKind = strawberry.field(description="What the job does.")
    state: JobState = strawberry.field(description="The state of the job.")
    done: int = strawberry.field(description="How many items, such as files, photos or faces, are done.")
    total: int | None = strawberry.field(description="How many items there are, or null while this is not known.")
    created_at: datetime = strawberry.field(description="When the job was queued.")
    started_at: datetime | None = strawberry.field(description="When the job started to run, or null before that.")
    finished_at: datetime | None = strawberry.field(description="When the job ended, or null before that.")

    @strawberry.field(
        description="What the job is doing; at its end, a sentence about the result or the error. It is null for "
        "editors, because it may name folders of the server.",
        metadata=NULL_FOR_EDITORS,
    )
    def message(self, info: Info) -> str | None:
        return self.own.message if info.context.known_viewer.may(Role.OWNER) else None

    @strawberry.field(
        description="The address of the dashboard of the Dask cluster that does the work of this job now. It is null "
        "if the service does the work by itself, and for editors, because it names a machine of the network.",
        metadata=NULL_FOR_EDITORS,
    )
    def dashboard(self, info: Info) -> str | None:
        runs = self.own.state is job_model.JobState.RUNNING and self.own.kind in job_model.SPREAD
        may = info.context.known_viewer.may(Role.OWNER)
        return info.context.services.executor.dashboard if runs and may else None

    @strawberry.field(description="The files on which this job failed.")
    async def failures(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Failure]:
        return await failure_page(info, first, after, last, before, self.own.id)

    @classmethod
    def of(cls, job: job_model.Job) -> Job:
        return cls(
            own=job,
            id=ids.encode("Job", job.id),
            kind=job.kind,
            state=job.state,
            done=job.done,
            total=job.total,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


async def load_job(info: Info, id: str) -> Job | None:
    job = await info.context.loaders.jobs.load(id)
    return Job.of(job) if job is not None else None


@strawberry.type
class JobQueries:
    @strawberry.field(permission_classes=[CanEdit], description="All jobs, newest first. Requires the role EDITOR.")
    async def jobs(
        self,
        info: Info,
        state: Annotated[
            JobState | None,
            strawberry.argument(
                description="Returns only jobs in this state. Jobs in all states are returned by default."
            ),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Job]:
        jobs, (first, last) = info.context.services.jobs, page_sizes(first, last)
        return connection(await jobs.page(given(state), first, given(after), last, given(before)), Job.of)

    @strawberry.field(
        permission_classes=[CanEdit],
        description="Finds a job by its id. Returns null if there is none. Requires the role EDITOR.",
    )
    async def job(self, info: Info, id: JobId) -> Job | None:
        return await load_job(info, ids.decode("Job", id))


@strawberry.type
class JobMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a scan of a root, of a folder or, by default, of the whole library. If an equal scan is "
        "already queued, that job is returned. Fails with NOT_FOUND if the root or folder is not known. "
        "Requires the role OWNER.",
    )
    async def scan(
        self,
        info: Info,
        root_id: Annotated[
            strawberry.ID | None, strawberry.argument(name="root", description="The id of the root to scan.")
        ] = UNSET,
        folder_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                name="folder", description="The id of the folder to scan. It takes precedence over `root`."
            ),
        ] = UNSET,
        accept_missing: Annotated[
            bool,
            strawberry.argument(
                description="Whether to mark files as missing no matter how many are gone. By default a scan marks "
                "none if more than the share `library.missing_limit` of a root is gone, because the disk may be half "
                "mounted."
            ),
        ] = False,
        reread: Annotated[
            bool,
            strawberry.argument(
                description="Whether to read all files of the root or folder again, whatever their size and time say. "
                "Labels that people gave stay."
            ),
        ] = False,
    ) -> Job:
        root, folder = ids.decode_given("Root", root_id), ids.decode_given("Folder", folder_id)
        roots = [root] if root is not None else []
        scan = info.context.services.jobs.scan
        return Job.of(await scan(*roots, folder_id=folder, accept_missing=accept_missing, reread=reread))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a job that removes a root as `removeRoot` does, for roots with many photos. The job "
        "resumes after a restart. If it is cancelled, the root stays, and is scanned again. Requires the role OWNER. "
        "Fails with NOT_FOUND if the root is not known.",
    )
    async def start_root_removal(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the root.")]
    ) -> Job:
        return Job.of(await info.context.services.roots.start_removal(ids.decode("Root", id)))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Cancels a job. A queued job ends at once, and a running one at its next step; a job that has "
        "ended stays as it is. Fails with NOT_FOUND if the job is not known. Requires the role OWNER.",
    )
    async def cancel_job(self, info: Info, id: JobId) -> Job:
        return Job.of(await info.context.services.jobs.cancel(ids.decode("Job", id)))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a scan that reads again the files that failed. Fails with NOT_FOUND if the job is not "
        "known. Requires the role OWNER.",
    )
    async def retry_failures(
        self,
        info: Info,
        job: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Retries only the failures of this job. The failures of all jobs are retried by default."
            ),
        ] = UNSET,
    ) -> Job:
        return Job.of(await info.context.services.jobs.retry_failures(ids.decode_given("Job", job)))


@strawberry.type
class JobSubscriptions:
    @strawberry.subscription(
        permission_classes=[CanEdit],
        description="Sends a job whenever it makes progress, and completes after its end. Fails with NOT_FOUND if the "
        "job is not known. Requires the role EDITOR.",
    )
    async def job(self, info: Info, id: JobId) -> AsyncGenerator[Job, None]:
        async for step in info.context.services.jobs.watch(ids.decode("Job", id)):
            yield Job.of(step)

    @strawberry.subscription(
        permission_classes=[CanEdit],
        description="Sends any job whenever it makes progress, starting with those that are queued or running. It "
        "never completes by itself. Requires the role EDITOR.",
    )
    async def jobs(self, info: Info) -> AsyncGenerator[Job, None]:
        async for step in info.context.services.jobs.watch_all():
            yield Job.of(step)
