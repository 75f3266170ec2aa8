"""Tags: their tree, the photos and folders that have them, and how the tags themselves are edited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput, NotFound
from photos_graph.model import labels as label_model
from photos_graph.model import search as search_model
from photos_graph.model.access import Role
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.services.browse.tags import TagFilter
from resolvers import ids
from resolvers.changes import CHANGE, change_id, deleted
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
from resolvers.enums import PhotoOrder, TagOrder, TagSource, Trust
from resolvers.folders import Folder, load_folder
from resolvers.limits import counted
from resolvers.models import Model, load_model
from resolvers.pages import PhotoConnection, photo_page
from resolvers.permissions import NULL_FOR_VIEWERS, CanEdit, CanView
from resolvers.waiting import FROM_LOADERS

TagId = Annotated[strawberry.ID, strawberry.argument(description="The id of the tag.")]
TagName = Annotated[
    str,
    strawberry.argument(
        description="The name: 1 to 255 characters without control characters, unique below its parent. A slash is "
        "part of the name."
    ),
]
TagOrderBy = Annotated[TagOrder, strawberry.argument(description="The order of the tags.")]
ParentId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        name="parent", description="The id of the parent tag. The tag is at the top of the tree by default."
    ),
]


@strawberry.type(description="A tag. Tags form a tree, and a photo that has a tag also has all ancestors of the tag.")
class Tag(Node):
    own: strawberry.Private[label_model.Tag]
    name: str = strawberry.field(description="The name of the tag, without the names of its ancestors.")
    threshold: float | None = strawberry.field(
        description="The probability, from 0 to 1, from which a prediction of this tag is applied. It is null if "
        "predictions of the tag are only suggested for review."
    )
    trust: Trust | None = strawberry.field(
        description="How certain the precision of its predictions is, or null if the active model does not predict it."
    )
    change: strawberry.ID | None = strawberry.field(description=CHANGE)

    @strawberry.field(
        description="The names from the top of the tree down to this tag, in the form that arguments accept: "
        '"Places/Abruzzo". A slash that is part of a name has a backslash before it.'
    )
    def path(self, info: Info) -> str:
        return info.context.services.tags.path(self.own.id)

    @strawberry.field(description="The parent of this tag, or null if it is at the top of the tree.")
    def parent(self, info: Info) -> Tag | None:
        return load_tag(info, self.own.parent_id) if self.own.parent_id is not None else None

    @strawberry.field(
        description="The tags directly below this one, by name. A very long list fails with TOO_COMPLEX; `tags` has "
        "them in pages."
    )
    def children(self, info: Info) -> list[Tag]:
        tags = info.context.services.tags
        return [Tag.of(child) for child in counted(info, lambda: tags.children(self.own.id))]

    @strawberry.field(description="The tags directly below this one, one page at a time.")
    @windowed
    def tags(self, info: Info, window: Window, order_by: TagOrderBy = TagOrder.NAME) -> Connection[Tag] | None:
        wanted = TagFilter(parent_id=self.own.id)
        return connection(info.context.services.tags.page(wanted, order_by, *window), Tag.of)

    @strawberry.field(description="Whether there are tags below this one.")
    def has_children(self, info: Info) -> bool:
        return info.context.services.tags.has_children(self.own.id)

    @strawberry.field(description="The tags above this one, beginning at the top of the tree.")
    def ancestors(self, info: Info) -> list[Tag]:
        tags = info.context.services.tags
        return [Tag.of(above) for above in counted(info, lambda: tags.ancestors(self.own.id))]

    @strawberry.field(
        description="The number of photos that have this tag or a descendant of it, including predictions."
    )
    def photo_count(self, info: Info) -> int:
        return info.context.services.tags.photo_count(self.own.id)

    @strawberry.field(
        description="The photos that have this tag or a descendant of it, including predictions, newest first."
    )
    def photos(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> PhotoConnection:
        filter_ = PhotoFilter(tags=TermFilter(all=(search_model.Ref(id=self.own.id),)))
        return photo_page(info, filter_, PhotoOrder.TAKEN_DESC, first, after, last, before)

    @classmethod
    def of(cls, tag: label_model.Tag) -> Tag:
        return cls(
            own=tag,
            id=ids.encode("Tag", tag.id),
            name=tag.name,
            threshold=tag.threshold,
            trust=tag.trust,
            change=change_id(tag.change_id),
        )


def load_tag(info: Info, id: str) -> Tag | None:
    tag = info.context.services.tags.get(id)
    return Tag.of(tag) if tag is not None else None


@strawberry.type(description="A tag, and how many photos of the answer have it.")
class TagFacet:
    tag: Tag = strawberry.field(description="The tag.")
    count: int = strawberry.field(description="The number of photos in the answer that have the tag or a descendant.")

    @strawberry.field(
        description="How certain the precision of the predictions among them is, or null if the active model does not "
        "predict the tag."
    )
    def trust(self) -> Trust | None:
        return self.tag.trust


@strawberry.type(
    description="A tag on a photo, and how it came there. A machine never overwrites what a person assigned."
)
class PhotoTag:
    """A page shows hundreds of these, and every resolver has its cost: what the index knows is looked up at once."""

    own: strawberry.Private[label_model.PhotoTag]
    tag: Tag = strawberry.field(description="The tag.")
    source: TagSource = strawberry.field(description="Who states that the photo has the tag.")
    origin: Folder | None = strawberry.field(
        name="from", description="The folder that carries the tag, if the source is FOLDER, or else null."
    )
    score: float | None = strawberry.field(
        description="The probability of a prediction, from 0 to 1, if the source is PREDICTED, or else null."
    )
    at: datetime | None = strawberry.field(
        description="When the tag was assigned, or null for a prediction or if this is not known."
    )
    trust: Trust | None = strawberry.field(
        description="How certain predictions of the tag are, if the source is PREDICTED, or else null."
    )

    @strawberry.field(
        description="The version of the model that predicts the tag, if the source is PREDICTED. It is null for "
        "viewers.",
        metadata={**FROM_LOADERS, **NULL_FOR_VIEWERS},
    )
    async def model(self, info: Info) -> Model | None:
        is_shown = self.own.model_id is not None and info.context.known_viewer.may(Role.EDITOR)
        return await load_model(info, self.own.model_id or "") if is_shown else None

    @classmethod
    def of(cls, info: Info, own: label_model.PhotoTag) -> PhotoTag | None:
        """None if the tag was deleted a moment ago."""
        tag = load_tag(info, own.tag_id)
        origin = load_folder(info, own.folder_id) if own.folder_id is not None else None
        if tag is None:
            return None
        trust = tag.trust if own.source is TagSource.PREDICTED else None
        return cls(own=own, tag=tag, source=own.source, origin=origin, score=own.score, at=own.at, trust=trust)


@strawberry.type(description="A tag that a folder gives to its own photos.")
class FolderTag:
    tag: Tag = strawberry.field(description="The tag.")
    recursive: bool = strawberry.field(
        description="Whether the tag applies to all photos below the folder that carries it, or only to those directly "
        "inside."
    )
    origin: Folder = strawberry.field(
        name="from", description="The folder that carries the tag: the folder itself or an ancestor of it."
    )

    @classmethod
    def of(cls, info: Info, own: label_model.FolderTag) -> FolderTag | None:
        """None if the tag was deleted a moment ago."""
        tag, origin = load_tag(info, own.tag_id), load_folder(info, own.folder_id)
        return cls(tag=tag, recursive=own.recursive, origin=origin) if tag and origin else None


@strawberry.type
class TagQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Finds a tag by its id, or by its name or path. Returns null if there is none. Fails with "
        "BAD_INPUT unless exactly one of the two is given, or if several tags have the name; the message lists their "
        "paths.",
    )
    def tag(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id of the tag.")] = UNSET,
        name: Annotated[
            str | None,
            strawberry.argument(description='The name, or a path such as "Places/Abruzzo" from the top of the tree.'),
        ] = UNSET,
    ) -> Tag | None:
        ours, name = ids.decode_given("Tag", id), given(name)
        if (ours is None) == (name is None):
            raise BadInput("Give either the id or the name of the tag.")
        if ours is not None:
            return load_tag(info, ours)
        tag = info.context.services.tags.named(name or "")
        return Tag.of(tag) if tag is not None else None

    @strawberry.field(
        permission_classes=[CanView],
        description="All tags of all levels, or those of a part of the tree. Fails with NOT_FOUND if the parent is not "
        "known.",
    )
    @windowed
    def tags(
        self,
        info: Info,
        window: Window,
        prefix: Annotated[
            str | None,
            strawberry.argument(
                description="Returns only tags whose name starts with this. Case and accents are ignored."
            ),
        ] = UNSET,
        parent: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Returns only the tags directly below the tag with this id."),
        ] = UNSET,
        text: TreeText = UNSET,
        roots: Annotated[
            bool, strawberry.argument(description="Whether to return only the tags at the top of the tree.")
        ] = False,
        order_by: TagOrderBy = TagOrder.NAME,
    ) -> Connection[Tag]:
        wanted = TagFilter(given(prefix) or "", given(text) or "", ids.decode_given("Tag", parent), roots)
        return connection(info.context.services.tags.page(wanted, order_by, *window), Tag.of)


@strawberry.type
class TagMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Creates a tag. Fails with BAD_INPUT if the name is not valid, with NOT_FOUND if the parent is not "
        "known, and with CONFLICT if the parent has a tag of that name.",
    )
    async def create_tag(self, info: Info, name: TagName, parent_id: ParentId = UNSET) -> Tag:
        editing, viewer = info.context.services.tag_editing, info.context.known_viewer
        return Tag.of(await editing.create(name, ids.decode_given("Tag", parent_id), by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Renames a tag. Fails with BAD_INPUT if the name is not valid, with NOT_FOUND if the tag is not "
        "known, and with CONFLICT if its parent has another tag of that name; use `mergeTags` to merge the two.",
    )
    async def rename_tag(self, info: Info, id: TagId, name: TagName) -> Tag:
        editing, viewer = info.context.services.tag_editing, info.context.known_viewer
        return Tag.of(await editing.rename(ids.decode("Tag", id), name, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Moves a tag, with its descendants, below another parent. Fails with NOT_FOUND if one of them is "
        "not known, with BAD_INPUT if the parent is the tag itself or a descendant of it, and with CONFLICT if the "
        "parent has a tag of the same name.",
    )
    async def move_tag(self, info: Info, id: TagId, parent_id: ParentId = UNSET) -> Tag:
        editing, viewer = info.context.services.tag_editing, info.context.known_viewer
        parent = ids.decode_given("Tag", parent_id)
        return Tag.of(await editing.move(ids.decode("Tag", id), parent, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Merges tags: photos and folders that have one of them get `into` instead, as predictions do, "
        "their children move below `into`, and they are deleted. `deletedIds` in the same request has the "
        "ids of all tags that are gone. Fails with NOT_FOUND if a tag is not known, and with BAD_INPUT "
        "if `into` is one of `from` or a descendant of one.",
    )
    async def merge_tags(
        self,
        info: Info,
        from_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(name="from", description="The ids of the tags to merge and delete."),
        ],
        into_id: Annotated[
            strawberry.ID, strawberry.argument(name="into", description="The id of the tag that remains.")
        ],
    ) -> Tag:
        editing, viewer = info.context.services.tag_editing, info.context.known_viewer
        gone, into = ids.decode_all("Tag", from_ids), ids.decode("Tag", into_id)
        merged = await editing.merge(gone, into, by=viewer.name)
        info.context.merges += [merged.change_id] if merged.change_id is not None else []
        return Tag.of(merged)

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Deletes a tag from the tree, from all photos and from all folders. Returns false if the tag is "
        "not known. `lastDeletion` in the same request gives the id of the change. Fails with CONFLICT if there are "
        "tags below it.",
    )
    async def delete_tag(self, info: Info, id: TagId) -> bool:
        editing, viewer = info.context.services.tag_editing, info.context.known_viewer
        return deleted(info, await editing.delete(ids.decode("Tag", id), by=viewer.name))


@strawberry.type
class ThresholdMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Sets the threshold of a tag. It stays when new models are trained, until null gives it back to "
        "the models. Fails with BAD_INPUT if it is out of range, and with NOT_FOUND if the tag is not known.",
    )
    async def set_threshold(
        self,
        info: Info,
        tag: TagId,
        threshold: Annotated[
            float | None,
            strawberry.argument(
                description="The probability, from 0 to 1, from which a prediction is applied, or null for the one "
                "that the active model chose. It must be given."
            ),
        ] = UNSET,
    ) -> Tag:
        if threshold is UNSET:
            raise BadInput("Give a threshold, or null for the one that the active model chose.")
        tag_id = ids.decode("Tag", tag)
        models, viewer = info.context.services.models, info.context.known_viewer
        change = await models.set_threshold(tag_id, threshold, by=viewer.name)
        found = load_tag(info, tag_id)
        if found is None:
            raise NotFound("There is no such tag.")
        found.change = change_id(change)
        return found
