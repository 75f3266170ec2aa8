"""The review queue: questions of the models, and the answers to them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import learning as learning_model
from photos_graph.services.learning.review_queue import ReviewPage
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import (
    CURSOR,
    EDGES,
    NODES,
    PAGE_INFO,
    TOTAL_COUNT,
    After,
    Before,
    First,
    Last,
    Node,
    PageInfo,
    given,
    page_info,
    page_sizes,
    still_there,
)
from resolvers.context import Info
from resolvers.enums import ModelKind, Trust
from resolvers.faces import Face, load_face
from resolvers.permissions import CanEdit
from resolvers.persons import Person, load_person
from resolvers.photos import Photo, load_photo
from resolvers.tags import Tag, load_tag

Items = Annotated[
    list[strawberry.ID],
    strawberry.argument(
        description="The ids of up to 1,000 items of the review queue. Either all are about tags or all are about "
        "persons."
    ),
]


@strawberry.type(
    description="A question of a model: does this photo have this tag, or is this face this person? Its "
    "id is passed to `confirm`, `reject` or `skip`."
)
class ReviewItem(Node):
    own: strawberry.Private[learning_model.Question]
    kind: ModelKind = strawberry.field(description="Whether the question is about a tag or about a person.")
    label: str = strawberry.field(
        description="The name of the tag or person. The tag need not exist yet; confirming the item creates it."
    )
    score: float = strawberry.field(description="How likely the answer is yes according to the model, from 0 to 1.")
    reason: str = strawberry.field(description="A sentence that says why this question is asked.")

    @strawberry.field(
        description="How certain the precision of the predictions of this tag is, or null if it is about a person or "
        "if the active model does not predict the tag."
    )
    def trust(self, info: Info) -> Trust | None:
        tag = self.tag_of(info)
        return tag.trust if tag is not None else None

    @strawberry.field(description="The photo that the question is about.")
    async def photo(self, info: Info) -> Photo:
        return still_there(await load_photo(info, self.own.photo_id))

    @strawberry.field(description="The face that the question is about, or null if it is about a tag.")
    async def face(self, info: Info) -> Face | None:
        return await load_face(info, self.own.face_id) if self.own.face_id is not None else None

    @strawberry.field(
        description="The tag that the question is about, or null if it is about a person or if the tag does not exist "
        "yet."
    )
    def tag(self, info: Info) -> Tag | None:
        return self.tag_of(info)

    @strawberry.field(description="The person that the question is about, or null if it is about a tag.")
    def person(self, info: Info) -> Person | None:
        of_person = self.kind is ModelKind.PERSONS and self.own.label_id is not None
        return load_person(info, self.own.label_id or "") if of_person else None

    def tag_of(self, info: Info) -> Tag | None:
        of_tag = self.kind is ModelKind.TAGS and self.own.label_id is not None
        return load_tag(info, self.own.label_id or "") if of_tag else None

    @classmethod
    def of(cls, own: learning_model.Question) -> ReviewItem:
        return cls(
            own=own,
            id=ids.encode("ReviewItem", own.key),
            kind=own.kind,
            label=own.name,
            score=own.score,
            reason=own.reason,
        )


async def load_item(info: Info, id: str) -> ReviewItem | None:
    found = await info.context.loaders.questions.load(id)
    return ReviewItem.of(found) if found is not None else None


@strawberry.type(description="A question of the review queue with its cursor.")
class ReviewItemEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: ReviewItem = strawberry.field(description="The question.")


@strawberry.type(description="A page of the review queue.")
class ReviewItemConnection:
    edges: list[ReviewItemEdge] = strawberry.field(description=EDGES)
    nodes: list[ReviewItem] = strawberry.field(description=NODES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)
    total_count: int = strawberry.field(description=TOTAL_COUNT)
    reason: str | None = strawberry.field(
        description="A sentence that says why there is nothing to ask, or null if there are questions."
    )

    @classmethod
    def of(cls, page: ReviewPage) -> ReviewItemConnection:
        listing = page.listing
        nodes = [ReviewItem.of(each) for each in listing.items]
        edges = [ReviewItemEdge(cursor=cursor, node=node) for cursor, node in zip(listing.cursors, nodes, strict=True)]
        info = page_info(listing.cursors, listing.has_next, listing.has_previous)
        return cls(edges=edges, nodes=nodes, page_info=info, total_count=listing.total, reason=page.reason)


@strawberry.type
class ReviewQueries:
    @strawberry.field(
        permission_classes=[CanEdit],
        description="What the models are least sure of, as questions, the least sure first, and at most 300. Questions "
        "that were answered or skipped since are left out, and so is a tag on portraits once people denied it for "
        "some and for hardly any confirmed it. Fails with BAD_INPUT if both a tag and a person are given. "
        "Requires the role EDITOR.",
    )
    async def review_queue(
        self,
        info: Info,
        kind: Annotated[
            ModelKind | None, strawberry.argument(description="Returns only questions about tags, or about persons.")
        ] = UNSET,
        tag: Annotated[
            strawberry.ID | None, strawberry.argument(description="Returns only questions about the tag with this id.")
        ] = UNSET,
        person: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Returns only questions about the person with this id."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ReviewItemConnection:
        tag_id, person_id = ids.decode_given("Tag", tag), ids.decode_given("Person", person)
        if tag_id is not None and person_id is not None:
            raise BadInput("Give either a tag or a person, not both.")
        queue, (first, last) = info.context.services.review.queue, page_sizes(first, last)
        found = await queue(given(kind), tag_id or person_id, first, given(after), last, given(before))
        return ReviewItemConnection.of(found)


@strawberry.type
class ReviewMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Answers questions of the review queue with yes: the photos get the tags, or the faces are "
        "assigned to the persons. An item may be answered again. The result counts photos, or faces. Fails with "
        "BAD_INPUT if the items are about both tags and persons, and with NOT_FOUND if something is not known any "
        "more.",
    )
    async def confirm(self, info: Info, items: Items) -> BulkResult:
        review, viewer = info.context.services.review, info.context.known_viewer
        return BulkResult.of(await review.confirm(ids.decode_all("ReviewItem", items), by=viewer.name), items)

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Answers questions of the review queue with no. The label is excluded, so that it is neither asked "
        "about nor predicted again. The result counts photos, or faces. Fails with BAD_INPUT if the items are about "
        "both tags and persons, and with NOT_FOUND if something is not known any more.",
    )
    async def reject(self, info: Info, items: Items) -> BulkResult:
        review, viewer = info.context.services.review, info.context.known_viewer
        return BulkResult.of(await review.reject(ids.decode_all("ReviewItem", items), by=viewer.name), items)

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Says that questions of the review queue cannot be answered. They are not asked again for "
        "`learn.skip_days`, unless this is undone. The result counts items. Fails with BAD_INPUT if an id is not that "
        "of an item.",
    )
    async def skip(
        self,
        info: Info,
        items: Annotated[
            list[strawberry.ID], strawberry.argument(description="The ids of up to 1,000 items, of any kinds.")
        ],
    ) -> BulkResult:
        review, viewer = info.context.services.review, info.context.known_viewer
        return BulkResult.of(await review.skip(ids.decode_all("ReviewItem", items), by=viewer.name), items)
