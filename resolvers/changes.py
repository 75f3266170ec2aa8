"""What a call changed, and how to undo it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from photos_graph.model import labels as label_model
from resolvers import ids
from resolvers.context import Info
from resolvers.permissions import CanEdit


@strawberry.type(description="What a call that changes many photos, folders or faces has done.")
class BulkResult:
    matched: int = strawberry.field(description="The number of photos, or of faces, that the call applies to.")
    changed: int = strawberry.field(
        description="The number of those photos, or faces, that the call changed, or would change in a dry run."
    )
    change: strawberry.ID | None = strawberry.field(
        description="The id of the change, to be passed to `undo`. It is null if nothing changed or in a dry run."
    )

    @classmethod
    def of(cls, result: label_model.BulkResult) -> BulkResult:
        change = ids.encode("Change", result.change_id) if result.change_id is not None else None
        return cls(matched=result.matched, changed=result.changed, change=change)


@strawberry.type
class ChangeMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Undoes a change. The undo is itself a change, so that it can be undone in turn. Photos, folders "
        "and faces that were forgotten since are skipped. Fails with NOT_FOUND if the change is not known, and with "
        "CONFLICT, changing nothing, if it was undone before or if one of its labels was changed again since.",
    )
    async def undo(
        self,
        info: Info,
        change: Annotated[strawberry.ID, strawberry.argument(description="The `change` of a BulkResult.")],
    ) -> BulkResult:
        changes, viewer = info.context.services.changes, info.context.known_viewer
        return BulkResult.of(await changes.undo(ids.decode("Change", change), by=viewer.name))
