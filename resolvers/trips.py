"""Trips and events: photos that were taken on one journey or occasion, as a job has found them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import trips as trip_model
from resolvers import ids
from resolvers.album_mutations import AlbumPayload
from resolvers.changes import CHANGE, BulkResult, change_id
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.enums import PhotoOrder, TripKind
from resolvers.filters import decode_filter
from resolvers.jobs import Job
from resolvers.pages import Filter, OrderBy, PhotoConnection, photo_page
from resolvers.permissions import CanEdit, CanView, IsOwner
from resolvers.photos import Photo, load_photo
from resolvers.places import Place
from resolvers.tagging import TagRefs

TripId = Annotated[strawberry.ID, strawberry.argument(description="The id of the trip.")]


@strawberry.type(
    description="Photos of one journey or occasion, as a job has found them by their times and positions. A trip keeps "
    "its id when more photos of it come."
)
class Trip(Node):
    own: strawberry.Private[trip_model.Trip]
    kind: TripKind = strawberry.field(description="What the photos have in common.")
    name: str = strawberry.field(
        description="The name that a person chose or else one in English that follows from the places and dates, such "
        'as "Abruzzo, August 2019".'
    )
    is_renamed: bool = strawberry.field(description="Whether a person chose the name.")
    start: date = strawberry.field(description="The day of the first photo.")
    end: date = strawberry.field(description="The day of the last photo.")
    change: strawberry.ID | None = strawberry.field(description=CHANGE)

    @strawberry.field(description="The number of photos. A stack counts as one.")
    def photo_count(self, info: Info) -> int:
        return info.context.services.trips.photo_count(self.own)

    @strawberry.field(
        description="The photo to show for the trip: a favourite or the one with the best rating, from the middle."
    )
    async def cover(self, info: Info) -> Photo | None:
        photo_id = info.context.services.trips.cover_id(self.own)
        return await load_photo(info, photo_id) if photo_id is not None else None

    @strawberry.field(
        description="The cities in which a tenth or more of the photos were taken, or the regions or countries if no "
        "city is known: up to ten, those with the most photos first."
    )
    def places(self, info: Info) -> list[Place]:
        return [Place.of(place) for place in info.context.services.trips.places(self.own)]

    @strawberry.field(description="The photos of the trip that match a filter. Fails like `Query.photos`.")
    async def photos(
        self,
        info: Info,
        filter: Filter = UNSET,
        order_by: OrderBy = PhotoOrder.TAKEN_ASC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> PhotoConnection:
        services, wanted = info.context.services, decode_filter(filter)
        await services.questions.of_filter(wanted)
        inside = services.trips.photos(self.own)
        return photo_page(info, wanted, order_by, first, after, last, before, inside=inside)

    @classmethod
    def of(cls, trip: trip_model.Trip) -> Trip:
        return cls(
            own=trip,
            id=ids.encode("Trip", trip.id),
            kind=trip.kind,
            name=trip.name,
            is_renamed=trip.given_name is not None,
            start=trip.start,
            end=trip.end,
            change=change_id(trip.change_id),
        )


async def load_trip(info: Info, id: str) -> Trip | None:
    found = await info.context.loaders.trips.load(id)
    return Trip.of(found) if found is not None else None


@strawberry.type
class TripQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="The trips and events, the latest first. They are found by a job that follows a scan.",
    )
    async def trips(
        self,
        info: Info,
        kind: Annotated[
            TripKind | None, strawberry.argument(description="Returns only trips, or only events.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Trip]:
        trips, (first, last) = info.context.services.trips, page_sizes(first, last)
        return connection(await trips.page(given(kind), first, given(after), last, given(before)), Trip.of)


@strawberry.type
class TripMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Names a trip or an event. No job changes that name, and a trip with a name stays even if its "
        "photos are grouped in another way later. `undo` reverses it by the `change` of the trip. Fails with "
        "BAD_INPUT if the name is not valid, and with NOT_FOUND if the trip is not known.",
    )
    async def rename_trip(
        self,
        info: Info,
        id: TripId,
        name: Annotated[
            str | None,
            strawberry.argument(
                description="The name: 1 to 255 characters without control characters. Null: the name that follows "
                "from the places and dates."
            ),
        ] = None,
    ) -> Trip:
        trips, viewer = info.context.services.trips, info.context.known_viewer
        return Trip.of(await trips.rename(ids.decode("Trip", id), name, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Adds tags to the photos that a trip has now. The result counts photos. Fails with NOT_FOUND if "
        "the trip or the id of a tag is not known, and with BAD_INPUT if a name is not valid, or if the trip has more "
        "than 10,000 photos.",
    )
    async def tag_trip(
        self,
        info: Info,
        trip: Annotated[strawberry.ID, strawberry.argument(description="The id of the trip.")],
        tags: TagRefs,
    ) -> BulkResult:
        trips, viewer = info.context.services.trips, info.context.known_viewer
        return BulkResult.of(await trips.tag(ids.decode("Trip", trip), ids.refs("Tag", tags), by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Makes an album of the photos that a trip has now, in the order in which they were taken. Photos "
        "that the trip gets later are not added. Fails with NOT_FOUND if the trip is not known, with CONFLICT if "
        "another album has the name, and with BAD_INPUT if the name is not valid or if the trip has more than 10,000 "
        "photos.",
    )
    async def album_of_trip(
        self,
        info: Info,
        trip: Annotated[strawberry.ID, strawberry.argument(description="The id of the trip.")],
        name: Annotated[
            str | None, strawberry.argument(description="The name of the album. By default, it is that of the trip.")
        ] = UNSET,
    ) -> AlbumPayload:
        trips, viewer = info.context.services.trips, info.context.known_viewer
        made = await trips.make_album(ids.decode("Trip", trip), given(name), by=viewer.name)
        return AlbumPayload.of_change(made)

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a job that finds the trips and events among all photos again. It is rarely needed, because "
        "the job follows every scan after which there are other photos, times or positions. Requires the role OWNER.",
    )
    async def find_trips(self, info: Info) -> Job:
        return Job.of(await info.context.services.trip_triggers.find())
