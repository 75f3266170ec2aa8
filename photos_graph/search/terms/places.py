"""The terms for where a photo was taken: places by name, and positions in degrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Annotated

from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.search import Match, MatchKind
from photos_graph.search import geo
from photos_graph.search.arrays import Numbers, bitmap, numbers_of
from photos_graph.search.geo import Degrees
from photos_graph.search.label_words import ENGLISH_LABELS, LabelWords
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import PrefixTerm, Reasons, SetTerm, Term, own_reasons, paths


@dataclass(frozen=True, slots=True)
class AtPlace(SetTerm):
    """Matches photos that were taken at a place, which includes all places within it."""

    place_id: str

    kind = MatchKind.PLACE

    def all_photos(self, sets: PhotoSets) -> BitMap:
        return sets.places.photos_below(self.place_id)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        """Names, for each photo, the places within this place at which it was taken."""
        place = sets.places.get(self.place_id)
        if place is None:
            return
        for number in photos:
            within = [id_ for id_ in sets.places_of(number) if place.id in sets.places.self_and_ancestors(id_)]
            via = () if place.id in within else paths(sets.places.path, within)
            yield number, Match(MatchKind.PLACE, place.name, via)


class _PositionTerm(PrefixTerm):
    """A condition on positions. These have no set, so they are compared one by one."""

    __slots__ = ()

    is_slow = True

    def _look(self, latitude: Degrees, longitude: Degrees) -> Numbers:
        """Returns the indices (ascending) of the positions that meet the condition."""
        raise NotImplementedError

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        table = sets.table
        if len(within) * 8 > table.size:
            return bitmap(self._look(table.latitude[: table.size], table.longitude[: table.size])) & within
        numbers = numbers_of(within)
        return bitmap(numbers[self._look(table.latitude[numbers], table.longitude[numbers])])


@dataclass(frozen=True, slots=True)
class Near(_PositionTerm):
    """Matches photos that were taken within a circle. Photos without a position do not match."""

    latitude: Annotated[float, "The latitude of the centre in degrees (WGS 84), from -90 to 90."]
    longitude: Annotated[float, "The longitude of the centre in degrees (WGS 84), from -180 to 180."]
    radius_km: Annotated[float, "The radius of the circle in kilometres."]

    def checked(self) -> Near:
        _check_degrees([self.latitude], [self.longitude])
        if not (isfinite(self.radius_km) and self.radius_km >= 0):
            raise BadInput("A radius must be a number of kilometres that is not negative.")
        return self

    def _look(self, latitude: Degrees, longitude: Degrees) -> Numbers:
        return geo.near(latitude, longitude, self.latitude, self.longitude, self.radius_km)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        def far(number: int) -> str:
            at = slice(number, number + 1)
            position = sets.table.latitude[at], sets.table.longitude[at]
            return f"{geo.distance_km(*position, self.latitude, self.longitude)[0]:.1f} km away"

        return own_reasons(photos, far)

    def label(self, words: LabelWords = ENGLISH_LABELS) -> str:
        return words.say("within {} km of {}", f"{self.radius_km:g}", f"{self.latitude:.4f}, {self.longitude:.4f}")

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str] | None:
        if not value:
            return None
        numbers = _degrees(value, 3)
        if numbers is None:
            raise BadInput("`near:` takes a latitude, a longitude and kilometres, as in near:42.35,13.4,10.")
        found = cls(*numbers).checked()
        return found, found.label()


@dataclass(frozen=True, slots=True)
class InBox(_PositionTerm):
    """Matches photos that were taken within a box of degrees (WGS 84), its edges included. A box whose west is greater
    than its east crosses the antimeridian. Photos without a position do not match."""

    north: Annotated[float, "The latitude of the northern edge, from -90 to 90."]
    south: Annotated[float, "The latitude of the southern edge, from -90 to 90."]
    east: Annotated[float, "The longitude of the eastern edge, from -180 to 180."]
    west: Annotated[float, "The longitude of the western edge, from -180 to 180."]

    @property
    def edges(self) -> geo.Edges:
        return geo.Edges(self.north, self.south, self.east, self.west)

    def checked(self) -> InBox:
        _check_degrees([self.north, self.south], [self.east, self.west])
        if self.north < self.south:
            raise BadInput("The north of a box must not be less than its south.")
        return self

    def _look(self, latitude: Degrees, longitude: Degrees) -> Numbers:
        return geo.in_box(latitude, longitude, self.edges)

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        table = sets.table
        return own_reasons(photos, lambda number: f"{table.latitude[number]:.4f}, {table.longitude[number]:.4f}")

    def label(self, words: LabelWords = ENGLISH_LABELS) -> str:
        edges = (f"{edge:g}" for edge in (self.south, self.north, self.west, self.east))
        return words.say("latitude {} to {}, longitude {} to {}", *edges)

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        numbers = _degrees(value, 4)
        if numbers is None:
            raise BadInput("`box:` takes the north, south, east and west of a box, as in box:43,42,14,13.")
        found = cls(*numbers).checked()
        return found, found.label()


def _degrees(value: str, count: int) -> list[float] | None:
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        return None
    return numbers if len(numbers) == count else None


def _check_degrees(latitudes: Iterable[float], longitudes: Iterable[float]) -> None:
    if not all(isfinite(value) and -90 <= value <= 90 for value in latitudes):
        raise BadInput("A latitude must be from -90 to 90 degrees.")
    if not all(isfinite(value) and -180 <= value <= 180 for value in longitudes):
        raise BadInput("A longitude must be from -180 to 180 degrees.")
