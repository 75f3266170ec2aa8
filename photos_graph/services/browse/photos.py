"""Answers questions about photos from the search index, and loads what a page shows from the graph, by id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pyroaring import BitMap

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import stacks
from photos_graph.graph.library import failures, files, photos, succession
from photos_graph.images.formats import FormatSupport
from photos_graph.images.tasks import LIST_FORMATS
from photos_graph.index import SeenIndex, Touch
from photos_graph.model.library import Failure, File, Photo, Place
from photos_graph.model.search import Match, PhotoOrder, TimelineUnit
from photos_graph.model.stacks import Stack, StackKind, Stacks
from photos_graph.remembered import RememberedByNumber
from photos_graph.search.facets import Facets
from photos_graph.search.filter_names import IndexNames, query_of
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import Parsed
from photos_graph.search.language.relaxation import Relaxed, relaxed
from photos_graph.search.language.wording import Explained, explain
from photos_graph.search.listing import Listing, Stretch, mapped
from photos_graph.search.paging import IndexPage, page
from photos_graph.search.query import Query
from photos_graph.search.query_filters import has_filter, to_filter
from photos_graph.search.smart_albums import order_in
from photos_graph.search.timeline import WHOLE, Bucket, TimelinePart
from photos_graph.workers.port import Pool


@dataclass(frozen=True, slots=True)
class LibraryCounts:
    photos: int
    files: int
    folders: int


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """A page of photos. ``find`` returns the whole answer, in which facets are counted. ``query`` and the numbers of
    the photos serve to explain why they match."""

    ids: list[str]
    cursors: list[str]
    has_next: bool
    has_previous: bool
    total: int
    find: Callable[[], BitMap]
    query: Query
    numbers: list[int]

    @property
    def found(self) -> BitMap:
        return self.find()


def photo_page(
    search: SearchIndex,
    query: Query,
    order: PhotoOrder,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    stacks: Stacks = Stacks.COLLAPSED,
    among: BitMap | None = None,
    inside: BitMap | None = None,
) -> PhotoPage:
    """Returns a page of the answer, or of those of its photos that are ``among`` others, also if a stack hides them.
    With ``inside``, the answer has only those photos, and a stack is one entry.

    Raises BadInput for a cursor that is invalid or belongs to another order, and for the order ALBUM unless the query
    is about one album, and TooComplex.
    """
    order, album_id = order_in(search, query, order)
    every = search.evaluate(query)
    every = every if inside is None else every & inside
    found = search.collapsed(every, stacks) if among is None else every & among
    return _as_page(search, query, found, search.page(found, order, first, after, last, before, album_id))


def _as_page(search: SearchIndex, query: Query, found: BitMap, page: IndexPage) -> PhotoPage:
    return _page_of(search, query, lambda: found, len(found), page)


def _page_of(search: SearchIndex, query: Query, find: Callable[[], BitMap], total: int, page: IndexPage) -> PhotoPage:
    return PhotoPage(
        ids=search.photo_ids(page.numbers),
        cursors=page.cursors,
        has_next=page.has_next,
        has_previous=page.has_previous,
        total=total,
        find=find,
        query=query,
        numbers=page.numbers,
    )


@dataclass(frozen=True, slots=True)
class Section:
    """A bucket of a timeline in an order, and the query whose photos it holds."""

    bucket: Bucket
    query: Query
    order: PhotoOrder


REMEMBERED_PHOTOS = 20_000  # of about 2 KB each


class PhotoBrowser:
    def __init__(self, graph: Graph, index: SeenIndex, pool: Pool) -> None:
        self._graph = graph
        self._index = index
        self._pool = pool
        self._formats: list[FormatSupport] | None = None
        self._photos = RememberedByNumber(self._read_photos, REMEMBERED_PHOTOS, lambda photo: photo.number)
        index.subscribe(self._forget)

    # the library

    async def library_counts(self) -> LibraryCounts:
        search = self._index.search
        return LibraryCounts(self.photo_count(), await files.file_count(self._graph), len(search.folders))

    def photo_count(self) -> int:
        """Returns the number of photos; a stack counts as one."""
        search = self._index.search
        return len(search.collapsed(search.sets.visible))

    async def failures(
        self,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
        job_id: str | None = None,
    ) -> Listing[Failure]:
        """Returns the failures of a job, or all that remain. Raises BadInput for an invalid cursor."""
        stretch = Stretch.of(first, after, last, before)
        found = await failures.page(self._graph, job_id, stretch)
        total = await failures.count(self._graph, job_id)
        return mapped(stretch.listing(found, lambda each: (0, each[0]), total), lambda each: each[1])

    async def formats(self) -> list[FormatSupport]:
        """Returns the formats. A decoding process is asked once, because it has to load all decoders."""
        if self._formats is None:
            formats, _ = await self._pool.call(LIST_FORMATS, None)
            self._formats = formats
        return self._formats

    # photos

    def photos(
        self,
        filter: PhotoFilter | None,
        order: PhotoOrder,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        stacks: Stacks = Stacks.COLLAPSED,
        ids: Sequence[str] | None = None,
        inside: BitMap | None = None,
    ) -> PhotoPage:
        """Returns a page. If ``ids`` are given, it has only those photos, also if a stack hides them. The photos
        ``inside`` are by number.

        Raises BadInput, NotFound for an unknown folder or place, and TooComplex.
        """
        search, query = self._index.search, self._query(filter)
        among = None if ids is None else BitMap(n for id_ in ids if (n := search.number_of(id_)) is not None)
        return photo_page(search, query, order, first, after, last, before, stacks, among, inside)

    def photos_around(
        self,
        filter: PhotoFilter | None,
        order: PhotoOrder,
        at: str | datetime,
        before: int,
        after: int,
        stacks: Stacks = Stacks.COLLAPSED,
    ) -> PhotoPage:
        """Returns the photos before and after a photo (by its id), and the photo itself if it is among them, or else
        the one that is shown for its stack; or those before and after a local time, in an order by time.

        Raises NotFound for an unknown photo, BadInput for a time in another order, and the errors of ``photos``.
        """
        search, query = self._index.search, self._query(filter)
        order, album_id = order_in(search, query, order)
        found = search.collapsed(search.evaluate(query), stacks)
        if isinstance(at, str):
            number = search.number_of(at)
            if number is None:
                raise NotFound("There is no such photo.", about=at)
            if number not in found:  # it may be hidden by another photo of its stack
                number = next((each for each in search.stack_numbers(at) if each in found), number)
            if album_id is not None and number not in search.sets.albums.holding(album_id):
                raise BadInput("The photo is not in the album, so that it has no place in its order.", about=at)
            page = search.around(found, order, number, before, after, album_id)
        else:
            page = search.around_time(found, order, at, before, after)
        return _as_page(search, query, found, page)

    def cursor(self, photo_id: str, order: PhotoOrder) -> str | None:
        """Returns the cursor that the photo has in every list of this order, or None if no list has it. Raises BadInput
        for the order ALBUM, in which it has one for each album."""
        if order is PhotoOrder.ALBUM:
            raise BadInput("A photo has a place in the order of each album. Ask for another order.", about=order.value)
        number = self._index.search.number_of(photo_id)
        return None if number is None else self._index.search.cursor(number, order)

    def matches(self, page: PhotoPage) -> list[list[Match]]:
        """Returns the reasons why each photo of the page matches, in the order of the photos."""
        found = self._index.search.matches(page.query, page.numbers)
        return [found[number] for number in page.numbers]

    def count(self, query: Query, stacks: Stacks = Stacks.COLLAPSED) -> int:
        """Returns the number of photos that match a query. Raises TooComplex."""
        search = self._index.search
        return len(search.collapsed(search.evaluate(query), stacks))

    def relaxed(self, parsed: Parsed) -> list[Relaxed]:
        """Returns what a text that finds nothing finds without some of its conditions. Raises TooComplex."""
        return relaxed(self._index.search, parsed)

    def explain(self, filter: PhotoFilter | None, today: date | None = None) -> Explained:
        """Puts a filter into words. Raises BadInput, NotFound for an unknown folder, and TooComplex."""
        search = self._index.search
        return explain(self._query(filter), search, today or date.today(), self._index.customs)

    def filter_of(self, query: Query) -> PhotoFilter | None:
        """Returns a filter that finds the same photos as the query, or None if there is none."""
        return to_filter(query, IndexNames(self._index.search).looks)

    def without_filter(self, parsed: Parsed) -> list[int]:
        """Returns the places of those terms of a text for which there is no filter."""
        looks = IndexNames(self._index.search).looks
        return [place for place, query in enumerate(parsed.term_queries) if not has_filter(query, looks)]

    def page(
        self,
        query: Query,
        order: PhotoOrder,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        stacks: Stacks = Stacks.COLLAPSED,
    ) -> PhotoPage:
        """Returns a page of the answer to a query. Raises BadInput for an invalid cursor, and TooComplex."""
        return photo_page(self._index.search, query, order, first, after, last, before, stacks)

    def timeline(
        self,
        filter: PhotoFilter | None,
        unit: TimelineUnit,
        stacks: Stacks = Stacks.COLLAPSED,
        order: PhotoOrder = PhotoOrder.TAKEN_DESC,
        part: TimelinePart = WHOLE,
    ) -> list[Section]:
        """Raises BadInput for an order that is not one by time, and the errors of ``photos``."""
        search, query = self._index.search, self._query(filter)
        buckets = search.timeline(search.collapsed(search.evaluate(query), stacks), unit, order, part)
        return [Section(bucket, query, order) for bucket in buckets]

    def section(
        self, section: Section, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> PhotoPage:
        """Returns a page of the photos of a section of a timeline. Raises BadInput for a cursor that is invalid or
        belongs to another order."""
        bucket = section.bucket
        found = page(bucket, section.order, first, after, last, before)
        return _page_of(self._index.search, section.query, bucket.photos, len(bucket), found)

    def stack_of(self, photo: Photo) -> Stack | None:
        """Returns the stack that has the photo and at least one more photo that is shown, or a moving part."""
        found = self._index.search.stack_of(photo.number)
        return found or (Stack(photo.id, StackKind.LIVE, (photo.id,)) if photo.has_motion else None)

    async def stacks_by_id(self, stack_ids: Sequence[str]) -> list[Stack | None]:
        """Takes up to two queries to the engine."""
        numbers, search = await stacks.numbers_in(self._graph, stack_ids), self._index.search
        found = {
            id_: stack
            for id_, those in numbers.items()
            for each in those
            if (stack := search.stack_of(each)) is not None
        }
        # A photo with a moving part has its own id for its stack.
        missing = [id_ for id_ in stack_ids if id_ not in found]
        moving = [photo for photo in await self.photos_by_id(missing) if photo is not None and photo.has_motion]
        found |= {photo.id: stack for photo in moving if (stack := self.stack_of(photo)) is not None}
        return [found.get(id_) for id_ in stack_ids]

    @property
    def facets(self) -> Facets:
        """The facets of the photos that a page ``found``."""
        return self._index.search.facets

    async def photos_by_id(self, ids: Sequence[str]) -> list[Photo | None]:
        """Returns the photos, including those that no longer have a file. Takes one query to the engine, for those that
        were not asked for lately."""
        known = await self._photos.of(ids)
        return [known.get(id_) for id_ in ids]

    def remembered_photo(self, photo_id: str) -> Photo | None:
        """Returns the photo if it was asked for lately, for callers who would otherwise wait for many one by one."""
        return self._photos.known(photo_id)

    async def _read_photos(self, ids: Sequence[str]) -> dict[str, Photo]:
        return await photos.photos_by_id(self._graph, ids)

    def _forget(self, touch: Touch) -> None:
        self._photos.forget_numbers(touch.photos)

    async def current_photo_ids(self, photo_ids: Sequence[str]) -> list[str]:
        """Returns for each photo the id of the one that succeeded it, or its own. Takes one query to the engine."""
        current = await succession.current(self._graph, photo_ids)
        return [current.get(id_, id_) for id_ in photo_ids]

    async def files_of(self, photo_ids: Sequence[str]) -> list[list[File]]:
        """Returns the files of each photo. Takes one query to the engine."""
        known = await photos.files_of(self._graph, photo_ids)
        return [known.get(id_, []) for id_ in photo_ids]

    async def places_of(self, photo_ids: Sequence[str]) -> list[list[Place]]:
        """Returns the country, region and city of each photo. Takes one query to the engine."""
        known = await photos.places_of(self._graph, photo_ids)
        return [known.get(id_, []) for id_ in photo_ids]

    def _query(self, filter: PhotoFilter | None) -> Query:
        return query_of(filter, self._index.search)
