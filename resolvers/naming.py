"""Persons and whose face is whose, as people say it."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import given
from resolvers.context import Info
from resolvers.faces import BoxInput, Face
from resolvers.permissions import CanEdit
from resolvers.persons import Person

_ID_OR_NAME = "An id, or a new name, which creates the person; the name of somebody: CONFLICT, with the id."

Whose = Annotated[str, strawberry.argument(description=_ID_OR_NAME)]


@strawberry.type
class PersonMutations:
    @strawberry.mutation(permission_classes=[CanEdit], description="With the name of somebody: CONFLICT, with the id.")
    async def create_person(self, info: Info, name: str, is_me: bool = False) -> Person:
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        return Person.of(await persons.create(name, is_me, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="Onto the name of somebody: CONFLICT, with the id.")
    async def rename_person(self, info: Info, id: strawberry.ID, name: str) -> Person:
        return Person.of(await info.context.services.person_editing.rename(ids.decode("Person", id), name))

    @strawberry.mutation(permission_classes=[CanEdit], description="What is left out stays; one person at most is me.")
    async def update_person(
        self,
        info: Info,
        id: strawberry.ID,
        is_me: bool | None = UNSET,
        hidden: bool | None = UNSET,
        cover: strawberry.ID | None = UNSET,
    ) -> Person:
        person_id, cover_id = ids.decode("Person", id), ids.decode_given("Face", cover)
        persons = info.context.services.person_editing
        return Person.of(await persons.update(person_id, given(is_me), given(hidden), cover_id))

    @strawberry.mutation(
        permission_classes=[CanEdit], description="Their faces are those of `into`. Two in one photo: CONFLICT."
    )
    async def merge_persons(
        self,
        info: Info,
        from_ids: Annotated[list[strawberry.ID], strawberry.argument(name="from")],
        into_id: Annotated[strawberry.ID, strawberry.argument(name="into")],
    ) -> BulkResult:
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        gone, into = ids.decode_all("Person", from_ids), ids.decode("Person", into_id)
        return BulkResult.of(await persons.merge(gone, into, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="Their faces stay, without a name.")
    async def delete_person(self, info: Info, id: strawberry.ID) -> bool:
        return await info.context.services.person_editing.delete(ids.decode("Person", id))


@strawberry.type
class FaceMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Left out are faces that were rejected for them, and all but the best on one photo.",
    )
    async def name_cluster(
        self,
        info: Info,
        cluster_id: Annotated[strawberry.ID, strawberry.argument(name="cluster")],
        person: Whose,
    ) -> BulkResult:
        naming, viewer = info.context.services.assignment, info.context.known_viewer
        cluster, ref = ids.decode("FaceCluster", cluster_id), ids.ref("Person", person)
        return BulkResult.of(await naming.name_cluster(cluster, ref, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="Whoever they were. Twice in one photo: CONFLICT.")
    async def assign_faces(self, info: Info, faces: list[strawberry.ID], person: Whose) -> BulkResult:
        naming, viewer = info.context.services.assignment, info.context.known_viewer
        face_ids, ref = ids.decode_all("Face", faces), ids.ref("Person", person)
        return BulkResult.of(await naming.assign(face_ids, ref, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="They are not that person, which is remembered.")
    async def reject_faces(
        self,
        info: Info,
        faces: list[strawberry.ID],
        person_id: Annotated[strawberry.ID, strawberry.argument(name="person")],
    ) -> BulkResult:
        naming, viewer = info.context.services.assignment, info.context.known_viewer
        face_ids, person = ids.decode_all("Face", faces), ids.decode("Person", person_id)
        return BulkResult.of(await naming.reject(face_ids, person, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="Faces of strangers, and what is none.")
    async def ignore_faces(self, info: Info, faces: list[strawberry.ID], ignored: bool = True) -> BulkResult:
        naming, viewer = info.context.services.assignment, info.context.known_viewer
        return BulkResult.of(await naming.ignore(ids.decode_all("Face", faces), ignored, by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit], description="A face that was missed. Upon another: CONFLICT.")
    async def add_face(
        self,
        info: Info,
        photo_id: Annotated[strawberry.ID, strawberry.argument(name="photo")],
        box: BoxInput,
        person: Annotated[str | None, strawberry.argument(description=_ID_OR_NAME)] = UNSET,
    ) -> Face:
        drawing, viewer = info.context.services.drawn_faces, info.context.known_viewer
        photo, named = ids.decode("Photo", photo_id), given(person)
        ref = ids.ref("Person", named) if named is not None else None
        return Face.of(await drawing.add(photo, box.decode(), ref, by=viewer.name))
