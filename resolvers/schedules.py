"""Schedules: when models are trained without being asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import learning as learning_model
from resolvers.connections import given
from resolvers.context import Info
from resolvers.enums import ModelKind
from resolvers.permissions import CanEdit, IsOwner


@strawberry.type(
    description="When the models of a kind are trained without being asked: at the times of a cron expression, and "
    "after as many corrections as the setting `learn.corrections` says."
)
class Schedule:
    kind: ModelKind = strawberry.field(description="What the models predict.")
    cron: str | None = strawberry.field(
        description='The cron expression, in the time zone of the server, for example "30 3 * * 1". It is null if the '
        "clock does not start a training."
    )
    next_at: datetime | None = strawberry.field(
        description="When the clock starts the next training, or null without a cron expression."
    )
    corrections: int = strawberry.field(
        description="The number of photos, folders or faces whose labels were edited since the last training."
    )

    @classmethod
    def of(cls, own: learning_model.Schedule) -> Schedule:
        return cls(kind=own.kind, cron=own.cron, next_at=own.next_at, corrections=own.corrections)


@strawberry.type
class ScheduleQueries:
    @strawberry.field(
        permission_classes=[CanEdit], description="The schedules, one for each kind of model. Requires the role EDITOR."
    )
    async def schedules(self, info: Info) -> list[Schedule]:
        return [Schedule.of(each) for each in await info.context.services.schedules.all()]


@strawberry.type
class ScheduleMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Sets the times when the models of a kind are trained. Returns whether there is a cron expression "
        "now. Fails with BAD_INPUT if the expression is not valid or never comes true. Requires the role OWNER.",
    )
    async def set_schedule(
        self,
        info: Info,
        kind: Annotated[ModelKind, strawberry.argument(description="What the models predict.")],
        cron: Annotated[
            str | None,
            strawberry.argument(
                description="A cron expression of five fields: minute, hour, day of the month, month, day of the week. "
                'For example "30 3 * * 1" is every Monday at 3:30. Null, the default, stops training by the clock.'
            ),
        ] = UNSET,
    ) -> bool:
        return await info.context.services.schedules.set(kind, given(cron))
