"""How photos and folders get tags, and lose them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import labels as label_model
from resolvers import ids
from resolvers.changes import BulkResult, change_id
from resolvers.connections import given, still_there
from resolvers.context import Info
from resolvers.folders import Folder, load_folder
from resolvers.permissions import CanEdit
from resolvers.photos import PhotoIds

TagRefs = Annotated[
    list[str],
    strawberry.argument(
        description='Up to 100 tags, each by its id, its name or a path such as "Places/Abruzzo". In a path, a slash '
        'that is part of a name has a backslash before it: "Music/AC\\/DC". Fails with BAD_INPUT if several tags have '
        "the name; the message lists their paths."
    ),
]
FolderId = Annotated[strawberry.ID, strawberry.argument(name="folder", description="The id of the folder.")]
DryRun = Annotated[
    bool, strawberry.argument(name="dryRun", description="Whether to return the result without changing anything.")
]


@strawberry.type(description="A tag that the name of a folder suggests.")
class FolderTagProposal:
    own: strawberry.Private[label_model.FolderTagProposal]
    tag: str = strawberry.field(description='The name of the tag, or its path, for example "Places/Abruzzo".')
    photo_count: int = strawberry.field(description="The number of photos in the folder and below it.")
    applied: bool = strawberry.field(description="Whether the folder carries the tag now. It is false in a dry run.")
    change: strawberry.ID | None = strawberry.field(
        description="The id of the change that applied all of the proposals, to be passed to `undo`, or null."
    )

    @strawberry.field(description="The folder whose name suggests the tag.")
    def folder(self, info: Info) -> Folder:
        return still_there(load_folder(info, self.own.folder_id))

    @classmethod
    def of(cls, proposal: label_model.FolderTagProposal) -> FolderTagProposal:
        return cls(
            own=proposal,
            tag=proposal.tag,
            photo_count=proposal.photo_count,
            applied=proposal.applied,
            change=change_id(proposal.change_id),
        )


@strawberry.input(description="A proposal of `tagFoldersByName` that is accepted.")
class AcceptedProposal:
    folder: strawberry.ID = strawberry.field(description="The id of the folder.")
    tag: str = strawberry.field(description="The tag, as it was proposed.")


@strawberry.type
class TaggingMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Adds tags to photos. Tags given by a name or path that does not exist are created. The result "
        "counts photos. Fails with NOT_FOUND, changing nothing, if a photo or the id of a tag is not known, and with "
        "BAD_INPUT if a name is not valid or there are more than 100,000 pairs of photo and tag.",
    )
    async def tag_photos(self, info: Info, photos: PhotoIds, tags: TagRefs) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        photo_ids, refs = ids.decode_all("Photo", photos), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.tag_photos(photo_ids, refs, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Removes tags and their descendants from photos. A tag that a photo would still have from a "
        "folder, a file or a model is excluded on the photo. The result counts photos. Fails with NOT_FOUND, changing "
        "nothing, if a photo or a tag is not known, and with BAD_INPUT if there are more than 100,000 pairs of photo "
        "and tag.",
    )
    async def untag_photos(self, info: Info, photos: PhotoIds, tags: TagRefs) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        photo_ids, refs = ids.decode_all("Photo", photos), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.untag_photos(photo_ids, refs, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Adds tags to a folder, which gives them to its photos, now and in the future. Tags given by a "
        "name or path that does not exist are created. The result counts photos. Fails with NOT_FOUND if the folder or "
        "the id of a tag is not known, and with BAD_INPUT if a name is not valid.",
    )
    async def tag_folder(
        self,
        info: Info,
        folder_id: FolderId,
        tags: TagRefs,
        recursive: Annotated[
            bool,
            strawberry.argument(
                description="Whether the tags apply to all photos below the folder, or only to those directly inside."
            ),
        ] = True,
        dry_run: DryRun = False,
    ) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        folder, refs = ids.decode("Folder", folder_id), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.tag_folder(folder, refs, recursive, dry_run, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Removes tags and their descendants from a folder. A tag that the folder would still inherit from "
        "a folder above is excluded on this folder and below it. A tag that a model gives to a photo in the folder or "
        "below it is excluded on that photo. The result counts photos. Fails with NOT_FOUND if the folder or a tag is "
        "not known, and with BAD_INPUT if models gave the tags to more than 100,000 of the photos.",
    )
    async def untag_folder(self, info: Info, folder_id: FolderId, tags: TagRefs, dry_run: DryRun = False) -> BulkResult:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        folder, refs = ids.decode("Folder", folder_id), ids.refs("Tag", tags)
        return BulkResult.of(await tagging.untag_folder(folder, refs, dry_run, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Suggests tags from the names of folders, and adds them to the folders unless this is a dry run. "
        'For example the folder "2019 Abruzzo" suggests the tag "Abruzzo". Folders without photos, tags that a folder '
        "has or excludes, and the names of the roots themselves are left out. Fails with NOT_FOUND if the root is not "
        "known.",
    )
    async def tag_folders_by_name(
        self,
        info: Info,
        root_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(name="root", description="The id of the root to look at. All roots are the default."),
        ] = UNSET,
        dry_run: DryRun = True,
        accepted: Annotated[
            list[AcceptedProposal] | None,
            strawberry.argument(
                description="The proposals of a dry run that are accepted. Others are left out of the answer and not "
                "applied, and those that are not proposed any more are passed over. All are accepted by default."
            ),
        ] = UNSET,
    ) -> list[FolderTagProposal]:
        tagging, viewer = info.context.services.tagging, info.context.known_viewer
        root, wanted = ids.decode_given("Root", root_id), given(accepted)
        pairs = {(ids.decode("Folder", each.folder), each.tag) for each in wanted} if wanted is not None else None
        found = await tagging.tag_folders_by_name(root, dry_run, pairs, by=viewer.name)
        return [FolderTagProposal.of(each) for each in found]
