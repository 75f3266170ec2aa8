"""Pages of photos, the reasons why the photos match, and facets of the whole answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from pyroaring import BitMap
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import search as search_model
from photos_graph.search import filters
from photos_graph.services.browse.photos import PhotoPage
from resolvers import ids
from resolvers.connections import (
    CURSOR,
    EDGES,
    NODES,
    PAGE_INFO,
    TOTAL_COUNT,
    After,
    Before,
    First,
    Last,
    PageInfo,
    given,
    page_info,
    page_size,
    page_sizes,
)
from resolvers.context import Info
from resolvers.enums import MatchKind, PhotoOrder, Stacks
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.permissions import CanView
from resolvers.photos import Photo, find_photo
from resolvers.places import Place
from resolvers.scalars import LocalDateTime
from resolvers.waiting import FROM_LOADERS

if TYPE_CHECKING:
    from resolvers.albums import AlbumFacet
    from resolvers.persons import PersonFacet
    from resolvers.tags import TagFacet

MAX_IDS = 10_000

OrderBy = Annotated[PhotoOrder, strawberry.argument(description="The order of the photos.")]
Filter = Annotated[
    PhotoFilter | None,
    strawberry.argument(description="Which photos to return. All photos are returned by default."),
]
StacksArgument = Annotated[
    Stacks, strawberry.argument(description="How to treat stacks of photos that belong together.")
]
FacetSize = Annotated[int, strawberry.argument(description="The number of entries to return, from 0 to 500.")]


@strawberry.type(description="A condition of the filter or search that a photo matches.")
class Match:
    kind: MatchKind = strawberry.field(description="The kind of the condition.")
    label: str = strawberry.field(
        description='What the condition is about, for example the name of the tag, "2019-08-14" or "3 faces".'
    )
    via: list[str] = strawberry.field(
        description="The paths through which the photo matches: of the folders that carry the tag, of more specific "
        "tags or places that the photo has, or of the things whose names contain the word. For example the tag "
        '"Abruzzo" may match via "Italy/2019 Abruzzo". The list is empty if the photo matches directly.'
    )

    @classmethod
    def of(cls, match: search_model.Match) -> Match:
        return cls(kind=match.kind, label=match.label, via=list(match.via))


class Reasons:
    """The matches of all photos of a page, looked up together when the first one is asked for."""

    def __init__(self, page: PhotoPage) -> None:
        self._page = page
        self._found: list[list[search_model.Match]] | None = None

    def of(self, info: Info, place: int) -> list[search_model.Match]:
        if self._found is None:
            self._found = info.context.services.browse.matches(self._page)
        return self._found[place]


@strawberry.type(description="A photo of the answer with its cursor.")
class PhotoEdge:
    reasons: strawberry.Private[Reasons]
    place: strawberry.Private[int]
    cursor: str = strawberry.field(description=CURSOR)
    node: Photo = strawberry.field(description="The photo.")

    @strawberry.field(
        description="The conditions of the filter or search that this photo matches. Conditions that must not hold are "
        "not listed."
    )
    def matches(self, info: Info) -> list[Match]:
        return [Match.of(match) for match in self.reasons.of(info, self.place)]


@strawberry.type(description="A year, and how many photos of the answer were taken in it.")
class YearFacet:
    year: int = strawberry.field(description="The calendar year.")
    count: int = strawberry.field(description="The number of photos in the answer that were taken in this year.")


@strawberry.type(description="A place, and how many photos of the answer were taken there.")
class PlaceFacet:
    place: Place = strawberry.field(description="The place.")
    count: int = strawberry.field(description="The number of photos in the answer that were taken at or within it.")


@strawberry.type(description="A group of persons, and how many photos of the answer show one of them.")
class PersonGroupFacet:
    name: str = strawberry.field(
        description='The name of the group, such as "family". It can be used wherever the name of a person can.'
    )
    count: int = strawberry.field(description="The number of photos in the answer that show a person of the group.")


@strawberry.type(description="How the photos of the whole answer, not only of the page, are distributed.")
class Facets:
    page: strawberry.Private[PhotoPage]

    @strawberry.field(description="The tags with the most photos, most photos first. A photo counts for ancestors too.")
    def tags(self, info: Info, first: FacetSize = 20) -> list[Annotated[TagFacet, strawberry.lazy("resolvers.tags")]]:
        from resolvers.tags import Tag, TagFacet

        found = info.context.services.browse.facets.tags(self.page.found, page_size(first))
        return [TagFacet(tag=Tag.of(tag), count=count) for tag, count in found]

    @strawberry.field(description="The persons with the most photos, most photos first, without hidden persons.")
    def persons(
        self, info: Info, first: FacetSize = 20
    ) -> list[Annotated[PersonFacet, strawberry.lazy("resolvers.persons")]]:
        from resolvers.persons import Person, PersonFacet

        found = info.context.services.browse.facets.persons(self.page.found, page_size(first))
        return [PersonFacet(person=Person.of(person), count=count) for person, count in found]

    @strawberry.field(
        description="The groups of persons with the most photos, most photos first. Hidden persons do not count."
    )
    def person_groups(self, info: Info, first: FacetSize = 20) -> list[PersonGroupFacet]:
        found = info.context.services.browse.facets.groups(self.page.found, page_size(first))
        return [PersonGroupFacet(name=name, count=count) for name, count in found]

    @strawberry.field(description="The albums with the most photos, most photos first, without smart albums.")
    def albums(
        self, info: Info, first: FacetSize = 20
    ) -> list[Annotated[AlbumFacet, strawberry.lazy("resolvers.albums")]]:
        from resolvers.albums import Album, AlbumFacet

        found = info.context.services.browse.facets.albums(self.page.found, page_size(first))
        return [AlbumFacet(album=Album.of(album), count=count) for album, count in found]

    @strawberry.field(description="The years with photos, newest first.")
    def years(self, info: Info) -> list[YearFacet]:
        found = info.context.services.browse.facets.years(self.page.found)
        return [YearFacet(year=year, count=count) for year, count in found]

    @strawberry.field(description="The number of photos without a date. They come last in both orders by time.")
    def undated(self, info: Info) -> int:
        return info.context.services.browse.facets.undated(self.page.found)

    @strawberry.field(description="The countries, regions and cities with the most photos, most photos first.")
    def places(self, info: Info, first: FacetSize = 20) -> list[PlaceFacet]:
        found = info.context.services.browse.facets.places(self.page.found, page_size(first))
        return [PlaceFacet(place=Place.of(place), count=count) for place, count in found]


@strawberry.type(description="A page of photos.")
class PhotoConnection:
    page: strawberry.Private[PhotoPage]
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)
    total_count: int = strawberry.field(description=TOTAL_COUNT)
    facets: Facets = strawberry.field(description="How the photos of the whole answer are distributed.")

    @strawberry.field(description=NODES, metadata=FROM_LOADERS)
    async def nodes(self, info: Info) -> list[Photo]:
        return [edge.node for edge in await self._load(info)]

    @strawberry.field(description=EDGES, metadata=FROM_LOADERS)
    async def edges(self, info: Info) -> list[PhotoEdge]:
        return await self._load(info)

    async def _load(self, info: Info) -> list[PhotoEdge]:
        """Leaves out photos that were removed since the page was made."""
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
    filter: filters.PhotoFilter | None,
    order: PhotoOrder,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
    stacks: Stacks = Stacks.COLLAPSED,
    among: Sequence[str] | None = None,
    inside: BitMap | None = None,
) -> PhotoConnection:
    first, last = page_sizes(first, last)
    browse = info.context.services.browse
    page = browse.photos(filter, order, first, given(after), last, given(before), stacks, among, inside)
    if page.has_next and page.cursors and first:
        end = page.cursors[-1]
        info.context.services.media.ahead.shown(
            page.ids, lambda: browse.photos(filter, order, first, end, None, None, stacks, among, inside).ids
        )
    return PhotoConnection.of(page)


@strawberry.type
class PhotoQueries:
    @strawberry.field(
        permission_classes=[CanView], description="Finds a photo by its id. Returns null if there is none."
    )
    async def photo(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the photo.")]
    ) -> Photo | None:
        return await find_photo(info, ids.decode("Photo", id))

    @strawberry.field(
        permission_classes=[CanView],
        description="Returns the photos that match a filter, one page at a time. Fails with BAD_INPUT if the filter "
        "makes no sense, with NOT_FOUND if it names an unknown folder, and with TOO_COMPLEX if it is too large.",
    )
    async def photos(
        self,
        info: Info,
        filter: Filter = UNSET,
        order_by: OrderBy = PhotoOrder.TAKEN_DESC,
        stacks: StacksArgument = Stacks.COLLAPSED,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        photo_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                name="ids",
                description="Returns only photos with these ids, up to 10,000, also those that a stack hides. Ids that "
                "are not known are left out.",
            ),
        ] = UNSET,
    ) -> PhotoConnection:
        wanted = given(photo_ids)
        among = None if wanted is None else ids.decode_all("Photo", wanted)
        if among is not None and len(among) > MAX_IDS:
            raise BadInput(f"Up to {MAX_IDS:,} ids can be asked for at once.")
        asked = decode_filter(filter)
        await info.context.services.questions.of_filter(asked)
        return photo_page(info, asked, order_by, first, after, last, before, stacks, among)

    @strawberry.field(
        permission_classes=[CanView],
        description="Returns the photos before and after a photo or a time in a list, for example to go from a link to "
        "one photo to its neighbours. The photo itself is among them if the filter matches it. Fails like `photos`, "
        "with NOT_FOUND if the photo is not known, and with BAD_INPUT unless exactly one of `id` and `at` is given.",
    )
    async def photos_around(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id of the photo.")] = UNSET,
        at: Annotated[
            LocalDateTime | None,
            strawberry.argument(description="A local time. It needs one of the orders by time."),
        ] = UNSET,
        before: Annotated[int, strawberry.argument(description="How many photos before it, up to 500.")] = 20,
        after: Annotated[int, strawberry.argument(description="How many photos after it, up to 500.")] = 20,
        filter: Filter = UNSET,
        order_by: OrderBy = PhotoOrder.TAKEN_DESC,
        stacks: StacksArgument = Stacks.COLLAPSED,
    ) -> PhotoConnection:
        photo_id, moment = ids.decode_given("Photo", id), given(at)
        if (photo_id is None) == (moment is None):
            raise BadInput("Give either the id of a photo or a time.")
        around = photo_id if photo_id is not None else cast(datetime, moment)
        browse, sizes, wanted = (
            info.context.services.browse,
            (page_size(before), page_size(after)),
            decode_filter(filter),
        )
        await info.context.services.questions.of_filter(wanted)
        return PhotoConnection.of(browse.photos_around(wanted, order_by, around, *sizes, stacks))
