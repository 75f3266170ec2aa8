"""Sheets: random samples of the photos that a tag would be given to, for people to judge."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import still_there
from resolvers.context import Info
from resolvers.models import ONLY_SUGGESTED
from resolvers.permissions import CanEdit
from resolvers.photos import Photo
from resolvers.tags import Tag, TagId, load_tag


@strawberry.type(
    description="A sheet of a tag: up to 24 photos, drawn at random from those that the tag would be given to, and "
    "from some that it would just not be given to. Judging it says how precise the tag is in the whole library."
)
class TagSheet:
    photo_ids: strawberry.Private[tuple[str, ...]]
    tag: Tag = strawberry.field(description="The tag.")
    threshold: float = strawberry.field(
        description="The probability from which a prediction of the tag is applied now. It is greater than 1 if the "
        "tag is only suggested."
    )
    given_to: int = strawberry.field(description="The number of photos that have the tag by a prediction alone.")

    @strawberry.field(
        description="The photos to judge, those with the highest score first. There are none if the tag would be given "
        "to no photo."
    )
    async def photos(self, info: Info) -> list[Photo]:
        found = await info.context.loaders.photos.load_many(list(self.photo_ids))
        return [Photo.of(photo) for photo in found if photo is not None]


@strawberry.type
class SheetQueries:
    @strawberry.field(
        permission_classes=[CanEdit],
        description="The sheet of a tag that waits to be judged. It stays the same until `judgeSheet` answers it; then "
        "the next one is drawn. Fails with NOT_FOUND if the tag is not known, with CONFLICT if no model of tags is "
        "active or the active one does not know the tag, and with UNAVAILABLE while tags are being predicted. "
        "Requires the role EDITOR.",
    )
    async def tag_sheet(self, info: Info, tag: TagId) -> TagSheet:
        tag_id = ids.decode("Tag", tag)
        shown = await info.context.services.sheets.of_tag(tag_id)
        return TagSheet(
            photo_ids=shown.photo_ids,
            tag=still_there(load_tag(info, tag_id)),
            threshold=ONLY_SUGGESTED if shown.threshold is None else shown.threshold,
            given_to=shown.given_to,
        )


@strawberry.type
class SheetMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Answers the sheet that `tagSheet` shows: the tag is wrong on these photos and right on all others "
        "of it. Those get the tag, the wrong ones exclude it, and the threshold of the tag is chosen again at once, so "
        "that a search finds what follows from the answers. The result counts photos. Fails with BAD_INPUT if a photo "
        "is not on the sheet, with CONFLICT if no sheet waits to be judged, and with the errors of `tagSheet`.",
    )
    async def judge_sheet(
        self,
        info: Info,
        tag: TagId,
        wrong: Annotated[
            list[strawberry.ID], strawberry.argument(description="The ids of the photos that do not show the tag.")
        ],
    ) -> BulkResult:
        judge, viewer = info.context.services.sheets.judge, info.context.known_viewer
        return BulkResult.of(await judge(ids.decode("Tag", tag), ids.decode_all("Photo", wrong), by=viewer.name))
