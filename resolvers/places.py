"""Where a photo was taken, and with which camera."""

from __future__ import annotations

import strawberry

from photos_graph.model import library as library_model
from resolvers.enums import PlaceKind


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


@strawberry.type(description="A country, region or city. Places are found offline from the location of a photo.")
class Place:
    name: str = strawberry.field(description="The name of the place.")
    kind: PlaceKind = strawberry.field(description="The level of the place.")

    @classmethod
    def of(cls, place: library_model.Place) -> Place:
        return cls(name=place.name, kind=place.kind)


@strawberry.type(description="The camera that took a photo, as the metadata of the file names it.")
class Camera:
    make: str | None = strawberry.field(description="The manufacturer of the camera.")
    model: str | None = strawberry.field(description="The model of the camera.")
    lens: str | None = strawberry.field(description="The model of the lens.")

    @classmethod
    def of(cls, camera: library_model.Camera | None) -> Camera | None:
        return None if camera is None else cls(make=camera.make, model=camera.model, lens=camera.lens)
