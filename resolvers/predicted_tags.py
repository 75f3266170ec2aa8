"""Answers about what models predict, for many photos at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import labels as label_model
from photos_graph.model.search import Ref
from photos_graph.services.labels.predicted_tags import ChosenPhotos
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import given
from resolvers.context import Info
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.permissions import CanEdit
from resolvers.tagging import DryRun, TagRefs

SomePhotos = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="The ids of up to 10,000 photos to answer for.")
]
AnsweredFolder = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        name="folder", description="The id of a folder; the answer is for the photos in it and below it."
    ),
]
AnsweredFilter = Annotated[
    PhotoFilter | None, strawberry.argument(description="The answer is for the photos that this filter finds.")
]
Answer = Callable[[Sequence[Ref], ChosenPhotos, bool, str], Awaitable[label_model.BulkResult]]
EXACTLY_ONE = (
    "Give exactly one of `photos`, `folder` and `filter`. The result counts photos, and `undo` takes all of it back. "
    "Fails with NOT_FOUND, changing nothing, if a photo, the folder or a tag is not known, and with BAD_INPUT if not "
    "exactly one of the three is given, or if several tags have a name."
)


@strawberry.type
class PredictedTagMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="States that photos have the tags that a model gives them: predictions become assignments of a "
        "person. Of photos that are given by their ids, suggestions below the threshold of the tag are confirmed too. "
        "Photos that no model gives the tag, and those from which a person took it, stay as they are. " + EXACTLY_ONE,
    )
    async def confirm_tags(
        self,
        info: Info,
        tags: TagRefs,
        photos: SomePhotos = UNSET,
        folder_id: AnsweredFolder = UNSET,
        filter: AnsweredFilter = UNSET,
        dry_run: DryRun = False,
    ) -> BulkResult:
        confirm = info.context.services.predicted_tags.confirm
        return await _answered(info, confirm, tags, _chosen(photos, folder_id, filter), dry_run)

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="States that none of the photos has the tags: where a model gives or suggests a tag, or a "
        "descendant of it, the tag is excluded, so that it is not found, predicted or asked about again. Photos that "
        "have the tag from a person, a folder or a file stay as they are; `untagPhotos` and `untagFolder` take those. "
        + EXACTLY_ONE,
    )
    async def reject_tags(
        self,
        info: Info,
        tags: TagRefs,
        photos: SomePhotos = UNSET,
        folder_id: AnsweredFolder = UNSET,
        filter: AnsweredFilter = UNSET,
        dry_run: DryRun = False,
    ) -> BulkResult:
        reject = info.context.services.predicted_tags.reject
        return await _answered(info, reject, tags, _chosen(photos, folder_id, filter), dry_run)


async def _answered(info: Info, answer: Answer, tags: list[str], chosen: ChosenPhotos, dry_run: bool) -> BulkResult:
    return BulkResult.of(await answer(ids.refs("Tag", tags), chosen, dry_run, info.context.known_viewer.name))


def _chosen(
    photos: list[strawberry.ID] | None, folder_id: strawberry.ID | None, filter: PhotoFilter | None
) -> ChosenPhotos:
    photos = given(photos)
    return ChosenPhotos(
        ids.decode_all("Photo", photos) if photos is not None else None,
        ids.decode_given("Folder", folder_id),
        decode_filter(given(filter)),
    )
