"""The objects that a change concerns, for the answers of mutations and for the list of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry
from strawberry import UNSET

from photos_graph.services.changed_objects import TouchedObjects
from resolvers import ids
from resolvers.connections import First, page_size
from resolvers.context import Info
from resolvers.limits import counted

if TYPE_CHECKING:
    from resolvers.albums import Album
    from resolvers.faces import Face
    from resolvers.folders import Folder
    from resolvers.persons import Person
    from resolvers.photos import Photo
    from resolvers.tags import Tag
    from resolvers.trips import Trip

MOST_LABELS = 100  # tags, persons or albums in one answer

T = TypeVar("T")


@strawberry.type
class TouchedFields:
    """What has these fields derives from it. ``change_of`` is the id of the change, or None if nothing was changed.
    ``answered`` has the ids of the items of the review queue that the call answered."""

    change_of: strawberry.Private[str | None]
    answered: strawberry.Private[Sequence[strawberry.ID]] = ()

    @strawberry.field(
        description="The photos that were changed, or to which faces were added or of which faces were "
        "deleted, up to the number that is asked for."
    )
    async def photos(
        self, info: Info, first: First = UNSET
    ) -> list[Annotated[Photo, strawberry.lazy("resolvers.photos")]]:
        from resolvers.photos import load_photo

        return await loaded(info, load_photo, (await self._touched(info)).photos[: page_size(first)])

    @strawberry.field(description="The faces that were changed, up to the number that is asked for.")
    async def faces(
        self, info: Info, first: First = UNSET
    ) -> list[Annotated[Face, strawberry.lazy("resolvers.faces")]]:
        from resolvers.faces import load_face

        return await loaded(info, load_face, (await self._touched(info)).faces[: page_size(first)])

    @strawberry.field(description="The folders that were changed, up to the number that is asked for.")
    async def folders(
        self, info: Info, first: First = UNSET
    ) -> list[Annotated[Folder, strawberry.lazy("resolvers.folders")]]:
        from resolvers.folders import load_folder

        return await loaded(info, load_folder, (await self._touched(info)).folders[: page_size(first)])

    @strawberry.field(description="The tags that were changed, or that photos or folders got or lost; up to 100.")
    async def tags(self, info: Info) -> list[Annotated[Tag, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import load_tag

        wanted = (await self._touched(info)).tags[:MOST_LABELS]
        return await loaded(info, load_tag, counted(info, lambda: wanted))

    @strawberry.field(description="The persons who were changed, or to whom faces were assigned or denied; up to 100.")
    async def persons(self, info: Info) -> list[Annotated[Person, strawberry.lazy("resolvers.persons")]]:
        from resolvers.persons import load_person

        wanted = (await self._touched(info)).persons[:MOST_LABELS]
        return await loaded(info, load_person, counted(info, lambda: wanted))

    @strawberry.field(
        description="The albums that were changed, or that photos were put into or taken out of; up to 100."
    )
    async def albums(self, info: Info) -> list[Annotated[Album, strawberry.lazy("resolvers.albums")]]:
        from resolvers.albums import load_album

        wanted = (await self._touched(info)).albums[:MOST_LABELS]
        return await loaded(info, load_album, counted(info, lambda: wanted))

    @strawberry.field(description="The trips that were renamed; up to 100.")
    async def trips(self, info: Info) -> list[Annotated[Trip, strawberry.lazy("resolvers.trips")]]:
        from resolvers.trips import load_trip

        wanted = (await self._touched(info)).trips[:MOST_LABELS]
        return await loaded(info, load_trip, counted(info, lambda: wanted))

    @strawberry.field(
        description="The ids of what is gone from lists: tags, persons, faces and albums that were deleted, clusters "
        "of the faces that were changed, if no face in them is without a name any more, and, in the answers of "
        "`confirm`, `reject` and `skip`, the items of the review queue."
    )
    async def deleted_ids(self, info: Info) -> list[strawberry.ID]:
        return [*deleted_ids(await self._touched(info)), *dict.fromkeys(self.answered)]

    async def _touched(self, info: Info) -> TouchedObjects:
        if self.change_of is None:
            return TouchedObjects()
        return await info.context.loaders.touched.load(self.change_of)


def deleted_ids(touched: TouchedObjects) -> list[strawberry.ID]:
    return [
        *(ids.encode("Tag", each) for each in touched.deleted_tags),
        *(ids.encode("Person", each) for each in touched.deleted_persons),
        *(ids.encode("Face", each) for each in touched.deleted_faces),
        *(ids.encode("FaceCluster", each) for each in touched.empty_clusters),
        *(ids.encode("Album", each) for each in touched.deleted_albums),
    ]


async def loaded(
    info: Info, load: Callable[[Info, str], Awaitable[T | None] | T | None], wanted: Sequence[str]
) -> list[T]:
    """Loads all of them together. Those that are not there any more are left out."""

    async def one(id_: str) -> T | None:
        found = load(info, id_)
        return await found if isawaitable(found) else found

    return [each for each in await asyncio.gather(*map(one, wanted)) if each is not None]
