"""Long tasks: asked for, watched, cancelled, tried again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from resolvers import ids
from resolvers.connections import Connection, Node, connection, given, page_size
from resolvers.context import Info
from resolvers.library import Failure, failure_page
from resolvers.permissions import CanEdit, CanView

strawberry.enum(model.JobKind)
strawberry.enum(model.JobState)


@strawberry.type
class Job(Node):
    own: strawberry.Private[model.Job]
    kind: model.JobKind
    state: model.JobState
    done: int
    total: int | None
    message: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @strawberry.field
    async def failures(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> Connection[Failure]:
        return await failure_page(info, first, after, self.own.id)

    @classmethod
    def of(cls, job: model.Job) -> Job:
        return cls(
            own=job,
            id=ids.encode("Job", job.id),
            kind=job.kind,
            state=job.state,
            done=job.done,
            total=job.total,
            message=job.message,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


async def load_job(info: Info, id: str) -> Job | None:
    job = await info.context.services.jobs.get(id)
    return Job.of(job) if job is not None else None


@strawberry.type
class JobQueries:
    @strawberry.field(permission_classes=[CanView], description="Newest first.")
    async def jobs(
        self,
        info: Info,
        state: model.JobState | None = UNSET,
        first: int | None = UNSET,
        after: str | None = UNSET,
    ) -> Connection[Job]:
        jobs = info.context.services.jobs
        return connection(await jobs.page(given(state), page_size(first), given(after)), Job.of)

    @strawberry.field(permission_classes=[CanView])
    async def job(self, info: Info, id: strawberry.ID) -> Job | None:
        return await load_job(info, ids.decode("Job", id))


@strawberry.type
class JobMutations:
    @strawberry.mutation(permission_classes=[CanEdit], description="Of a root, a folder, or everything.")
    async def scan(
        self,
        info: Info,
        root_id: Annotated[strawberry.ID | None, strawberry.argument(name="root")] = UNSET,
        folder_id: Annotated[strawberry.ID | None, strawberry.argument(name="folder")] = UNSET,
        accept_missing: Annotated[
            bool, strawberry.argument(description="Mark files as missing, however many of a root's are gone.")
        ] = False,
    ) -> Job:
        root, folder = ids.decode_given("Root", root_id), ids.decode_given("Folder", folder_id)
        roots = [root] if root is not None else []
        scan = info.context.services.jobs.scan
        return Job.of(await scan(*roots, folder_id=folder, accept_missing=accept_missing))

    @strawberry.mutation(permission_classes=[CanEdit])
    async def cancel_job(self, info: Info, id: strawberry.ID) -> Job:
        return Job.of(await info.context.services.jobs.cancel(ids.decode("Job", id)))

    @strawberry.mutation(permission_classes=[CanEdit], description="Reads again what failed: in that job, or ever.")
    async def retry_failures(self, info: Info, job: strawberry.ID | None = UNSET) -> Job:
        return Job.of(await info.context.services.jobs.retry_failures(ids.decode_given("Job", job)))


@strawberry.type
class JobSubscriptions:
    @strawberry.subscription(permission_classes=[CanView], description="Each step, then the end.")
    async def job(self, info: Info, id: strawberry.ID) -> AsyncGenerator[Job, None]:
        async for step in info.context.services.jobs.watch(ids.decode("Job", id)):
            yield Job.of(step)

    @strawberry.subscription(permission_classes=[CanView], description="Each step of every job.")
    async def jobs(self, info: Info) -> AsyncGenerator[Job, None]:
        async for step in info.context.services.jobs.watch_all():
            yield Job.of(step)
