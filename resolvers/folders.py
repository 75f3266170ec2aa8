"""Folders of originals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.errors import BadInput
from photos_graph.search.filters import FolderFilter, PhotoFilter
from resolvers import ids
from resolvers.connections import Connection, Node, connection, given, page_size
from resolvers.context import Info
from resolvers.pages import PhotoConnection, photo_page
from resolvers.permissions import CanView

if TYPE_CHECKING:
    from resolvers.tags import FolderTag


@strawberry.type
class Folder(Node):
    own: strawberry.Private[model.Folder]
    name: str
    path: str = strawberry.field(description='"<root name>/a/b"')

    @strawberry.field
    def parent(self, info: Info) -> Folder | None:
        return load_folder(info, self.own.parent_id) if self.own.parent_id is not None else None

    @strawberry.field
    def folders(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> Connection[Folder]:
        browse = info.context.services.browse
        return connection(browse.subfolders(self.own.id, page_size(first), given(after)), Folder.of)

    @strawberry.field
    def photos(
        self,
        info: Info,
        recursive: bool = False,
        order_by: model.PhotoOrder = model.PhotoOrder.TAKEN_DESC,
        first: int | None = UNSET,
        after: str | None = UNSET,
    ) -> PhotoConnection:
        filter_ = PhotoFilter(folder=FolderFilter(id=self.own.id, recursive=recursive))
        return photo_page(info, filter_, order_by, first, after)

    @strawberry.field
    def photo_count(self, info: Info, recursive: bool = True) -> int:
        return info.context.services.browse.folder_photo_count(self.own.id, recursive)

    @strawberry.field(description="Its own and those inherited from above, nearest first.")
    def tags(self, info: Info) -> list[Annotated[FolderTag, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import FolderTag

        said = (FolderTag.of(info, tag) for tag in info.context.services.tags.folder_tags(self.own.id))
        return [tag for tag in said if tag is not None]

    @classmethod
    def of(cls, folder: model.Folder) -> Folder:
        return cls(own=folder, id=ids.encode("Folder", folder.id), name=folder.name, path=folder.path)


def load_folder(info: Info, id: str) -> Folder | None:
    [folder] = info.context.services.browse.folders_by_id([id])
    return Folder.of(folder) if folder is not None else None


@strawberry.type
class FolderQueries:
    @strawberry.field(permission_classes=[CanView], description="By its id, or by its path.")
    def folder(self, info: Info, id: strawberry.ID | None = UNSET, path: str | None = UNSET) -> Folder | None:
        ours, path = ids.decode_given("Folder", id), given(path)
        if (ours is None) == (path is None):
            raise BadInput("A folder is given by its id or by its path.")
        if ours is not None:
            return load_folder(info, ours)
        folder = info.context.services.browse.folder_by_path(path or "")
        return Folder.of(folder) if folder is not None else None
