"""The review queue, and answers to it."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.errors import BadInput
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import Connection, connection, given, page_size, still_there
from resolvers.context import Info
from resolvers.faces import Face, load_face
from resolvers.permissions import CanEdit, CanView
from resolvers.persons import Person, load_person
from resolvers.photos import Photo, load_photo
from resolvers.tags import Tag, load_tag


@strawberry.type(description="A question whether a photo has a tag, or a face is a person's.")
class ReviewItem:
    own: strawberry.Private[model.Question]
    id: strawberry.ID
    kind: model.ModelKind
    label: str = strawberry.field(description="The tag's or person's name; of a tag that does not exist yet too.")
    score: float = strawberry.field(description="How likely the model holds it, 0 to 1.")
    reason: str

    @strawberry.field
    async def photo(self, info: Info) -> Photo:
        return still_there(await load_photo(info, self.own.photo_id))

    @strawberry.field
    async def face(self, info: Info) -> Face | None:
        return await load_face(info, self.own.face_id) if self.own.face_id is not None else None

    @strawberry.field(description="Null where confirming it makes the tag.")
    def tag(self, info: Info) -> Tag | None:
        of_tag = self.kind is model.ModelKind.TAGS and self.own.label_id is not None
        return load_tag(info, self.own.label_id or "") if of_tag else None

    @strawberry.field
    def person(self, info: Info) -> Person | None:
        of_person = self.kind is model.ModelKind.PERSONS and self.own.label_id is not None
        return load_person(info, self.own.label_id or "") if of_person else None

    @classmethod
    def of(cls, own: model.Question) -> ReviewItem:
        return cls(
            own=own,
            id=ids.encode("ReviewItem", own.key),
            kind=own.kind,
            label=own.name,
            score=own.score,
            reason=own.reason,
        )


@strawberry.type
class ReviewQueries:
    @strawberry.field(permission_classes=[CanView], description="What teaches most first; of a tag or person, or all.")
    async def review_queue(
        self,
        info: Info,
        kind: model.ModelKind | None = UNSET,
        tag: strawberry.ID | None = UNSET,
        person: strawberry.ID | None = UNSET,
        first: int | None = UNSET,
        after: str | None = UNSET,
    ) -> Connection[ReviewItem]:
        tag_id, person_id = ids.decode_given("Tag", tag), ids.decode_given("Person", person)
        if tag_id is not None and person_id is not None:
            raise BadInput("The queue is of a tag or of a person, not both.")
        queue = info.context.services.review.queue
        found = await queue(given(kind), tag_id or person_id, page_size(first), given(after))
        return connection(found, ReviewItem.of)


@strawberry.type
class ReviewMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="What these items of the review queue ask is so. All are of tags, or all of persons.",
    )
    async def confirm(self, info: Info, items: list[strawberry.ID]) -> BulkResult:
        review, viewer = info.context.services.review, info.context.known_viewer
        return BulkResult.of(await review.confirm(ids.decode_all("ReviewItem", items), by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit], description="It is not so: it is neither asked nor predicted any more."
    )
    async def reject(self, info: Info, items: list[strawberry.ID]) -> BulkResult:
        review, viewer = info.context.services.review, info.context.known_viewer
        return BulkResult.of(await review.reject(ids.decode_all("ReviewItem", items), by=viewer.name))
