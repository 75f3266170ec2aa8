"""Where a photo was taken, and with what."""

from __future__ import annotations

import strawberry

from photos_graph import model

PlaceKind = strawberry.enum(model.PlaceKind)


@strawberry.type
class Location:
    latitude: float = strawberry.field(description="Degrees, WGS 84.")
    longitude: float = strawberry.field(description="Degrees, WGS 84.")
    altitude: float | None = strawberry.field(description="Metres above sea level.")

    @classmethod
    def of(cls, location: model.Location | None) -> Location | None:
        return location and cls(latitude=location.latitude, longitude=location.longitude, altitude=location.altitude)


@strawberry.type
class Place:
    name: str
    kind: model.PlaceKind

    @classmethod
    def of(cls, place: model.Place) -> Place:
        return cls(name=place.name, kind=place.kind)


@strawberry.type
class Camera:
    make: str | None
    model: str | None
    lens: str | None

    @classmethod
    def of(cls, camera: model.Camera | None) -> Camera | None:
        return camera and cls(make=camera.make, model=camera.model, lens=camera.lens)
