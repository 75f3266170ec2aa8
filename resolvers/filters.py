"""PhotoFilter and its parts, and the service's values that they stand for."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from photos_graph.errors import TooComplex
from photos_graph.model import Ref
from photos_graph.search import filters
from photos_graph.search.folding import words
from resolvers import ids
from resolvers.connections import given
from resolvers.enums import Certainty
from resolvers.ids import decode_given
from resolvers.scalars import LocalDateTime

MAX_NESTING = 20
MAX_PARTS = 200  # conditions in all of a filter, and words in its texts: each may look at every photo
MAX_TERMS = 1_000  # names or ids in all of a filter


class Extent:
    """How wide one filter is, counted while it is decoded."""

    def __init__(self) -> None:
        self._parts = self._terms = 0

    def add_parts(self, count: int) -> None:
        """Raises TooComplex."""
        self._parts += count
        if self._parts > MAX_PARTS:
            raise TooComplex(f"A filter has up to {MAX_PARTS:,} parts and words of text.")

    def add_terms(self, count: int) -> None:
        """Raises TooComplex."""
        self._terms += count
        if self._terms > MAX_TERMS:
            raise TooComplex(f"A filter names up to {MAX_TERMS:,} tags, persons and places.")


@strawberry.input(description="Ids or names; a name that fits several means any of them.")
class TermFilter:
    all: list[str] | None = UNSET
    any: list[str] | None = UNSET
    none: list[str] | None = UNSET
    only: bool | None = False

    def decode(self, kind: ids.Kind | None, extent: Extent) -> filters.TermFilter:
        """``kind`` of the ids; None where only names, which an id may be one of, are known."""
        extent.add_terms(sum(len(given(terms) or ()) for terms in (self.all, self.any, self.none)))
        return filters.TermFilter(
            _terms(self.all, kind), _terms(self.any, kind), _terms(self.none, kind), bool(self.only)
        )


@strawberry.input(description="A folder, by its id or its path.")
class FolderFilter:
    id: strawberry.ID | None = UNSET
    path: str | None = strawberry.field(default=UNSET, description='"<root name>/a/b"')
    recursive: bool | None = True

    def decode(self) -> filters.FolderFilter:
        return filters.FolderFilter(decode_given("Folder", self.id), given(self.path), self.recursive is not False)


@strawberry.input(description="after <= t < before, by the wall clock where the photo was taken.")
class TakenFilter:
    after: LocalDateTime | None = UNSET
    before: LocalDateTime | None = UNSET
    year: int | None = UNSET
    month: int | None = strawberry.field(default=UNSET, description="1 to 12, of any year unless one is given.")

    def decode(self) -> filters.TakenFilter:
        return filters.TakenFilter(given(self.after), given(self.before), given(self.year), given(self.month))


@strawberry.input
class NearFilter:
    latitude: float
    longitude: float
    radius_km: float

    def decode(self) -> filters.NearFilter:
        return filters.NearFilter(self.latitude, self.longitude, self.radius_km)


@strawberry.input(description="Degrees; a box whose west is greater than its east crosses the antimeridian.")
class BoxFilter:
    north: float
    south: float
    east: float
    west: float

    def decode(self) -> filters.BoxFilter:
        return filters.BoxFilter(self.north, self.south, self.east, self.west)


@strawberry.input(description="min <= n <= max")
class IntRange:
    min: int | None = UNSET
    max: int | None = UNSET

    def decode(self) -> filters.IntRange:
        return filters.IntRange(given(self.min), given(self.max))


@strawberry.input(description="Everything that is given must hold.")
class PhotoFilter:
    and_: list[PhotoFilter] | None = strawberry.field(name="and", default=UNSET)
    or_: list[PhotoFilter] | None = strawberry.field(name="or", default=UNSET)
    not_: PhotoFilter | None = strawberry.field(name="not", default=UNSET)
    tags: TermFilter | None = strawberry.field(default=UNSET, description="A tag stands for its whole subtree.")
    persons: TermFilter | None = UNSET
    folder: FolderFilter | None = UNSET
    places: TermFilter | None = UNSET
    taken: TakenFilter | None = UNSET
    near: NearFilter | None = UNSET
    box: BoxFilter | None = UNSET
    rating: IntRange | None = strawberry.field(default=UNSET, description="A photo without a rating counts as 0.")
    favourite: bool | None = UNSET
    face_count: IntRange | None = UNSET
    untagged: bool | None = UNSET
    camera: str | None = strawberry.field(default=UNSET, description="Part of the make, model or lens.")
    text: str | None = strawberry.field(default=UNSET, description="Words in names, tags, folders, persons and places.")
    certainty: Certainty | None = strawberry.field(
        default=Certainty.PREDICTED, description="CONFIRMED leaves predictions out, here and in all parts."
    )

    def decode(self, extent: Extent, depth: int = 1) -> filters.PhotoFilter:
        """Raises BadInput for an id of something else, TooComplex."""
        if depth > MAX_NESTING:
            raise TooComplex(f"A filter nests up to {MAX_NESTING} deep.")
        extent.add_parts(self._breadth())
        return filters.PhotoFilter(
            and_=_each(self.and_, extent, depth),
            or_=_each(self.or_, extent, depth),
            not_=self.not_.decode(extent, depth + 1) if self.not_ else None,
            tags=self.tags.decode("Tag", extent) if self.tags else None,
            persons=self.persons.decode("Person", extent) if self.persons else None,
            places=self.places.decode(None, extent) if self.places else None,
            folder=self.folder.decode() if self.folder else None,
            taken=self.taken.decode() if self.taken else None,
            near=self.near.decode() if self.near else None,
            box=self.box.decode() if self.box else None,
            rating=self.rating.decode() if self.rating else None,
            favourite=given(self.favourite),
            face_count=self.face_count.decode() if self.face_count else None,
            untagged=given(self.untagged),
            camera=given(self.camera),
            text=given(self.text),
            certainty=self.certainty or Certainty.PREDICTED,
        )

    def _breadth(self) -> int:
        conditions = [value for name, value in vars(self).items() if name not in ("and_", "or_", "not_", "certainty")]
        said = sum(given(condition) is not None for condition in conditions)
        return max(said, 1) + max(len(words(given(self.text) or "")) - 1, 0)


def decode_filter(filter: PhotoFilter | None) -> filters.PhotoFilter | None:
    return filter.decode(Extent()) if filter else None


def _each(parts: list[PhotoFilter] | None, extent: Extent, depth: int) -> tuple[filters.PhotoFilter, ...] | None:
    known = given(parts)
    return None if known is None else tuple(part.decode(extent, depth + 1) for part in known)


def _terms(terms: list[str] | None, kind: ids.Kind | None) -> tuple[Ref, ...] | None:
    known = given(terms)
    if known is None:
        return None
    return tuple(ids.refs(kind, known) if kind else (Ref(name=name) for name in known))
