"""What a call changed, how to undo it, and the list of what was changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import changes as change_model
from photos_graph.model import labels as label_model
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.permissions import CanEdit, CanView
from resolvers.touched import TouchedFields, deleted_ids

if TYPE_CHECKING:
    from resolvers.schema import Query

CHANGE = "The id of the change, to be passed to `undo`, in the answer of a mutation that changed this; otherwise null."


def change_id(ours: str | None) -> strawberry.ID | None:
    return ids.encode("Change", ours) if ours is not None else None


def deleted(info: Info, result: label_model.BulkResult) -> bool:
    """Whether something was deleted. Its change is kept for ``lastDeletion`` and ``deletedIds``."""
    if result.change_id is None:
        return False
    info.context.deletions.append(result.change_id)
    return True


@strawberry.type(description="What a call that changes many photos, folders or faces has done.")
class BulkResult(TouchedFields):
    matched: int = strawberry.field(description="The number of photos, or of faces, that the call applies to.")
    changed: int = strawberry.field(
        description="The number of those photos, or faces, that the call changed, or would change in a dry run."
    )
    kept: int = strawberry.field(
        description="The number of those photos that `confirmTags` and `rejectTags` leave as they are, because people "
        "or folders gave them a tag that is rejected, or people took a tag from them that is confirmed."
    )
    change: strawberry.ID | None = strawberry.field(
        description="The id of the change, to be passed to `undo`. It is null if nothing changed or in a dry run."
    )
    is_complete: bool = strawberry.field(
        description="Whether everything is done. If it is false, the call took half of the time that an operation may, "
        "and the service does the rest in the background: `changed` counts what was done until then, the `change` has "
        "that id in `changes`, and its `undo` waits until it is complete. If the rest fails, the log says why: an undo "
        "then has changed nothing and does not appear in `changes`, and other changes keep what was done until then."
    )

    @classmethod
    def of(cls, result: label_model.BulkResult, answered: Sequence[strawberry.ID] = ()) -> BulkResult:
        return cls(
            matched=result.matched,
            changed=result.changed,
            kept=result.kept,
            change=change_id(result.change_id),
            is_complete=result.is_complete,
            change_of=result.change_id,
            answered=answered,
        )

    @strawberry.field(description="The queries, so that the answer has what the call changed elsewhere.")
    def query(self) -> Annotated[Query, strawberry.lazy("resolvers.schema")] | None:
        from resolvers.schema import Query

        return Query()


@strawberry.type(
    description="A change of labels, persons, tags, albums or names of trips, which can be undone unless it was undone "
    "already. Old changes are forgotten: the setting `labels.keep_changes` says how many are kept."
)
class ChangeRecord(Node, TouchedFields):
    kind: str = strawberry.field(
        description='What was done, for example "TAG_PHOTOS". More kinds may come with later versions.'
    )
    at: datetime = strawberry.field(description="When it was done.")
    by: str = strawberry.field(description="The name of the viewer who did it, which is empty for a scan.")
    summary: str = strawberry.field(
        description='A sentence in English about the change, such as "Tagged 122 photos with Abruzzo.", for people.'
    )
    changed: int = strawberry.field(
        description="The number of photos, or of faces, that it changed. If it concerns neither, it is the number of "
        "folders, persons, tags, albums or trips."
    )
    undone: bool = strawberry.field(description="Whether the change was undone, and is not in effect again since.")

    @classmethod
    def of(cls, change: change_model.ChangeRecord) -> ChangeRecord:
        return cls(
            id=ids.encode("Change", change.id),
            kind=change.kind,
            at=change.at,
            by=change.by,
            summary=change.summary,
            changed=change.changed,
            undone=change.undone,
            change_of=change.id,
        )


async def load_change(info: Info, id: str) -> ChangeRecord | None:
    found = await info.context.loaders.changes.load(id)
    return ChangeRecord.of(found) if found is not None else None


@strawberry.type
class ChangeQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="All changes of labels, persons, tags, albums and names of trips that are kept, newest first. An "
        "undo is a change too.",
    )
    async def changes(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ChangeRecord]:
        history, (first, last) = info.context.services.history, page_sizes(first, last)
        return connection(await history.page(first, given(after), last, given(before)), ChangeRecord.of)


@strawberry.type
class ChangeSubscriptions:
    @strawberry.subscription(
        permission_classes=[CanView],
        description="Sends each change of labels, persons, tags and albums that is made from now on, by any client or "
        "job, so that another window can follow. The other queries know of it when it is sent. A large change is "
        "written in portions, and is sent again after each: `changed` is larger then. It never completes by itself.",
    )
    async def changes(self, info: Info) -> AsyncGenerator[ChangeRecord, None]:
        async for change in info.context.services.history.watch():
            yield ChangeRecord.of(change)


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

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="The id of the change that the last deletion in the same request made, to be passed to `undo`. The "
        "answers of `deleteTag` and `deletePerson` have no place for it: ask for it after them. It is null if nothing "
        "was deleted.",
    )
    def last_deletion(self, info: Info) -> strawberry.ID | None:
        deletions = info.context.deletions
        return change_id(deletions[-1] if deletions else None)

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="The ids of what `deleteTag`, `mergeTags`, `deletePerson`, `deleteAlbum` or `removeRoot` deleted "
        "in the same request, to be removed from the store of a client: ask for it after them.",
    )
    async def deleted_ids(self, info: Info) -> list[strawberry.ID]:
        context = info.context
        touched = await context.loaders.touched.load_many([*context.deletions, *context.merges])
        return [*context.removed, *(each for change in touched for each in deleted_ids(change))]
