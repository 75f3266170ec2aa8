"""Folders of originals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import library as library_model
from photos_graph.search.filters import FolderFilter, PhotoFilter
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.enums import PhotoOrder
from resolvers.pages import OrderBy, PhotoConnection, photo_page
from resolvers.permissions import CanView

if TYPE_CHECKING:
    from resolvers.tags import FolderTag


@strawberry.type(description="A folder of originals. The folder of a root has no parent.")
class Folder(Node):
    own: strawberry.Private[library_model.Folder]
    name: str = strawberry.field(description="The name of the folder; for the folder of a root, the name of the root.")
    path: str = strawberry.field(
        description='The path from the root, starting with its name, for example "Pictures/2019/Abruzzo".'
    )

    @strawberry.field(description="The folder that contains this one, or null for the folder of a root.")
    def parent(self, info: Info) -> Folder | None:
        return load_folder(info, self.own.parent_id) if self.own.parent_id is not None else None

    @strawberry.field(description="The folders directly inside this one, by name.")
    def folders(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Folder]:
        browse, (first, last) = info.context.services.browse, page_sizes(first, last)
        return connection(browse.subfolders(self.own.id, first, given(after), last, given(before)), Folder.of)

    @strawberry.field(description="The photos in this folder.")
    def photos(
        self,
        info: Info,
        recursive: Annotated[
            bool, strawberry.argument(description="Whether to include the photos in all folders below this one.")
        ] = False,
        order_by: OrderBy = PhotoOrder.TAKEN_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> PhotoConnection:
        filter_ = PhotoFilter(folder=FolderFilter(id=self.own.id, recursive=recursive))
        return photo_page(info, filter_, order_by, first, after, last, before)

    @strawberry.field(description="The number of photos in this folder.")
    def photo_count(
        self,
        info: Info,
        recursive: Annotated[
            bool, strawberry.argument(description="Whether to count the photos in all folders below this one too.")
        ] = True,
    ) -> int:
        return info.context.services.browse.folder_photo_count(self.own.id, recursive)

    @strawberry.field(
        description="The tags that this folder gives to its own photos: first those that it carries itself, then those "
        "that it inherits from the folders above it, nearest first."
    )
    def tags(self, info: Info) -> list[Annotated[FolderTag, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import FolderTag

        found = (FolderTag.of(info, tag) for tag in info.context.services.tags.folder_tags(self.own.id))
        return [tag for tag in found if tag is not None]

    @classmethod
    def of(cls, folder: library_model.Folder) -> Folder:
        return cls(own=folder, id=ids.encode("Folder", folder.id), name=folder.name, path=folder.path)


def load_folder(info: Info, id: str) -> Folder | None:
    [folder] = info.context.services.browse.folders_by_id([id])
    return Folder.of(folder) if folder is not None else None


@strawberry.type
class FolderQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Finds a folder by its id or by its path. Returns null if there is none. Fails with BAD_INPUT "
        "unless exactly one of the two is given.",
    )
    def folder(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id of the folder.")] = UNSET,
        path: Annotated[
            str | None,
            strawberry.argument(description='The path from the root, starting with its name: "Pictures/2019".'),
        ] = UNSET,
    ) -> Folder | None:
        ours, path = ids.decode_given("Folder", id), given(path)
        if (ours is None) == (path is None):
            raise BadInput("Give either the id or the path of the folder.")
        if ours is not None:
            return load_folder(info, ours)
        folder = info.context.services.browse.folder_by_path(path or "")
        return Folder.of(folder) if folder is not None else None
