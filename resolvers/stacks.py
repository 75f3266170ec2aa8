"""Stacks: photos that belong together and are one entry in lists."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import stacks as stack_model
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import Node, still_there
from resolvers.context import Info
from resolvers.enums import StackKind
from resolvers.limits import counted
from resolvers.permissions import CanEdit
from resolvers.photos import Photo, PhotoIds, load_photo


@strawberry.type(
    description="Photos that belong together, such as a raw file and its JPEG or the shots of a burst. Lists show one "
    "photo for them. Labels that are given to one of them are given to all."
)
class Stack(Node):
    own: strawberry.Private[stack_model.Stack]
    kind: StackKind = strawberry.field(description="Why the photos belong together.")

    @strawberry.field(description="The photo that lists show for the stack.")
    async def cover(self, info: Info) -> Photo:
        return still_there(await load_photo(info, self.own.photo_ids[0]))

    @strawberry.field(description="The photos of the stack, the cover first. A very long list fails with TOO_COMPLEX.")
    async def photos(self, info: Info) -> list[Photo]:
        photo_ids = counted(info, lambda: self.own.photo_ids)
        found = await info.context.loaders.photos.load_many(photo_ids)
        return [Photo.of(photo) for photo in found if photo is not None]

    @classmethod
    def of(cls, stack: stack_model.Stack) -> Stack:
        return cls(own=stack, id=ids.encode("Stack", stack.id), kind=stack.kind)


async def load_stack(info: Info, id: str) -> Stack | None:
    found = await info.context.loaders.stacks.load(id)
    return Stack.of(found) if found is not None else None


@strawberry.type
class StackMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Makes one stack of photos, together with all photos of the stacks that they are in. A scan never "
        "changes it again. For photos that are in one stack already, this only chooses the cover. Fails with BAD_INPUT "
        "for fewer than two photos, and with NOT_FOUND, changing nothing, if one of the photos is not known.",
    )
    async def stack_photos(
        self,
        info: Info,
        photos: PhotoIds,
        cover: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The photo that lists show, by default the first one. It must be one of the photos."
            ),
        ] = UNSET,
    ) -> BulkResult:
        editing, viewer = info.context.services.stack_editing, info.context.known_viewer
        result = await editing.stack(ids.decode_all("Photo", photos), ids.decode_given("Photo", cover), by=viewer.name)
        return BulkResult.of(result)

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Takes photos out of their stacks. A stack of which a single photo is left ends. A scan never "
        "stacks these photos again. Fails with BAD_INPUT if there are too many photos, and with NOT_FOUND, changing "
        "nothing, if one of the photos is not known.",
    )
    async def unstack_photos(self, info: Info, photos: PhotoIds) -> BulkResult:
        editing, viewer = info.context.services.stack_editing, info.context.known_viewer
        return BulkResult.of(await editing.unstack(ids.decode_all("Photo", photos), by=viewer.name))
