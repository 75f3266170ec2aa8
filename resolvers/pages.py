"""Pages of photos: which ones, why, and how the whole answer spreads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.search.filters import PhotoFilter as Filter
from photos_graph.services.browse.photos import CoveredBucket, PhotoPage
from resolvers import ids
from resolvers.connections import PageInfo, given, page_info, page_size, page_sizes
from resolvers.context import Info
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.limits import counted
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo
from resolvers.places import Place

if TYPE_CHECKING:
    from resolvers.persons import PersonFacet
    from resolvers.tags import TagFacet

strawberry.enum(model.PhotoOrder)
strawberry.enum(model.TimelineUnit)
strawberry.enum(model.MatchKind)


@strawberry.type(description="Why a photo matched.")
class Match:
    kind: model.MatchKind
    label: str
    via: list[str] = strawberry.field(description="The folders or narrower tags that it came through.")

    @classmethod
    def of(cls, match: model.Match) -> Match:
        return cls(kind=match.kind, label=match.label, via=list(match.via))


class Reasons:
    """Why the photos of a page matched, looked up for all of them when it is first asked for."""

    def __init__(self, page: PhotoPage) -> None:
        self._page = page
        self._found: list[list[model.Match]] | None = None

    def of(self, info: Info, place: int) -> list[model.Match]:
        if self._found is None:
            self._found = info.context.services.browse.matches(self._page)
        return self._found[place]


@strawberry.type
class PhotoEdge:
    reasons: strawberry.Private[Reasons]
    place: strawberry.Private[int]
    cursor: str
    node: Photo

    @strawberry.field(description="Why this photo matched.")
    def matches(self, info: Info) -> list[Match]:
        return [Match.of(match) for match in self.reasons.of(info, self.place)]


@strawberry.type
class YearFacet:
    year: int
    count: int


@strawberry.type
class PlaceFacet:
    place: Place
    count: int


@strawberry.type(description="How the whole answer spreads, not only its page.")
class Facets:
    page: strawberry.Private[PhotoPage]

    @strawberry.field
    def tags(self, info: Info, first: int = 20) -> list[Annotated[TagFacet, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import Tag, TagFacet

        found = info.context.services.browse.tag_facets(self.page.found, page_size(first))
        return [TagFacet(tag=Tag.of(tag), count=count) for tag, count in found]

    @strawberry.field
    def persons(
        self, info: Info, first: int = 20
    ) -> list[Annotated[PersonFacet, strawberry.lazy("resolvers.persons")]]:
        from resolvers.persons import Person, PersonFacet

        found = info.context.services.browse.person_facets(self.page.found, page_size(first))
        return [PersonFacet(person=Person.of(person), count=count) for person, count in found]

    @strawberry.field
    def years(self, info: Info) -> list[YearFacet]:
        found = info.context.services.browse.year_facets(self.page.found)
        return [YearFacet(year=year, count=count) for year, count in found]

    @strawberry.field
    def places(self, info: Info, first: int = 20) -> list[PlaceFacet]:
        found = info.context.services.browse.place_facets(self.page.found, page_size(first))
        return [PlaceFacet(place=Place.of(place), count=count) for place, count in found]


@strawberry.type
class PhotoConnection:
    page: strawberry.Private[PhotoPage]
    page_info: PageInfo
    total_count: int
    facets: Facets

    @strawberry.field
    async def nodes(self, info: Info) -> list[Photo]:
        return [edge.node for edge in await self._load(info)]

    @strawberry.field
    async def edges(self, info: Info) -> list[PhotoEdge]:
        return await self._load(info)

    async def _load(self, info: Info) -> list[PhotoEdge]:
        """Without photos that were forgotten since the page was made."""
        photos = await info.context.loaders.photos.load_many(self.page.ids)
        pairs, reasons = zip(self.page.cursors, photos, strict=True), Reasons(self.page)
        return [
            PhotoEdge(reasons=reasons, place=place, cursor=cursor, node=Photo.of(photo))
            for place, (cursor, photo) in enumerate(pairs)
            if photo is not None
        ]

    @classmethod
    def of(cls, page: PhotoPage) -> PhotoConnection:
        return cls(
            page=page,
            page_info=page_info(page.cursors, page.has_next, page.has_previous),
            total_count=page.total,
            facets=Facets(page=page),
        )


def photo_page(
    info: Info,
    filter: Filter | None,
    order: model.PhotoOrder,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
) -> PhotoConnection:
    first, last = page_sizes(first, last)
    browse = info.context.services.browse
    return PhotoConnection.of(browse.photos(filter, order, first, given(after), last, given(before)))


@strawberry.type
class TimelineBucket:
    bucket: strawberry.Private[CoveredBucket]
    start: date
    count: int

    @strawberry.field(description="A photo to show for it.")
    async def cover(self, info: Info) -> Photo | None:
        return await load_photo(info, self.bucket.cover_id)

    @classmethod
    def of(cls, bucket: CoveredBucket) -> TimelineBucket:
        return cls(bucket=bucket, start=bucket.start, count=bucket.count)


@strawberry.type
class PhotoQueries:
    @strawberry.field(permission_classes=[CanView])
    async def photo(self, info: Info, id: strawberry.ID) -> Photo | None:
        return await load_photo(info, ids.decode("Photo", id))

    @strawberry.field(permission_classes=[CanView])
    def photos(
        self,
        info: Info,
        filter: PhotoFilter | None = UNSET,
        order_by: model.PhotoOrder = model.PhotoOrder.TAKEN_DESC,
        first: int | None = UNSET,
        after: str | None = UNSET,
        last: int | None = UNSET,
        before: str | None = UNSET,
    ) -> PhotoConnection:
        return photo_page(info, decode_filter(filter), order_by, first, after, last, before)

    @strawberry.field(permission_classes=[CanView])
    def timeline(
        self, info: Info, filter: PhotoFilter | None = UNSET, by: model.TimelineUnit = model.TimelineUnit.MONTH
    ) -> list[TimelineBucket]:
        browse, wanted = info.context.services.browse, decode_filter(filter)
        return [TimelineBucket.of(bucket) for bucket in counted(info, lambda: browse.timeline(wanted, by))]
