"""Pictures that were replaced by others at the same path, and photos that succeed others."""

from __future__ import annotations

from typing import Annotated

import strawberry

from photos_graph.model import succession as succession_model
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.context import Info
from resolvers.permissions import CanEdit
from resolvers.photos import Photo


@strawberry.type(
    description="A picture that another one replaced at the same path. It is not clear whether the new one is an edit "
    "of the old one. Call `succeedPhoto` if it is."
)
class Replacement:
    old: Photo = strawberry.field(description="The photo whose picture was replaced. No file holds it any more.")
    new: Photo = strawberry.field(description="The photo whose picture is there now.")
    path: str = strawberry.field(description="The path of the file, which starts with the name of its root.")

    @classmethod
    def of(cls, own: succession_model.Replacement) -> Replacement:
        return cls(old=Photo.of(own.old), new=Photo.of(own.new), path=own.path)


@strawberry.type
class ReplacementMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Says that a photo is an edit of an older one whose file is gone. The new photo gets the tags, "
        "exclusions, rating, favourite and place in a stack of the old one, and its faces where it shows them. What a "
        "person decided later about the new photo stays. The id of the old photo then leads to the new one. A scan "
        "does this by itself where it recognises the edit. Fails with NOT_FOUND if a photo is not known, with "
        "BAD_INPUT if both are the same photo, and with CONFLICT if a file still holds the old photo.",
    )
    async def succeed_photo(
        self,
        info: Info,
        old: Annotated[strawberry.ID, strawberry.argument(description="The photo whose picture was replaced.")],
        new: Annotated[strawberry.ID, strawberry.argument(description="The photo that takes its place.")],
    ) -> BulkResult:
        replacements, viewer = info.context.services.replacements, info.context.known_viewer
        return BulkResult.of(
            await replacements.succeed(ids.decode("Photo", old), ids.decode("Photo", new), by=viewer.name)
        )
