"""Persons: who they are, and their pictures."""

from __future__ import annotations

from functools import partial

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.errors import BadInput
from photos_graph.search.filters import PhotoFilter, TermFilter
from resolvers import ids
from resolvers.connections import Connection, Node, connection, given, page_size
from resolvers.context import Info
from resolvers.faces import Face, FaceConnection, face_page, load_face
from resolvers.pages import PhotoConnection, photo_page
from resolvers.permissions import CanView


@strawberry.type
class Person(Node):
    own: strawberry.Private[model.Person]
    name: str
    is_me: bool
    hidden: bool

    @strawberry.field
    def photo_count(self, info: Info) -> int:
        return info.context.services.persons.photo_count(self.own.id)

    @strawberry.field(description="Those that only a model says too.")
    async def face_count(self, info: Info) -> int:
        return await info.context.loaders.face_counts.load(self.own.id)

    @strawberry.field(description="Chosen, else the best of those that somebody said are theirs.")
    async def cover(self, info: Info) -> Face | None:
        face_id = await info.context.loaders.covers.load(self.own.id)
        return await load_face(info, face_id) if face_id is not None else None

    @strawberry.field(description="Best quality first.")
    async def faces(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> FaceConnection:
        count = partial(info.context.loaders.face_counts.load, self.own.id)
        return await face_page(info, model.FaceFilter(person_id=self.own.id), first, after, count)

    @strawberry.field(description="Newest first.")
    def photos(self, info: Info, first: int | None = UNSET, after: str | None = UNSET) -> PhotoConnection:
        filter_ = PhotoFilter(persons=TermFilter(all=(model.Ref(id=self.own.id),)))
        return photo_page(info, filter_, model.PhotoOrder.TAKEN_DESC, first, after)

    @classmethod
    def of(cls, person: model.Person) -> Person:
        return cls(
            own=person,
            id=ids.encode("Person", person.id),
            name=person.name,
            is_me=person.is_me,
            hidden=person.hidden,
        )


@strawberry.type
class PersonFacet:
    person: Person
    count: int


def load_person(info: Info, id: str) -> Person | None:
    person = info.context.services.persons.get(id)
    return Person.of(person) if person is not None else None


@strawberry.type
class PersonQueries:
    @strawberry.field(permission_classes=[CanView], description="By their id, or by their name.")
    def person(self, info: Info, id: strawberry.ID | None = UNSET, name: str | None = UNSET) -> Person | None:
        ours, name = ids.decode_given("Person", id), given(name)
        if (ours is None) == (name is None):
            raise BadInput("A person is given by their id or by their name.")
        if ours is not None:
            return load_person(info, ours)
        person = info.context.services.persons.named(name or "")
        return Person.of(person) if person is not None else None

    @strawberry.field(permission_classes=[CanView], description="By name.")
    def persons(
        self, info: Info, include_hidden: bool = False, first: int | None = UNSET, after: str | None = UNSET
    ) -> Connection[Person]:
        page = info.context.services.persons.page(include_hidden, page_size(first), given(after))
        return connection(page, Person.of)
