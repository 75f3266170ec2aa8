"""Faces: where they are, which person they belong to, and which persons they resemble."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.images.sizes import FaceCut
from photos_graph.model import faces as face_model
from photos_graph.model.library import photo_key
from photos_graph.search.listing import Listing
from photos_graph.services.browse.faces import PageKey, ScoredPersons
from photos_graph.services.faces.person_details import age_at
from resolvers import ids
from resolvers.boxes import Box, BoxInput
from resolvers.changes import CHANGE, BulkResult, change_id
from resolvers.connections import (
    EDGES,
    NODES,
    PAGE_INFO,
    TOTAL_COUNT,
    After,
    Before,
    Edge,
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
from resolvers.enums import TagSource, ThumbnailFormat
from resolvers.jobs import Job
from resolvers.permissions import CanEdit, CanView, IsOwner
from resolvers.photos import Format, Photo, load_photo
from resolvers.waiting import FROM_LOADERS

if TYPE_CHECKING:
    from resolvers.persons import Person

ID_OR_NAME = (
    "The id or the name of a person. A name that no person has creates the person. Fails with BAD_INPUT if several "
    "persons have the name."
)
IdOrName = Annotated[str, strawberry.argument(description=ID_OR_NAME)]
FaceIds = Annotated[
    list[strawberry.ID], strawberry.argument(description="The ids of up to 10,000 faces. Repeated ids count once.")
]


@strawberry.type(description="A person that a face or a cluster resembles.")
class PersonSuggestion:
    person: Annotated[Person, strawberry.lazy("resolvers.persons")] = strawberry.field(description="The person.")
    score: float = strawberry.field(description="How likely it is that person, from 0 to 1.")


@strawberry.type(description="A face in a photo.")
class Face(Node):
    own: strawberry.Private[face_model.Face]
    box: Box = strawberry.field(description="Where the face is in the photo.")
    confidence: float = strawberry.field(description="How sure the detector is that this is a face, from 0 to 1.")
    quality: float = strawberry.field(
        description="How well the face can be recognised, from 0 to 1, by its size, sharpness and pose. It is 0 until "
        "a model has looked at the face."
    )
    source: TagSource | None = strawberry.field(
        description="Who states which person this is: MANUAL, IMPORTED or PREDICTED. It is null without a person."
    )
    ignored: bool = strawberry.field(
        description="Whether the face is ignored, such as that of a stranger: it is not counted, grouped or recognised."
    )
    ignored_by: TagSource | None = strawberry.field(
        description="Who ignores the face: MANUAL for a person, PREDICTED for a model, because the face resembles one "
        "that a person ignored. `ignoreFaces` confirms that or, with `ignored: false`, takes it back for good. It is "
        "null if the face is not ignored."
    )
    change: strawberry.ID | None = strawberry.field(description=CHANGE)

    @strawberry.field(description="The photo that the face is in.", metadata=FROM_LOADERS)
    async def photo(self, info: Info) -> Photo:
        return still_there(await load_photo(info, self.own.photo_id))

    @strawberry.field(
        description="The person that the face belongs to, as a person assigned it or as the active model predicts it. "
        "It is null if this is not known."
    )
    def person(self, info: Info) -> Annotated[Person, strawberry.lazy("resolvers.persons")] | None:
        from resolvers.persons import load_person

        return load_person(info, self.own.person_id) if self.own.person_id is not None else None

    @strawberry.field(
        description="How old the person was in whole years when the photo was taken, or null if the person, the "
        "birthday or the date of the photo is not known.",
        metadata=FROM_LOADERS,
    )
    async def age(self, info: Info) -> int | None:
        person = info.context.services.persons.get(self.own.person_id) if self.own.person_id is not None else None
        if person is None or person.birthday is None:
            return None
        photo = await load_photo(info, self.own.photo_id)
        return age_at(person.birthday, photo.taken_at.date()) if photo is not None and photo.taken_at else None

    @strawberry.field(
        description="The persons that the face resembles, best first, without hidden persons. The list is empty if the "
        "face is assigned to a person."
    )
    def suggestions(self, info: Info) -> list[PersonSuggestion]:
        return suggestions(info, self.own.similar_persons)

    @strawberry.field(
        description="The signed URL of the cropped face, a square with an edge of up to 256 pixels, relative to the "
        "address of the service unless `web.public_url` is set. It opens without a token."
    )
    def thumbnail(self, info: Info, format: Format = ThumbnailFormat.AUTO) -> str:
        key = photo_key(self.own.photo_id, self.own.photo_look)
        return info.context.addresses.thumbnail(key, FaceCut.of(self.own.box), format)

    @classmethod
    def of(cls, face: face_model.Face) -> Face:
        return cls(
            own=face,
            id=ids.encode("Face", face.id),
            box=Box.of(face.box),
            confidence=face.confidence,
            quality=face.quality,
            source=face.source,
            ignored=face.ignored,
            ignored_by=face.ignored_by,
            change=change_id(face.change_id),
        )


def suggestions(info: Info, scored: ScoredPersons) -> list[PersonSuggestion]:
    from resolvers.persons import Person

    found = info.context.services.faces.suggested(scored)
    return [PersonSuggestion(person=Person.of(person), score=score) for person, score in found]


async def load_face(info: Info, id: str) -> Face | None:
    face = await info.context.loaders.faces.load(id)
    return Face.of(face) if face is not None else None


Count = Callable[[], Awaitable[int]]


@strawberry.type(description="A page of faces.")
class FaceConnection:
    page: strawberry.Private[Listing[str]]
    count: strawberry.Private[Count]
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)

    @strawberry.field(description=NODES, metadata=FROM_LOADERS)
    async def nodes(self, info: Info) -> list[Face]:
        return [edge.node for edge in await self._load(info)]

    @strawberry.field(description=EDGES, metadata=FROM_LOADERS)
    async def edges(self, info: Info) -> list[Edge[Face]]:
        return await self._load(info)

    @strawberry.field(description=TOTAL_COUNT)
    async def total_count(self, info: Info) -> int:
        return await self.count()

    async def _load(self, info: Info) -> list[Edge[Face]]:
        """Leaves out faces that were removed since the page was made."""
        faces = await info.context.loaders.faces.load_many(self.page.items)
        pairs = zip(self.page.cursors, faces, strict=True)
        return [Edge(cursor=cursor, node=Face.of(face)) for cursor, face in pairs if face is not None]


async def face_page(
    info: Info,
    filter: face_model.FaceFilter,
    count: Count,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> FaceConnection:
    first, last = page_sizes(first, last)
    page = await info.context.loaders.face_pages.load(PageKey(filter, first, given(after), last, given(before)))
    return FaceConnection(page=page, count=count, page_info=page_info(page.cursors, page.has_next, page.has_previous))


@strawberry.input(description="Which faces to return. A face must satisfy all conditions that are given.")
class FaceFilter:
    photo: strawberry.ID | None = strawberry.field(default=UNSET, description="The faces in the photo with this id.")
    person: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The faces of the person with this id, including predictions."
    )
    unassigned: bool | None = strawberry.field(
        default=UNSET, description="True: the faces without a person. False: the faces with one, including predictions."
    )
    ignored: bool | None = strawberry.field(
        default=UNSET, description="True: the faces that are ignored. False: the faces that are not."
    )
    min_quality: float | None = strawberry.field(
        default=UNSET, description="The faces with at least this quality, from 0 to 1."
    )

    def decode(self) -> face_model.FaceFilter:
        unassigned = given(self.unassigned)
        return face_model.FaceFilter(
            photo_id=ids.decode_given("Photo", self.photo),
            person_id=ids.decode_given("Person", self.person),
            assigned=None if unassigned is None else not unassigned,
            ignored=given(self.ignored),
            min_quality=given(self.min_quality),
        )


@strawberry.type
class FaceQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Returns the faces that match a filter, best quality first. Fails with NOT_FOUND if the filter "
        "names an unknown photo or person, and with BAD_INPUT if its quality is not a number.",
    )
    async def faces(
        self,
        info: Info,
        filter: Annotated[
            FaceFilter | None,
            strawberry.argument(description="Which faces to return. All faces are returned by default."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> FaceConnection:
        wanted, faces = filter.decode() if filter else face_model.FaceFilter(), info.context.services.faces
        await faces.check(wanted)
        return await face_page(info, wanted, lambda: faces.count(wanted), first, after, last, before)


@strawberry.type
class FaceMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Assigns the faces to a person, replacing any earlier assignment. Two faces in one photo may be "
        "one person, as in a mirror or a collage. The result counts faces. Fails with NOT_FOUND if a face or the "
        "person is not known.",
    )
    async def assign_faces(self, info: Info, faces: FaceIds, person: IdOrName) -> BulkResult:
        assignment, viewer = info.context.services.assignment, info.context.known_viewer
        face_ids, ref = ids.decode_all("Face", faces), ids.ref("Person", person)
        return BulkResult.of(await assignment.assign(face_ids, ref, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="States that the faces are not those of a person. This removes the assignment, if there is one, "
        "and is remembered, so that the person is not suggested for them again. The result counts faces. Fails with "
        "NOT_FOUND if a face or the person is not known.",
    )
    async def reject_faces(
        self,
        info: Info,
        faces: FaceIds,
        person_id: Annotated[
            strawberry.ID, strawberry.argument(name="person", description="The id of the person that they are not.")
        ],
    ) -> BulkResult:
        assignment, viewer = info.context.services.assignment, info.context.known_viewer
        face_ids, person = ids.decode_all("Face", faces), ids.decode("Person", person_id)
        return BulkResult.of(await assignment.reject(face_ids, person, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Ignores faces, such as those of strangers or things that are not faces, or no longer ignores "
        "them. An assigned person stays assigned. Faces that resemble ignored ones, also in new photos, are then "
        "ignored by the model. The result counts faces. Fails with NOT_FOUND if a face is not "
        "known.",
    )
    async def ignore_faces(
        self,
        info: Info,
        faces: FaceIds,
        ignored: Annotated[bool, strawberry.argument(description="False no longer ignores the faces.")] = True,
    ) -> BulkResult:
        assignment, viewer = info.context.services.assignment, info.context.known_viewer
        return BulkResult.of(await assignment.ignore(ids.decode_all("Face", faces), ignored, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Adds a face that the detector missed. It is there at once, and a job lets a model look at it "
        "soon. Fails with BAD_INPUT if the box is not inside the picture or covers too few pixels to recognise a face, "
        "with NOT_FOUND if the photo or the person is not known, and with CONFLICT if a face is there already; the "
        "error gives its id.",
    )
    async def add_face(
        self,
        info: Info,
        photo_id: Annotated[strawberry.ID, strawberry.argument(name="photo", description="The id of the photo.")],
        box: Annotated[BoxInput, strawberry.argument(description="Where the face is in the photo.")],
        person: Annotated[str | None, strawberry.argument(description=ID_OR_NAME)] = UNSET,
    ) -> Face:
        drawn_faces, viewer = info.context.services.drawn_faces, info.context.known_viewer
        photo, named = ids.decode("Photo", photo_id), given(person)
        ref = ids.ref("Person", named) if named is not None else None
        return Face.of(await drawn_faces.add(photo, box.decode(), ref, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Moves the box of a face. Its labels stay, the detector leaves the face where it is, "
        "and a job lets a model look at it again soon. Fails with NOT_FOUND if the face is not known, and otherwise as "
        "`addFace` does.",
    )
    async def move_face(
        self,
        info: Info,
        face_id: Annotated[strawberry.ID, strawberry.argument(name="face", description="The id of the face.")],
        box: Annotated[BoxInput, strawberry.argument(description="Where the face is in the photo.")],
    ) -> Face:
        drawn_faces, viewer = info.context.services.drawn_faces, info.context.known_viewer
        return Face.of(await drawn_faces.move(ids.decode("Face", face_id), box.decode(), by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Deletes faces that were drawn by hand, or that are none, with their labels. The "
        "detector does not find them again. Ignore the faces of strangers instead. The result counts faces. Fails with "
        "NOT_FOUND if a face is not known.",
    )
    async def delete_faces(self, info: Info, faces: FaceIds) -> BulkResult:
        drawn_faces, viewer = info.context.services.drawn_faces, info.context.known_viewer
        return BulkResult.of(await drawn_faces.delete(ids.decode_all("Face", faces), by=viewer.name))


@strawberry.type
class FaceJobMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a job that detects faces in the given photos, again if necessary. By default it looks at "
        "all photos that are due. Faces that a person edited stay. Fails with NOT_FOUND if a photo is not known. "
        "Requires the role OWNER.",
    )
    async def find_faces(
        self,
        info: Info,
        photos: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="The ids of up to 10,000 photos.")
        ] = UNSET,
    ) -> Job:
        wanted = given(photos)
        photo_ids = None if wanted is None else [ids.decode("Photo", id_) for id_ in wanted]
        return Job.of(await info.context.services.face_triggers.find(photo_ids))
