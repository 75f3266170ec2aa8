"""Photos, pages of them, and what was said about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from photos_graph import model
from photos_graph.services.browse import Bucket, PhotoPage
from photos_graph.services.filters import PhotoFilter as Filter
from photos_graph.web.urls import original_url, thumbnail_url
from resolvers import ids
from resolvers.connections import Node, PageInfo, given, page_info, page_size, page_sizes
from resolvers.context import Info
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.permissions import CanEdit, CanView
from resolvers.places import Camera, Location, Place
from resolvers.scalars import LocalDateTime

if TYPE_CHECKING:
    from resolvers.folders import Folder

strawberry.enum(model.TakenSource)
strawberry.enum(model.PhotoOrder)
strawberry.enum(model.TimelineUnit)
strawberry.enum(model.ThumbnailSize, description="Longest edge 160, 320, 960, 1920; a picture is never enlarged.")
strawberry.enum(model.ThumbnailFormat, description="AUTO: by the Accept header.")


@strawberry.enum
class FileState(StrEnum):
    PRESENT = "PRESENT"
    OFFLINE = "OFFLINE"
    MISSING = "MISSING"

    @classmethod
    def of(cls, state: model.FileState) -> FileState:
        """A file that is seen but not read again yet is there all the same."""
        return cls.PRESENT if state is model.FileState.PENDING else cls(state.value)


@strawberry.type(description="A path that holds a photo's bytes.")
class PhotoFile:
    file: strawberry.Private[model.File]
    holder: strawberry.Private[model.Folder]
    path: str
    byte_size: int
    modified_at: datetime
    state: FileState

    @strawberry.field
    def folder(self) -> Annotated[Folder, strawberry.lazy("resolvers.folders")]:
        from resolvers.folders import Folder

        return Folder.of(self.holder)

    @classmethod
    def of(cls, file: model.File, folder: model.Folder) -> PhotoFile:
        return cls(
            file=file,
            holder=folder,
            path=f"{folder.path}/{file.name}",
            byte_size=file.size,
            modified_at=datetime.fromtimestamp(file.mtime_ns / 1e9, UTC),
            state=FileState.of(file.state),
        )


@strawberry.type(description="A picture, however many files hold it.")
class Photo(Node):
    photo: strawberry.Private[model.Photo]
    name: str
    width: int = strawberry.field(description="As displayed, orientation applied.")
    height: int
    format: str
    byte_size: int
    content_hash: str
    taken_at: LocalDateTime | None
    taken_offset: str | None = strawberry.field(description='Like "+02:00", where known.')
    taken_source: model.TakenSource
    location: Location | None
    camera: Camera | None
    rating: int | None = strawberry.field(description="-1 (rejected) to 5.")
    favourite: bool
    placeholder: str | None = strawberry.field(description="ThumbHash, base64.")

    @strawberry.field(description="Every path that holds these bytes.")
    async def files(self, info: Info) -> list[PhotoFile]:
        files = await info.context.loaders.files.load(self.photo.id)
        folders = info.context.services.browse.folders_by_id([file.folder_id for file in files])
        # A folder that was removed a moment ago takes its files along.
        return [PhotoFile.of(file, folder) for file, folder in zip(files, folders, strict=True) if folder is not None]

    @strawberry.field(description="Country, region, city.")
    async def places(self, info: Info) -> list[Place]:
        return [Place.of(place) for place in await info.context.loaders.places.load(self.photo.id)]

    @strawberry.field(description="URL of a light copy.")
    def thumbnail(
        self,
        info: Info,
        size: model.ThumbnailSize = model.ThumbnailSize.SMALL,
        format: model.ThumbnailFormat = model.ThumbnailFormat.AUTO,
    ) -> str:
        return thumbnail_url(info.context.signer, self.photo.id, size, format)

    @strawberry.field(description="URL of the file's own bytes; supports Range.")
    def original(self, info: Info) -> str:
        return original_url(info.context.signer, self.photo.id)

    @classmethod
    def of(cls, photo: model.Photo) -> Photo:
        taken = photo.taken
        return cls(
            photo=photo,
            id=ids.encode("Photo", photo.id),
            name=photo.name,
            width=photo.width,
            height=photo.height,
            format=photo.format,
            byte_size=photo.byte_size,
            content_hash=photo.content_hash,
            taken_at=LocalDateTime(taken.at) if taken else None,
            taken_offset=taken.offset if taken else None,
            taken_source=taken.source if taken else model.TakenSource.FILE_TIME,
            location=Location.of(photo.location),
            camera=Camera.of(photo.camera),
            rating=photo.rating,
            favourite=photo.favourite,
            placeholder=photo.placeholder,
        )


async def load_photo(info: Info, id: str) -> Photo | None:
    photo = await info.context.loaders.photos.load(id)
    return Photo.of(photo) if photo is not None else None


@strawberry.type
class PhotoEdge:
    cursor: str
    node: Photo


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
        pairs = zip(self.page.cursors, photos, strict=True)
        return [PhotoEdge(cursor=cursor, node=Photo.of(photo)) for cursor, photo in pairs if photo is not None]

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
    bucket: strawberry.Private[Bucket]
    start: date
    count: int

    @strawberry.field(description="A photo to show for it.")
    async def cover(self, info: Info) -> Photo | None:
        return await load_photo(info, self.bucket.cover_id)

    @classmethod
    def of(cls, bucket: Bucket) -> TimelineBucket:
        return cls(bucket=bucket, start=bucket.start, count=bucket.count)


@strawberry.type
class BulkResult:
    matched: int = strawberry.field(description="Photos that the call reaches.")
    changed: int
    change: strawberry.ID | None

    @classmethod
    def of(cls, result: model.BulkResult) -> BulkResult:
        change = strawberry.ID(result.change_id) if result.change_id is not None else None
        return cls(matched=result.matched, changed=result.changed, change=change)


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
        buckets = info.context.services.browse.timeline(decode_filter(filter), by)
        return [TimelineBucket.of(bucket) for bucket in buckets]


@strawberry.type
class PhotoMutations:
    @strawberry.mutation(permission_classes=[CanEdit], description="-1 (rejected) to 5; null for none.")
    async def rate_photos(self, info: Info, photos: list[strawberry.ID], rating: int | None = UNSET) -> BulkResult:
        labels, viewer = info.context.services.labels, info.context.known_viewer
        return BulkResult.of(await labels.rate(ids.decode_all("Photo", photos), given(rating), by=viewer.name))

    @strawberry.mutation(permission_classes=[CanEdit])
    async def favourite_photos(self, info: Info, photos: list[strawberry.ID], favourite: bool) -> BulkResult:
        labels, viewer = info.context.services.labels, info.context.known_viewer
        return BulkResult.of(await labels.favourite(ids.decode_all("Photo", photos), favourite, by=viewer.name))
