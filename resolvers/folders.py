"""Folders of originals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import library as library_model
from photos_graph.search.filters import FolderFilter, PhotoFilter
from resolvers import ids
from resolvers.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
    TreeText,
    Window,
    connection,
    given,
    windowed,
)
from resolvers.context import Info
from resolvers.enums import FolderOrder, PhotoOrder
from resolvers.limits import counted
from resolvers.pages import OrderBy, PhotoConnection, photo_page
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo
from resolvers.waiting import FROM_LOADERS

if TYPE_CHECKING:
    from resolvers.tags import FolderTag

FolderOrderBy = Annotated[FolderOrder, strawberry.argument(description="The order of the folders.")]


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

    @strawberry.field(description="The folders directly inside this one, one page at a time.")
    @windowed
    def folders(self, info: Info, window: Window, order_by: FolderOrderBy = FolderOrder.NAME) -> Connection[Folder]:
        return connection(info.context.services.folders.page("", self.own.id, order_by, *window), Folder.of)

    @strawberry.field(description="Whether there are folders inside this one.")
    def has_children(self, info: Info) -> bool:
        return info.context.services.folders.has_children(self.own.id)

    @strawberry.field(description="The folders that contain this one, beginning with the folder of the root.")
    def ancestors(self, info: Info) -> list[Folder]:
        folders = info.context.services.folders
        return [Folder.of(above) for above in counted(info, lambda: folders.ancestors(self.own.id))]

    @strawberry.field(
        description="A photo to show for this folder: the newest one in it or below it. It is null if there is none.",
        metadata=FROM_LOADERS,
    )
    async def cover(self, info: Info) -> Photo | None:
        photo_id = info.context.services.folders.cover_id(self.own.id)
        return await load_photo(info, photo_id) if photo_id is not None else None

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
        return info.context.services.folders.photo_count(self.own.id, recursive)

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
    [folder] = info.context.services.folders.by_id([id])
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
        folder = info.context.services.folders.at(path or "")
        return Folder.of(folder) if folder is not None else None

    @strawberry.field(
        permission_classes=[CanView],
        description="The folders of all roots and all levels, or those directly inside one. Fails with NOT_FOUND if "
        "the parent is not known.",
    )
    @windowed
    def folders(
        self,
        info: Info,
        window: Window,
        text: TreeText = UNSET,
        parent: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Returns only the folders directly inside the folder with this id."),
        ] = UNSET,
        order_by: FolderOrderBy = FolderOrder.NAME,
    ) -> Connection[Folder] | None:
        folders, parent_id = info.context.services.folders, ids.decode_given("Folder", parent)
        return connection(folders.page(given(text) or "", parent_id, order_by, *window), Folder.of)
