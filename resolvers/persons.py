"""Persons: their names, their faces and their photos."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import faces as face_model
from photos_graph.model import search as search_model
from photos_graph.search.filters import PhotoFilter, TermFilter
from resolvers import ids
from resolvers.changes import CHANGE, BulkResult, change_id, deleted
from resolvers.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
    Text,
    connection,
    given,
    page_sizes,
)
from resolvers.context import Info
from resolvers.enums import PersonOrder, PhotoOrder
from resolvers.faces import Face, FaceConnection, face_page, load_face
from resolvers.pages import PhotoConnection, photo_page
from resolvers.permissions import CanEdit, CanView
from resolvers.waiting import FROM_LOADERS

PersonId = Annotated[strawberry.ID, strawberry.argument(description="The id of the person.")]
Birthday = Annotated[date | None, strawberry.argument(description="The birthday. Null: it is not known.")]
Note = Annotated[
    str | None,
    strawberry.argument(
        description='A short text that tells persons of one name apart, such as "cousin". An empty one is none.'
    ),
]
Groups = Annotated[
    list[str] | None,
    strawberry.argument(
        description='The names of the groups that the person is in, such as "family", in place of those before. A '
        "search finds the photos of all persons of a group by its name."
    ),
]
PersonName = Annotated[
    str,
    strawberry.argument(description="The name: 1 to 255 characters without control characters."),
]


@strawberry.type(description="A person whose faces are in the photos.")
class Person(Node):
    own: strawberry.Private[face_model.Person]
    name: str = strawberry.field(description="The name of the person.")
    is_me: bool = strawberry.field(
        description='Whether this person is the owner of the library, whom "me" means in a search. At most one is.'
    )
    hidden: bool = strawberry.field(
        description="Whether the person is left out of lists, suggestions and facets. Photos still show the person."
    )
    change: strawberry.ID | None = strawberry.field(description=CHANGE)

    birthday: date | None = strawberry.field(description="The birthday of the person, or null if it is not known.")
    note: str | None = strawberry.field(
        description="A short text that tells persons of one name apart, or null without one."
    )
    groups: list[str] = strawberry.field(
        description="The names of the groups that the person is in. Filters and searches find all persons of a group "
        "by its name."
    )

    @strawberry.field(description="The number of photos that show this person, including predictions.")
    def photo_count(self, info: Info) -> int:
        return info.context.services.persons.photo_count(self.own.id)

    @strawberry.field(
        description="The day of the first photo that shows this person, including predictions, or null if none of the "
        "photos has a date. A photo of which only the month or the year is known counts at the start of it."
    )
    def first_seen(self, info: Info) -> date | None:
        seen = info.context.services.persons.seen(self.own.id)
        return None if seen is None else seen[0]

    @strawberry.field(description="The day of the last photo that shows this person, as `firstSeen` has the first one.")
    def last_seen(self, info: Info) -> date | None:
        seen = info.context.services.persons.seen(self.own.id)
        return None if seen is None else seen[1]

    @strawberry.field(description="The number of faces of this person, including predictions.", metadata=FROM_LOADERS)
    async def face_count(self, info: Info) -> int:
        return await info.context.loaders.face_counts.load(self.own.id)

    @strawberry.field(
        description="The face to show for this person: the chosen one, or else the confirmed face of the best quality. "
        "It is null if no face is confirmed.",
        metadata=FROM_LOADERS,
    )
    async def cover(self, info: Info) -> Face | None:
        face_id = await info.context.loaders.covers.load(self.own.id)
        return await load_face(info, face_id) if face_id is not None else None

    @strawberry.field(description="The faces of this person, including predictions, best quality first.")
    async def faces(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> FaceConnection:
        count = partial(info.context.loaders.face_counts.load, self.own.id)
        return await face_page(info, face_model.FaceFilter(person_id=self.own.id), count, first, after, last, before)

    @strawberry.field(description="The photos that show this person, including predictions, newest first.")
    def photos(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> PhotoConnection:
        filter_ = PhotoFilter(persons=TermFilter(all=(search_model.Ref(id=self.own.id),)))
        return photo_page(info, filter_, PhotoOrder.TAKEN_DESC, first, after, last, before)

    @classmethod
    def of(cls, person: face_model.Person) -> Person:
        return cls(
            own=person,
            id=ids.encode("Person", person.id),
            name=person.name,
            is_me=person.is_me,
            hidden=person.hidden,
            birthday=date.fromisoformat(person.birthday) if person.birthday is not None else None,
            note=person.note,
            groups=list(person.groups),
            change=change_id(person.change_id),
        )


@strawberry.type(description="A person, and how many photos of the answer show that person.")
class PersonFacet:
    person: Person = strawberry.field(description="The person.")
    count: int = strawberry.field(description="The number of photos in the answer that show the person.")


def _details(birthday: date | None, note: str | None, groups: list[str] | None) -> face_model.PersonDetails:
    """Returns the details of those arguments that were given."""
    details = face_model.PersonDetails()
    if birthday is not UNSET:
        details["birthday"] = birthday
    if note is not UNSET:
        details["note"] = note
    if groups is not UNSET:
        details["groups"] = groups or ()
    return details


def load_person(info: Info, id: str) -> Person | None:
    person = info.context.services.persons.get(id)
    return Person.of(person) if person is not None else None


@strawberry.type
class PersonQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Finds a person by id or by name. Returns null if there is none. Fails with BAD_INPUT unless "
        "exactly one of the two is given, or if several persons have the name.",
    )
    def person(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id of the person.")] = UNSET,
        name: Annotated[
            str | None, strawberry.argument(description="The name of the person. Case and accents are ignored.")
        ] = UNSET,
    ) -> Person | None:
        ours, name = ids.decode_given("Person", id), given(name)
        if (ours is None) == (name is None):
            raise BadInput("Give either the id or the name of the person.")
        if ours is not None:
            return load_person(info, ours)
        person = info.context.services.persons.named(name or "")
        return Person.of(person) if person is not None else None

    @strawberry.field(permission_classes=[CanView], description="All persons, one page at a time.")
    def persons(
        self,
        info: Info,
        include_hidden: Annotated[bool, strawberry.argument(description="Whether to include hidden persons.")] = False,
        text: Text = UNSET,
        order_by: Annotated[
            PersonOrder, strawberry.argument(description="The order of the persons.")
        ] = PersonOrder.NAME,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Person]:
        first, last = page_sizes(first, last)
        persons, text = info.context.services.persons, given(text) or ""
        found = persons.page(include_hidden, text, order_by, first, given(after), last, given(before))
        return connection(found, Person.of)


@strawberry.type
class PersonMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Creates a person, also if another person has that name. Fails with BAD_INPUT if the name or "
        "another value is not valid.",
    )
    async def create_person(
        self,
        info: Info,
        name: PersonName,
        is_me: Annotated[
            bool,
            strawberry.argument(
                description="Whether the person is the owner of the library, in place of anyone before."
            ),
        ] = False,
        birthday: Birthday = UNSET,
        note: Note = UNSET,
        groups: Groups = UNSET,
    ) -> Person:
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        return Person.of(await persons.create(name, is_me, viewer.name, _details(birthday, note, groups)))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Renames a person. Fails with BAD_INPUT if the name is not valid, with NOT_FOUND if the person is "
        "not known, and with CONFLICT if another person has that name; the error gives the id of that person.",
    )
    async def rename_person(self, info: Info, id: PersonId, name: PersonName) -> Person:
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        return Person.of(await persons.rename(ids.decode("Person", id), name, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Updates a person. Arguments that are left out stay as they are. Fails with NOT_FOUND if the "
        "person or the face is not known, and with BAD_INPUT if the face is not assigned to the person or another "
        "value is not valid.",
    )
    async def update_person(
        self,
        info: Info,
        id: PersonId,
        is_me: Annotated[
            bool | None,
            strawberry.argument(
                description="Whether the person is the owner of the library, in place of anyone before."
            ),
        ] = UNSET,
        hidden: Annotated[
            bool | None,
            strawberry.argument(description="Whether to leave the person out of lists, suggestions and facets."),
        ] = UNSET,
        cover: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The id of a face of the person to show as the cover."),
        ] = UNSET,
        birthday: Birthday = UNSET,
        note: Note = UNSET,
        groups: Groups = UNSET,
    ) -> Person:
        person_id, cover_id = ids.decode("Person", id), ids.decode_given("Face", cover)
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        details = _details(birthday, note, groups)
        return Person.of(
            await persons.update(person_id, given(is_me), given(hidden), cover_id, details, by=viewer.name)
        )

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Merges persons: their faces become faces of `into`, and they are deleted. The result counts "
        "faces. Fails with BAD_INPUT if `into` is one of `from`, and with NOT_FOUND if a person is not known.",
    )
    async def merge_persons(
        self,
        info: Info,
        from_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(name="from", description="The ids of the persons to merge and delete."),
        ],
        into_id: Annotated[
            strawberry.ID, strawberry.argument(name="into", description="The id of the person that remains.")
        ],
    ) -> BulkResult:
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        gone, into = ids.decode_all("Person", from_ids), ids.decode("Person", into_id)
        return BulkResult.of(await persons.merge(gone, into, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Deletes a person. The faces stay and have no name. Returns false if the person is not known. "
        "`lastDeletion` in the same request gives the id of the change.",
    )
    async def delete_person(self, info: Info, id: PersonId) -> bool:
        persons, viewer = info.context.services.person_editing, info.context.known_viewer
        return deleted(info, await persons.delete(ids.decode("Person", id), by=viewer.name))
