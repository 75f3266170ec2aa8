"""Groups of photos that show the same: exact copies, other sizes, and shots of one moment."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import similar as similar_model
from photos_graph.services.learning.similar_rules import differing
from resolvers import ids
from resolvers.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
    connection,
    given,
    page_sizes,
    still_there,
)
from resolvers.context import Info
from resolvers.enums import BestReason, Difference, SimilarKind
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.limits import charge, counted
from resolvers.permissions import CanView
from resolvers.photos import Photo, PhotoFile, files_in_folders, load_photo


@strawberry.type(
    description="Photos that show the same, or nearly so. A group of exact copies has one photo, which is in several "
    "files. The id belongs to the group as long as its first photo is in the library."
)
class SimilarGroup(Node):
    own: strawberry.Private[similar_model.SimilarGroup]
    kind: SimilarKind = strawberry.field(description="How the photos are alike.")

    @strawberry.field(
        description="The photos, in the order in which they came into the library, also those that a stack hides. A "
        "very long list fails with TOO_COMPLEX."
    )
    async def photos(self, info: Info) -> list[Photo]:
        photo_ids = counted(info, lambda: self._photo_ids(info))
        found = await info.context.loaders.photos.load_many(photo_ids)
        return [Photo.of(photo) for photo in found if photo is not None]

    @strawberry.field(
        description="The files of all photos of the group, with their folders. A very long list fails with TOO_COMPLEX."
    )
    async def files(self, info: Info) -> list[PhotoFile]:
        loaded = await info.context.loaders.files.load_many(self._compared_ids(info))
        return files_in_folders(info, counted(info, lambda: [file for own in loaded for file in own]))

    @strawberry.field(
        description="The best photo: of those with the most pixels the sharpest, and of those as sharp the one whose "
        "faces are of the best quality. Small differences do not count. Each photo of the group counts as a node of "
        "the document, which may fail with TOO_COMPLEX."
    )
    async def best(self, info: Info) -> Photo:
        charge(info, len(self.own.numbers))
        best = await info.context.loaders.best_photos.load(self.own)
        return still_there(await load_photo(info, best.photo_id))

    @strawberry.field(description="Why the best photo is the best one. It costs as much as `best`.")
    async def best_because(self, info: Info) -> BestReason:
        charge(info, len(self.own.numbers))
        return (await info.context.loaders.best_photos.load(self.own)).reason

    @strawberry.field(
        description="What differs between the photos, or between the files of one photo. It costs as much as `best`."
    )
    async def differences(self, info: Info) -> list[Difference]:
        photo_ids, loaders = self._compared_ids(info), info.context.loaders
        photos, files, tags, faces = await asyncio.gather(
            loaders.photos.load_many(photo_ids),
            loaders.files.load_many(photo_ids),
            loaders.tags.load_many(photo_ids),
            loaders.faces_of_photos.load_many(photo_ids),
        )
        labels = [
            (frozenset(tag.tag_id for tag in own), tuple(sorted(face.person_id or "" for face in seen)))
            for own, seen in zip(tags, faces, strict=True)
        ]
        return differing([photo for photo in photos if photo is not None], files, labels)

    def _compared_ids(self, info: Info) -> list[str]:
        """Returns the ids of photos that are read without being shown, each of which counts as a node."""
        charge(info, len(self.own.numbers))
        return self._photo_ids(info)

    def _photo_ids(self, info: Info) -> list[str]:
        return info.context.services.similar_groups.photo_ids(self.own)

    @classmethod
    def of(cls, group: similar_model.SimilarGroup) -> SimilarGroup:
        return cls(own=group, id=ids.encode("SimilarGroup", group.id), kind=group.kind)


async def load_group(info: Info, id: str) -> SimilarGroup | None:
    found = await info.context.services.similar_groups.by_id(id)
    return SimilarGroup.of(found) if found is not None else None


@strawberry.type
class SimilarGroupQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Groups of photos that show the same, those whose first photo came last first. Exact copies are "
        "known after a scan. The others are found by the job PREDICT, which compares the pictures of photos that look "
        "alike. Photos that are in one stack as versions of one picture, such as a raw file and its JPEG, are no "
        "group. Fails like `photos`.",
    )
    async def similar_groups(
        self,
        info: Info,
        kind: Annotated[SimilarKind, strawberry.argument(description="How the photos of a group are alike.")],
        filter: Annotated[
            PhotoFilter | None, strawberry.argument(description="Returns groups of which at least one photo matches.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[SimilarGroup]:
        services, wanted, (first, last) = info.context.services, decode_filter(filter), page_sizes(first, last)
        await services.questions.of_filter(wanted)
        page = await services.similar_groups.page(kind, wanted, first, given(after), last, given(before))
        return connection(page, SimilarGroup.of)
