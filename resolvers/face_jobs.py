"""Looking for faces, and grouping them: jobs."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from resolvers import ids
from resolvers.connections import given
from resolvers.context import Info
from resolvers.jobs import Job
from resolvers.permissions import CanEdit


@strawberry.type
class FaceJobMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="In these photos, once more if need be; without any, in all that were not looked at yet.",
    )
    async def find_faces(self, info: Info, photos: list[strawberry.ID] | None = UNSET) -> Job:
        wanted = given(photos)
        photo_ids = None if wanted is None else [ids.decode("Photo", id_) for id_ in wanted]
        return Job.of(await info.context.services.face_triggers.find(photo_ids))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="All clusters anew. What people said stays; new faces join clusters and persons without it.",
    )
    async def cluster_faces(self, info: Info) -> Job:
        return Job.of(await info.context.services.face_triggers.group())
