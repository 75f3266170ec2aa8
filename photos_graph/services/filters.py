"""What a client asks for, and the query tree that it stands for. Names become ids here; evaluating never fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from photos_graph.errors import BadInput
from photos_graph.search.query import (
    And,
    AtPlace,
    Everything,
    Favourite,
    InBox,
    InFolder,
    Near,
    Not,
    Or,
    Query,
    Rated,
    TakenIn,
    TakenWith,
    Words,
)


@dataclass(frozen=True, slots=True)
class TermFilter:
    """Ids or names; a name that fits several means any of them. ``only``: and nothing but these."""

    all: tuple[str, ...] | None = None
    any: tuple[str, ...] | None = None
    none: tuple[str, ...] | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class FolderFilter:
    id: str | None = None
    path: str | None = None
    recursive: bool = True


@dataclass(frozen=True, slots=True)
class TakenFilter:
    """``after <= t < before`` by the wall clock."""

    after: datetime | None = None
    before: datetime | None = None
    year: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class NearFilter:
    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class BoxFilter:
    north: float
    south: float
    east: float
    west: float


@dataclass(frozen=True, slots=True)
class IntRange:
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Everything that is given must hold."""

    and_: tuple[PhotoFilter, ...] | None = None
    or_: tuple[PhotoFilter, ...] | None = None
    not_: PhotoFilter | None = None
    places: TermFilter | None = None
    folder: FolderFilter | None = None
    taken: TakenFilter | None = None
    near: NearFilter | None = None
    box: BoxFilter | None = None
    rating: IntRange | None = None
    favourite: bool | None = None
    camera: str | None = None
    text: str | None = None


ResolvePlace = Callable[[str], Sequence[str]]  # a name, path or id -> ids
ResolveFolder = Callable[[FolderFilter], str]  # raises BadInput, NotFound


def to_query(filter: PhotoFilter, resolve_place: ResolvePlace, resolve_folder: ResolveFolder) -> Query:
    """Raises BadInput for what makes no sense, and what ``resolve_folder`` raises."""
    parts: list[Query] = []

    def below(part: PhotoFilter) -> Query:
        return to_query(part, resolve_place, resolve_folder)

    if filter.and_ is not None:
        parts += [below(part) for part in filter.and_]
    if filter.or_ is not None:
        parts.append(Or(tuple(below(part) for part in filter.or_)))
    if filter.not_ is not None:
        parts.append(Not(below(filter.not_)))
    if filter.places is not None:
        parts += _places(filter.places, resolve_place)
    if filter.folder is not None:
        parts.append(InFolder(resolve_folder(filter.folder), filter.folder.recursive))
    if filter.taken is not None:
        parts.append(_taken(filter.taken))
    if filter.near is not None:
        parts.append(_near(filter.near))
    if filter.box is not None:
        parts.append(_box(filter.box))
    if filter.rating is not None:
        parts.append(Rated(filter.rating.min, filter.rating.max))
    if filter.favourite is not None:
        parts.append(Favourite(filter.favourite))
    if filter.camera is not None:
        parts.append(TakenWith(filter.camera))
    if filter.text is not None:
        parts.append(Words(filter.text))
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _places(filter: TermFilter, resolve: ResolvePlace) -> Iterable[Query]:
    # A photo is at one place and in all that this lies within, so where one of those named fits, no other is
    # beside it: ``only`` holds by itself.
    if filter.only and not (filter.all or filter.any):
        raise BadInput("`only` goes with the places that are meant: name them in `all` or `any`.")
    for name in filter.all or ():
        yield _any_place([name], resolve)
    if filter.any is not None:
        yield _any_place(filter.any, resolve)
    if filter.none:
        yield Not(_any_place(filter.none, resolve))


def _any_place(names: Iterable[str], resolve: ResolvePlace) -> Query:
    """A name that nothing has holds no photos."""
    return Or(tuple(AtPlace(id_) for name in names for id_ in resolve(name)))


def _taken(filter: TakenFilter) -> Query:
    if filter.month is not None and not 1 <= filter.month <= 12:
        raise BadInput("A month is 1 to 12.")
    if filter.year is not None and not 1 <= filter.year <= 9999:
        raise BadInput("A year is 1 to 9999.")
    return TakenIn(filter.after, filter.before, filter.year, filter.month)


def _near(filter: NearFilter) -> Query:
    _check_degrees([filter.latitude], [filter.longitude])
    if not (isfinite(filter.radius_km) and filter.radius_km >= 0):
        raise BadInput("A radius is a number of kilometres, not negative.")
    return Near(filter.latitude, filter.longitude, filter.radius_km)


def _box(filter: BoxFilter) -> Query:
    _check_degrees([filter.north, filter.south], [filter.east, filter.west])
    if filter.north < filter.south:
        raise BadInput("The north of a box is not south of its south.")
    return InBox(filter.north, filter.south, filter.east, filter.west)


def _check_degrees(latitudes: Iterable[float], longitudes: Iterable[float]) -> None:
    if not all(isfinite(value) and -90 <= value <= 90 for value in latitudes):
        raise BadInput("A latitude is -90 to 90 degrees.")
    if not all(isfinite(value) and -180 <= value <= 180 for value in longitudes):
        raise BadInput("A longitude is -180 to 180 degrees.")
