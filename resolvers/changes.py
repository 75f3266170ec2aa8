"""What a call changed, and taking it back."""

from __future__ import annotations

import strawberry

from photos_graph import model
from resolvers import ids
from resolvers.context import Info
from resolvers.permissions import CanEdit


@strawberry.type
class BulkResult:
    matched: int = strawberry.field(description="Photos, or faces, that the call reaches.")
    changed: int
    change: strawberry.ID | None = strawberry.field(description="For `undo`; null where nothing changed.")

    @classmethod
    def of(cls, result: model.BulkResult) -> BulkResult:
        change = ids.encode("Change", result.change_id) if result.change_id is not None else None
        return cls(matched=result.matched, changed=result.changed, change=change)


@strawberry.type
class ChangeMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit], description="Any BulkResult with a change id; undoing the undo does it again."
    )
    async def undo(self, info: Info, change: strawberry.ID) -> BulkResult:
        changes, viewer = info.context.services.changes, info.context.known_viewer
        return BulkResult.of(await changes.undo(ids.decode("Change", change), by=viewer.name))
