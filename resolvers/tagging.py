"""Tags: made, arranged, put on photos and folders, and taken off."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import still_there
from resolvers.context import Info
from resolvers.folders import Folder, load_folder
from resolvers.permissions import CanEdit
from resolvers.tags import Tag

_IDS_OR_NAMES = 'Ids, names, or paths such as "Places/Abruzzo".'

Names = Annotated[list[str], strawberry.argument(description=_IDS_OR_NAMES)]
FolderId = Annotated[strawberry.ID, strawberry.argument(name="folder")]
ParentId = Annotated[strawberry.ID | None, strawberry.argument(name="parent", description="Left out: a topmost tag.")]


@strawberry.type(description="A tag that the name of a folder says.")
class FolderTagProposal:
    own: strawberry.Private[model.FolderTagProposal]
    tag: str
    photo_count: int
    applied: bool

    @strawberry.field
    def folder(self, info: Info) -> Folder:
        return still_there(load_folder(info, self.own.folder_id))

    @classmethod
    def of(cls, proposal: model.FolderTagProposal) -> FolderTagProposal:
        return cls(own=proposal, tag=proposal.tag, photo_count=proposal.photo_count, applied=proposal.applied)


@strawberry.type
class TagMutations:
    @strawberry.mutation(permission_classes=[CanEdit])
    async def create_tag(self, info: Info, name: str, parent_id: ParentId = UNSET) -> Tag:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        return Tag.of(await tagging.create(name, ids.decode_given("Tag", parent_id), by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="Onto the name of a sister: CONFLICT.")
    async def rename_tag(self, info: Info, id: strawberry.ID, name: str) -> Tag:
        return Tag.of(await info.context.services.tagging.rename(ids.decode("Tag", id), name))

    @strawberry.mutation(permission_classes=[CanEdit])
    async def move_tag(self, info: Info, id: strawberry.ID, parent_id: ParentId = UNSET) -> Tag:
        parent = ids.decode_given("Tag", parent_id)
        return Tag.of(await info.context.services.tagging.move(ids.decode("Tag", id), parent))

    @strawberry.mutation(permission_classes=[CanEdit], description="All that has one of them has `into` instead.")
    async def merge_tags(
        self,
        info: Info,
        from_ids: Annotated[list[strawberry.ID], strawberry.argument(name="from")],
        into_id: Annotated[strawberry.ID, strawberry.argument(name="into")],
    ) -> Tag:
        merged = await info.context.services.tagging.merge(ids.decode_all("Tag", from_ids), ids.decode("Tag", into_id))
        return Tag.of(merged)

    @strawberry.mutation(permission_classes=[CanEdit], description="With tags below it: CONFLICT.")
    async def delete_tag(self, info: Info, id: strawberry.ID) -> bool:
        return await info.context.services.tagging.delete(ids.decode("Tag", id))

    @strawberry.mutation(permission_classes=[CanEdit], description="Unknown names are created.")
    async def tag_photos(self, info: Info, photos: list[strawberry.ID], tags: Names) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        photo_ids, refs = ids.decode_all("Photo", photos), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.tag_photos(photo_ids, refs, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="What is inherited or predicted is excluded.")
    async def untag_photos(self, info: Info, photos: list[strawberry.ID], tags: Names) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        photo_ids, refs = ids.decode_all("Photo", photos), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.untag_photos(photo_ids, refs, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="All photos below have the tags, those that come later too; else the folder's own photos alone.",
    )
    async def tag_folder(
        self, info: Info, folder_id: FolderId, tags: Names, recursive: bool = True, dry_run: bool = False
    ) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        folder, refs = ids.decode("Folder", folder_id), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.tag_folder(folder, refs, recursive, dry_run, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="What comes from above is excluded here and below.")
    async def untag_folder(self, info: Info, folder_id: FolderId, tags: Names, dry_run: bool = False) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        folder, refs = ids.decode("Folder", folder_id), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.untag_folder(folder, refs, dry_run, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="Tags that the names of folders say.")
    async def tag_folders_by_name(
        self,
        info: Info,
        root_id: Annotated[strawberry.ID | None, strawberry.argument(name="root")] = UNSET,
        dry_run: bool = True,
    ) -> list[FolderTagProposal]:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        root = ids.decode_given("Root", root_id)
        return [FolderTagProposal.of(each) for each in await tagging.tag_folders_by_name(root, dry_run, by=viewer.name)]
