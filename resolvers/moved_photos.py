"""Photos that came into the library and photos that left it, for windows that show them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.services.photo_watch import PhotosMoved
from resolvers import ids
from resolvers.connections import First, page_size
from resolvers.context import Info
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo
from resolvers.touched import loaded

if TYPE_CHECKING:
    from resolvers.schema import Query


@strawberry.type(
    description="Photos that lists have now and did not have before, and those that they have no longer, whether by a "
    "scan or otherwise."
)
class PhotoChange:
    moved: strawberry.Private[PhotosMoved]
    added_count: int = strawberry.field(description="The number of photos that were added.")
    deleted_count: int = strawberry.field(description="The number of photos that are gone.")
    is_complete: bool = strawberry.field(
        description="Whether `added` and `deletedIds` name these photos. If more than 500 were added or are gone, they "
        "are empty: ask for the lists again."
    )

    @strawberry.field(
        description="The photos that were added, up to the number that is asked for: with `first: 500`, all photos of "
        "an event that is complete."
    )
    async def added(self, info: Info, first: First = UNSET) -> list[Photo]:
        return await loaded(info, load_photo, self.moved.added[: page_size(first)])

    @strawberry.field(description="The ids of the photos that are gone, to be removed from the store of a client.")
    def deleted_ids(self) -> list[strawberry.ID]:
        return [ids.encode("Photo", each) for each in self.moved.gone]

    @strawberry.field(description="The queries, so that the event has what changed elsewhere, such as counts.")
    def query(self) -> Annotated[Query, strawberry.lazy("resolvers.schema")] | None:
        from resolvers.schema import Query

        return Query()

    @classmethod
    def of(cls, moved: PhotosMoved) -> PhotoChange:
        return cls(
            moved=moved,
            added_count=moved.added_count,
            deleted_count=moved.gone_count,
            is_complete=moved.is_complete,
        )


@strawberry.type
class PhotoSubscriptions:
    @strawberry.subscription(
        permission_classes=[CanView],
        description="Tells which photos are added and which are gone from now on, by any scan or client, so that "
        "another window can follow. Everything that happens within a second is one event, and after an event that is "
        "not complete there is none for ten seconds. The queries know of it when it is sent. It never completes by "
        "itself.",
    )
    async def photo_changes(self, info: Info) -> AsyncGenerator[PhotoChange, None]:
        async for moved in info.context.services.photo_watch.watch():
            yield PhotoChange.of(moved)
