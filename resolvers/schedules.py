"""When models are trained by themselves."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import UNSET

from photos_graph import model
from resolvers.connections import given
from resolvers.context import Info
from resolvers.permissions import CanEdit, CanView


@strawberry.type(description="When a model is trained by itself: by the clock, and when enough was corrected.")
class Schedule:
    kind: model.ModelKind
    cron: str | None = strawberry.field(description="In the time zone of the server; null: not by the clock.")
    next_at: datetime | None
    corrections: int = strawberry.field(
        description="Photos, folders or faces of which people said something since the last training."
    )

    @classmethod
    def of(cls, own: model.Schedule) -> Schedule:
        return cls(kind=own.kind, cron=own.cron, next_at=own.next_at, corrections=own.corrections)


@strawberry.type
class ScheduleQueries:
    @strawberry.field(permission_classes=[CanView], description="One of each kind.")
    async def schedules(self, info: Info) -> list[Schedule]:
        return [Schedule.of(each) for each in await info.context.services.schedules.all()]


@strawberry.type
class ScheduleMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Five fields, as cron has them: minute, hour, day of the month, month, day of the week; null: not "
        "by the clock. Whether it is by the clock from now on. What cannot be read: BAD_INPUT.",
    )
    async def set_schedule(self, info: Info, kind: model.ModelKind, cron: str | None = UNSET) -> bool:
        return await info.context.services.schedules.set(kind, given(cron))
