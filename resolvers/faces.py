"""Faces: where they are, whose they are, and whom they are like."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.images.sizes import FaceCut
from photos_graph.search.listing import Listing
from photos_graph.services.browse.faces import Likes, PageKey
from photos_graph.web.urls import thumbnail_url
from resolvers import ids
from resolvers.connections import Connection, Edge, Node, PageInfo, connection, given, page_info, page_size, still_there
from resolvers.context import Info
from resolvers.enums import TagSource
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo

if TYPE_CHECKING:
    from resolvers.persons import Person


@strawberry.type(description="Shares (0 to 1) of the picture as it is displayed.")
class Box:
    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: model.Box) -> Box:
        return cls(x=box.x, y=box.y, width=box.width, height=box.height)


@strawberry.input(description="Shares (0 to 1) of the picture as it is displayed.")
class BoxInput:
    x: float
    y: float
    width: float
    height: float

    def decode(self) -> model.Box:
        return model.Box(self.x, self.y, self.width, self.height)


@strawberry.type
class PersonSuggestion:
    person: Annotated[Person, strawberry.lazy("resolvers.persons")]
    score: float = strawberry.field(description="How likely it is, 0 to 1.")


@strawberry.type
class Face(Node):
    own: strawberry.Private[model.Face]
    box: Box
    confidence: float = strawberry.field(description="How sure it is that this is a face.")
    quality: float
    source: TagSource | None = strawberry.field(description="Who says whose it is: MANUAL, IMPORTED, PREDICTED.")
    ignored: bool = strawberry.field(description="Not counted, not clustered, not recognised.")

    @strawberry.field
    async def photo(self, info: Info) -> Photo:
        return still_there(await load_photo(info, self.own.photo_id))

    @strawberry.field
    def person(self, info: Info) -> Annotated[Person, strawberry.lazy("resolvers.persons")] | None:
        from resolvers.persons import load_person

        return load_person(info, self.own.person_id) if self.own.person_id is not None else None

    @strawberry.field(description="Best first; none where somebody said whose it is.")
    def suggestions(self, info: Info) -> list[PersonSuggestion]:
        return suggestions(info, self.own.likes)

    @strawberry.field(description="URL of the face, cut out, square and upright.")
    def thumbnail(self, info: Info, format: model.ThumbnailFormat = model.ThumbnailFormat.AUTO) -> str:
        return thumbnail_url(info.context.signer, self.own.photo_id, FaceCut.of(self.own.box), format)

    @classmethod
    def of(cls, face: model.Face) -> Face:
        return cls(
            own=face,
            id=ids.encode("Face", face.id),
            box=Box.of(face.box),
            confidence=face.confidence,
            quality=face.quality,
            source=face.source,
            ignored=face.ignored,
        )


def suggestions(info: Info, likes: Likes) -> list[PersonSuggestion]:
    from resolvers.persons import Person

    found = info.context.services.faces.suggested(likes)
    return [PersonSuggestion(person=Person.of(person), score=score) for person, score in found]


async def load_face(info: Info, id: str) -> Face | None:
    face = await info.context.loaders.faces.load(id)
    return Face.of(face) if face is not None else None


Count = Callable[[], Awaitable[int]]


@strawberry.type
class FaceConnection:
    page: strawberry.Private[Listing[str]]
    count: strawberry.Private[Count]
    page_info: PageInfo

    @strawberry.field
    async def nodes(self, info: Info) -> list[Face]:
        return [edge.node for edge in await self._load(info)]

    @strawberry.field
    async def edges(self, info: Info) -> list[Edge[Face]]:
        return await self._load(info)

    @strawberry.field(description="Of all, not only those of the page.")
    async def total_count(self, info: Info) -> int:
        return await self.count()

    async def _load(self, info: Info) -> list[Edge[Face]]:
        """Without faces that were removed since the page was made."""
        faces = await info.context.loaders.faces.load_many(self.page.items)
        pairs = zip(self.page.cursors, faces, strict=True)
        return [Edge(cursor=cursor, node=Face.of(face)) for cursor, face in pairs if face is not None]


async def face_page(
    info: Info, filter: model.FaceFilter, first: int | None, after: str | None, count: Count
) -> FaceConnection:
    page = await info.context.loaders.face_pages.load(PageKey(filter, page_size(first), given(after)))
    return FaceConnection(page=page, count=count, page_info=page_info(page.cursors, page.has_next, page.has_previous))


@strawberry.input(description="Everything that is given must hold.")
class FaceFilter:
    photo: strawberry.ID | None = UNSET
    person: strawberry.ID | None = strawberry.field(default=UNSET, description="Theirs, also if only a model says so.")
    unassigned: bool | None = strawberry.field(default=UNSET, description="With no person, or with one.")
    ignored: bool | None = UNSET
    min_quality: float | None = UNSET

    def decode(self) -> model.FaceFilter:
        unassigned = given(self.unassigned)
        return model.FaceFilter(
            photo_id=ids.decode_given("Photo", self.photo),
            person_id=ids.decode_given("Person", self.person),
            assigned=None if unassigned is None else not unassigned,
            ignored=given(self.ignored),
            min_quality=given(self.min_quality),
        )


@strawberry.type(description="Faces without a name that are taken for one person. A proposal: its id may change.")
class FaceCluster(Node):
    own: strawberry.Private[model.FaceCluster]
    size: int

    @strawberry.field(description="Best quality first.")
    async def faces(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> FaceConnection:
        async def count() -> int:
            return self.own.size

        return await face_page(info, model.FaceFilter(cluster_id=self.own.id), first, after, count)

    @strawberry.field(description="By the mean over its faces, best first.")
    async def suggestions(self, info: Info) -> list[PersonSuggestion]:
        return suggestions(info, await info.context.loaders.cluster_likes.load(self.own.id))

    @classmethod
    def of(cls, cluster: model.FaceCluster) -> FaceCluster:
        return cls(own=cluster, id=ids.encode("FaceCluster", cluster.id), size=cluster.size)


async def load_cluster(info: Info, id: str) -> FaceCluster | None:
    cluster = await info.context.services.faces.cluster(id)
    return FaceCluster.of(cluster) if cluster is not None else None


@strawberry.type
class FaceQueries:
    @strawberry.field(permission_classes=[CanView], description="Best quality first.")
    async def faces(
        self, info: Info, filter: FaceFilter | None = UNSET, first: int | None = UNSET, after: str | None = UNSET
    ) -> FaceConnection:
        wanted, faces = filter.decode() if filter else model.FaceFilter(), info.context.services.faces
        await faces.check(wanted)
        return await face_page(info, wanted, first, after, lambda: faces.count(wanted))

    @strawberry.field(permission_classes=[CanView], description="Largest first.")
    async def face_clusters(
        self, info: Info, min_size: int = 3, first: int | None = UNSET, after: str | None = UNSET
    ) -> Connection[FaceCluster]:
        page = await info.context.services.faces.clusters(min_size, page_size(first), given(after))
        return connection(page, FaceCluster.of)
