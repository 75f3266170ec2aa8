"""Where a photo was taken, and with what."""

from __future__ import annotations

import strawberry

from photos_graph import model as nouns

strawberry.enum(nouns.PlaceKind)


@strawberry.type
class Location:
    latitude: float = strawberry.field(description="Degrees, WGS 84.")
    longitude: float = strawberry.field(description="Degrees, WGS 84.")
    altitude: float | None = strawberry.field(description="Metres above sea level.")

    @classmethod
    def of(cls, location: nouns.Location | None) -> Location | None:
        if location is None:
            return None
        return cls(latitude=location.latitude, longitude=location.longitude, altitude=location.altitude)


@strawberry.type
class Place:
    name: str
    kind: nouns.PlaceKind

    @classmethod
    def of(cls, place: nouns.Place) -> Place:
        return cls(name=place.name, kind=place.kind)


@strawberry.type
class Camera:
    make: str | None
    model: str | None
    lens: str | None

    @classmethod
    def of(cls, camera: nouns.Camera | None) -> Camera | None:
        return None if camera is None else cls(make=camera.make, model=camera.model, lens=camera.lens)
