"""What a client asks for, and the query tree that it stands for. Names become ids here; evaluating never fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Protocol

from photos_graph.errors import BadInput
from photos_graph.model import Certainty, Ref
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, WithPerson
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words


@dataclass(frozen=True, slots=True)
class TermFilter:
    """A name that fits several means any of them, one that fits none holds no photos. ``only``: and nothing but
    these."""

    all: tuple[Ref, ...] | None = None
    any: tuple[Ref, ...] | None = None
    none: tuple[Ref, ...] | None = None
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
    """Everything that is given must hold. CONFIRMED holds for all parts, whatever they say themselves."""

    and_: tuple[PhotoFilter, ...] | None = None
    or_: tuple[PhotoFilter, ...] | None = None
    not_: PhotoFilter | None = None
    tags: TermFilter | None = None
    persons: TermFilter | None = None
    places: TermFilter | None = None
    folder: FolderFilter | None = None
    taken: TakenFilter | None = None
    near: NearFilter | None = None
    box: BoxFilter | None = None
    rating: IntRange | None = None
    favourite: bool | None = None
    face_count: IntRange | None = None
    untagged: bool | None = None
    camera: str | None = None
    text: str | None = None
    certainty: Certainty = Certainty.PREDICTED


class NameLookup(Protocol):
    """What names stand for."""

    def tags(self, ref: Ref) -> Sequence[str]: ...
    def persons(self, ref: Ref) -> Sequence[str]: ...
    def places(self, ref: Ref) -> Sequence[str]: ...
    def folder(self, filter: FolderFilter) -> str:
        """Raises BadInput, NotFound."""
        ...


def to_query(filter: PhotoFilter, names: NameLookup) -> Query:
    """Raises BadInput for what makes no sense, and what ``names.folder`` raises."""
    return _query(filter, names, confirmed=False)


def _query(filter: PhotoFilter, names: NameLookup, confirmed: bool) -> Query:
    confirmed = confirmed or filter.certainty is Certainty.CONFIRMED
    parts: list[Query] = []
    if filter.and_ is not None:
        parts += [_query(part, names, confirmed) for part in filter.and_]
    if filter.or_ is not None:
        parts.append(Or(tuple(dict.fromkeys(_query(part, names, confirmed) for part in filter.or_))))
    if filter.not_ is not None:
        parts.append(Not(_query(filter.not_, names, confirmed)))
    if filter.tags is not None:
        parts += _terms(
            filter.tags, names.tags, lambda id_: Tagged(id_, confirmed), lambda ids: OnlyTagged(ids, confirmed)
        )
    if filter.persons is not None:
        parts += _terms(
            filter.persons,
            names.persons,
            lambda id_: WithPerson(id_, confirmed),
            lambda ids: OnlyPersons(ids, confirmed),
        )
    if filter.places is not None:
        # A photo is at one place and in all that this lies within, so where one of those named fits, no other is
        # beside it: ``only`` holds by itself.
        parts += _terms(filter.places, names.places, AtPlace, None)
    if filter.folder is not None:
        parts.append(InFolder(names.folder(filter.folder), filter.folder.recursive))
    parts += _plain(filter, confirmed)
    if not parts:
        return Everything()
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else And(distinct)


def _plain(filter: PhotoFilter, confirmed: bool) -> Iterable[Query]:
    """The parts that name nothing."""
    if filter.taken is not None:
        yield _taken(filter.taken)
    if filter.near is not None:
        yield _near(filter.near)
    if filter.box is not None:
        yield _box(filter.box)
    if filter.rating is not None:
        yield Rated(filter.rating.min, filter.rating.max)
    if filter.favourite is not None:
        yield Favourite(filter.favourite)
    if filter.face_count is not None:
        yield FacesIn(filter.face_count.min, filter.face_count.max)
    if filter.untagged is not None:
        yield Untagged(confirmed) if filter.untagged else Not(Untagged(confirmed))
    if filter.camera is not None:
        yield TakenWith(filter.camera)
    if filter.text is not None:
        yield Words(filter.text, confirmed)


Resolve = Callable[[Ref], Sequence[str]]


def _terms(
    filter: TermFilter,
    resolve: Resolve,
    term: Callable[[str], Query],
    only: Callable[[tuple[str, ...]], Query] | None,
) -> Iterable[Query]:
    def any_of(refs: Iterable[Ref]) -> Query:
        return Or(tuple(dict.fromkeys(term(id_) for ref in refs for id_ in resolve(ref))))

    meant = (*(filter.all or ()), *(filter.any or ()))
    if filter.only and not meant:
        raise BadInput("`only` goes with what is meant: name it in `all` or `any`.")
    for ref in filter.all or ():
        yield any_of([ref])
    if filter.any is not None:
        yield any_of(filter.any)
    if filter.none:
        yield Not(any_of(filter.none))
    if filter.only and only is not None:
        yield only(tuple(id_ for ref in meant for id_ in resolve(ref)))


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
