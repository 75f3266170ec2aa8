"""Where a photo was taken, and with which camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import library as library_model
from photos_graph.model.properties import Description
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter, TermFilter
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.enums import PhotoOrder, PlaceKind

if TYPE_CHECKING:
    from resolvers.pages import PhotoConnection
    from resolvers.photos import Photo


@strawberry.type(description="A point on the Earth, in the WGS 84 system.")
class Location:
    latitude: float = strawberry.field(description="The latitude in degrees, from -90 to 90. North is positive.")
    longitude: float = strawberry.field(description="The longitude in degrees, from -180 to 180. East is positive.")
    altitude: float | None = strawberry.field(description="The altitude in metres above sea level, if it is known.")

    @classmethod
    def of(cls, location: library_model.Location | None) -> Location | None:
        if location is None:
            return None
        return cls(latitude=location.latitude, longitude=location.longitude, altitude=location.altitude)


@strawberry.type(
    description="A country, region or city. Places are found offline from the location of a photo or, if it has none, "
    "from the names that its file states. Filters and `placePhotos` accept its id."
)
class Place(Node):
    own: strawberry.Private[library_model.Place]
    name: str = strawberry.field(description="The name of the place.")
    kind: PlaceKind = strawberry.field(description="The level of the place.")

    @strawberry.field(
        description='The names from the country down to this place, in the form that filters accept: "Italy/Abruzzo".'
    )
    def path(self, info: Info) -> str:
        return info.context.services.places.path(self.own.id) or self.name

    @strawberry.field(description="The place that contains this one, or null for a country.")
    def parent(self, info: Info) -> Place | None:
        return load_place(info, self.own.parent_id) if self.own.parent_id is not None else None

    @strawberry.field(description="The places directly within this one that have photos, by name.")
    def children(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Place]:
        places, (first, last) = info.context.services.places, page_sizes(first, last)
        page = places.page(None, self.own.id, None, first, given(after), last, given(before))
        return connection(page, Place.of)

    @strawberry.field(
        description="The middle of the photos that were taken at this place and within it, where a map can show it. Of "
        "more than 5,000 photos, some stand for all. It is null if no photo has a position."
    )
    def position(self, info: Info) -> Location | None:
        found = info.context.services.places.position(self.own.id)
        return None if found is None else Location(latitude=found[0], longitude=found[1], altitude=None)

    @strawberry.field(
        description="The number of photos that were taken at this place and within it; a stack counts as one."
    )
    def photo_count(self, info: Info) -> int:
        return info.context.services.places.photo_count(self.own.id)

    @strawberry.field(description="A photo to show for this place: the most recent one, or null if it has none.")
    async def cover(self, info: Info) -> Annotated[Photo, strawberry.lazy("resolvers.photos")] | None:
        from resolvers.photos import load_photo

        cover_id = info.context.services.places.cover_id(self.own.id)
        return await load_photo(info, cover_id) if cover_id is not None else None

    @strawberry.field(description="The photos that were taken at this place and within it, newest first.")
    def photos(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Annotated[PhotoConnection, strawberry.lazy("resolvers.pages")]:
        from resolvers.pages import photo_page

        filter_ = PhotoFilter(places=TermFilter(all=(Ref(id=self.own.id),)))
        return photo_page(info, filter_, PhotoOrder.TAKEN_DESC, first, after, last, before)

    @classmethod
    def of(cls, place: library_model.Place) -> Place:
        return cls(own=place, id=ids.encode("Place", place.id), name=place.name, kind=place.kind)


def load_place(info: Info, id: str) -> Place | None:
    place = info.context.services.places.get(id)
    return Place.of(place) if place is not None else None


@strawberry.type(
    description="The names of the place where the photo was taken, as the metadata of the file states them. They may "
    "be in any language. `Photo.places` has the places that were recognised."
)
class PlaceNames:
    sublocation: str | None = strawberry.field(description='A place in the city, for example "Harbour".')
    city: str | None = strawberry.field(description="The name of the city.")
    region: str | None = strawberry.field(description="The name of the state, province or region.")
    country: str | None = strawberry.field(description="The name or the code of the country.")

    @classmethod
    def of(cls, description: Description) -> PlaceNames | None:
        sublocation, city = description.sublocation, description.city
        region, country = description.region, description.country
        if not (sublocation or city or region or country):
            return None
        return cls(sublocation=sublocation, city=city, region=region, country=country)


@strawberry.type(description="How a photo was exposed, as the camera states it.")
class Exposure:
    iso: int | None = strawberry.field(description="The sensitivity, for example 400.")
    aperture: float | None = strawberry.field(description="The f-number, for example 2.8.")
    seconds: float | None = strawberry.field(description="The exposure time in seconds, for example 0.004 for 1/250.")
    focal_length: float | None = strawberry.field(description="The focal length of the lens in millimetres.")

    @classmethod
    def of(cls, exposure: library_model.Exposure | None) -> Exposure | None:
        if exposure is None:
            return None
        return cls(
            iso=exposure.iso,
            aperture=exposure.aperture,
            seconds=exposure.seconds,
            focal_length=exposure.focal_length,
        )


@strawberry.type(description="The camera that took a photo, as the metadata of the file names it.")
class Camera:
    make: str | None = strawberry.field(description="The manufacturer of the camera.")
    model: str | None = strawberry.field(description="The model of the camera.")
    lens: str | None = strawberry.field(description="The model of the lens.")

    @classmethod
    def of(cls, camera: library_model.Camera | None) -> Camera | None:
        return None if camera is None else cls(make=camera.make, model=camera.model, lens=camera.lens)
