"""Tags: their tree, and how they came to photos and folders."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import UNSET

from photos_graph import model as nouns
from photos_graph.errors import BadInput
from photos_graph.search.filters import PhotoFilter, TermFilter
from resolvers import ids
from resolvers.connections import Connection, Node, connection, given, page_size
from resolvers.context import Info
from resolvers.enums import TagSource
from resolvers.folders import Folder, load_folder
from resolvers.limits import counted
from resolvers.models import Model, load_model
from resolvers.pages import PhotoConnection, photo_page
from resolvers.permissions import CanView


@strawberry.type
class Tag(Node):
    own: strawberry.Private[nouns.Tag]
    name: str
    threshold: float | None = strawberry.field(description="At and above it a prediction counts.")

    @strawberry.field
    def parent(self, info: Info) -> Tag | None:
        return load_tag(info, self.own.parent_id) if self.own.parent_id is not None else None

    @strawberry.field(description="By name.")
    def children(self, info: Info) -> list[Tag]:
        tags = info.context.services.tags
        return [Tag.of(child) for child in counted(info, lambda: tags.children(self.own.id))]

    @strawberry.field(description="Of photos that have it or a tag below it.")
    def photo_count(self, info: Info) -> int:
        return info.context.services.tags.photo_count(self.own.id)

    @strawberry.field(description="Newest first.")
    def photos(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> PhotoConnection:
        filter_ = PhotoFilter(tags=TermFilter(all=(nouns.Ref(id=self.own.id),)))
        return photo_page(info, filter_, nouns.PhotoOrder.TAKEN_DESC, first, after)

    @classmethod
    def of(cls, tag: nouns.Tag) -> Tag:
        return cls(own=tag, id=ids.encode("Tag", tag.id), name=tag.name, threshold=tag.threshold)


def load_tag(info: Info, id: str) -> Tag | None:
    tag = info.context.services.tags.get(id)
    return Tag.of(tag) if tag is not None else None


@strawberry.type
class TagFacet:
    tag: Tag
    count: int


@strawberry.type(description="How a tag came to be on a photo. Nothing a person said is ever overwritten by a machine.")
class PhotoTag:
    """A page shows hundreds of these: what the index knows is looked up at once, since every resolver has its cost."""

    own: strawberry.Private[nouns.PhotoTag]
    tag: Tag
    source: TagSource
    origin: Folder | None = strawberry.field(name="from", description="The folder that brings it.")
    score: float | None
    at: datetime | None

    @strawberry.field(description="What predicted it.")
    async def model(self, info: Info) -> Model | None:
        return await load_model(info, self.own.model_id) if self.own.model_id is not None else None

    @classmethod
    def of(cls, info: Info, own: nouns.PhotoTag) -> PhotoTag | None:
        """None where its tag was deleted a moment ago."""
        tag = load_tag(info, own.tag_id)
        origin = load_folder(info, own.folder_id) if own.folder_id is not None else None
        return cls(own=own, tag=tag, source=own.source, origin=origin, score=own.score, at=own.at) if tag else None


@strawberry.type(description="A tag that a folder gives to its own photos.")
class FolderTag:
    tag: Tag
    recursive: bool = strawberry.field(description="For all below, else for the folder's own photos alone.")
    origin: Folder = strawberry.field(name="from", description="The folder itself, or one above.")

    @classmethod
    def of(cls, info: Info, own: nouns.FolderTag) -> FolderTag | None:
        """None where its tag was deleted a moment ago."""
        tag, origin = load_tag(info, own.tag_id), load_folder(info, own.folder_id)
        return cls(tag=tag, recursive=own.recursive, origin=origin) if tag and origin else None


@strawberry.type
class TagQueries:
    @strawberry.field(permission_classes=[CanView], description='By its id, or by its name or path ("Places/Abruzzo").')
    def tag(self, info: Info, id: strawberry.ID | None = UNSET, name: str | None = UNSET) -> Tag | None:
        ours, name = ids.decode_given("Tag", id), given(name)
        if (ours is None) == (name is None):
            raise BadInput("A tag is given by its id or by its name.")
        if ours is not None:
            return load_tag(info, ours)
        tag = info.context.services.tags.named(name or "")
        return Tag.of(tag) if tag is not None else None

    @strawberry.field(permission_classes=[CanView], description="By name: all of them, or those right below a parent.")
    def tags(
        self,
        info: Info,
        prefix: str | None = UNSET,
        parent: strawberry.ID | None = UNSET,
        first: int | None = UNSET,
        after: str | None = UNSET,
    ) -> Connection[Tag]:
        parent_id = ids.decode_given("Tag", parent)
        page = info.context.services.tags.page(given(prefix), parent_id, page_size(first), given(after))
        return connection(page, Tag.of)
