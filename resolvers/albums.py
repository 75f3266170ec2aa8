"""Albums: photos that people chose and put in an order, and saved searches."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import albums as album_model
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter as StoredFilter
from photos_graph.search.filters import TermFilter
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.enums import AlbumOrder, PhotoOrder, Stacks
from resolvers.filters import filter_text
from resolvers.pages import PhotoConnection, StacksArgument, photo_page
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo


@strawberry.type(
    description="An album. People put photos into it, in an order of their own. A smart album has a filter or a text "
    "instead, and holds what these find. If a photo is in a stack, all photos of the stack count as in the album."
)
class Album(Node):
    own: strawberry.Private[album_model.Album]
    name: str = strawberry.field(description="The name of the album, which no other album has.")
    description: str | None = strawberry.field(description="A text about the album, or null if it has none.")
    is_smart: bool = strawberry.field(
        description="Whether the album holds what a filter or a text finds, so that photos cannot be added to it."
    )
    text: str | None = strawberry.field(
        description="The words of a saved search, or null for any other album. `search` explains how they are read."
    )
    order_by: PhotoOrder = strawberry.field(description="The order in which the album shows its photos.")
    created_at: datetime = strawberry.field(description="When the album was created.")
    created_by: str = strawberry.field(description="The name of the viewer who created it.")
    updated_at: datetime = strawberry.field(
        description="When the album was changed last, or photos were added, moved or removed."
    )

    @strawberry.field(
        description="The filter of a smart album, as JSON that fits `PhotoFilter`, or null for any other album. That "
        "of a saved search is what its words meant when it was saved or, if they are read again, mean today; it is "
        "null if no filter says the same. `explainFilter` says it in words, with the names that things have now."
    )
    def filter(self, info: Info) -> str | None:
        found = info.context.services.albums.filter(self.own)
        return filter_text(found) if found is not None else None

    @strawberry.field(description="The number of photos in the album. A stack counts as one.")
    async def photo_count(self, info: Info) -> int:
        albums = info.context.services.albums
        await albums.look(self.own)
        return albums.photo_count(self.own)

    @strawberry.field(
        description="The photo to show for the album: the one that a person chose, or else the first one. It is null "
        "for an album without photos."
    )
    async def cover(self, info: Info) -> Photo | None:
        albums = info.context.services.albums
        await albums.look(self.own)
        photo_id = albums.cover(self.own)
        return await load_photo(info, photo_id) if photo_id is not None else None

    @strawberry.field(description="The first day on which a photo of the album was taken, or null if none is known.")
    async def start_date(self, info: Info) -> date | None:
        return await self._day(info, 0)

    @strawberry.field(description="The last day on which a photo of the album was taken, or null if none is known.")
    async def end_date(self, info: Info) -> date | None:
        return await self._day(info, 1)

    @strawberry.field(
        description="The photos of the album, in its own order by default. The filter {albums: {any: [id]}} gives the "
        "same list in other queries, such as `photosAround`, also with the order ALBUM."
    )
    async def photos(
        self,
        info: Info,
        order_by: Annotated[PhotoOrder, strawberry.argument(description="The order of the photos.")] = PhotoOrder.ALBUM,
        stacks: StacksArgument = Stacks.COLLAPSED,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> PhotoConnection:
        await info.context.services.albums.look(self.own)
        filter_ = StoredFilter(albums=TermFilter(all=(Ref(id=self.own.id),)))
        return photo_page(info, filter_, order_by, first, after, last, before, stacks)

    async def _day(self, info: Info, side: int) -> date | None:
        albums = info.context.services.albums
        await albums.look(self.own)
        days = albums.dates(self.own)
        return days[side] if days is not None else None

    @classmethod
    def of(cls, album: album_model.Album) -> Album:
        return cls(
            own=album,
            id=ids.encode("Album", album.id),
            name=album.name,
            description=album.description,
            is_smart=album.is_smart,
            text=album.text,
            order_by=album.shown_order,
            created_at=_moment(album.created_ms),
            created_by=album.by,
            updated_at=_moment(album.changed_ms),
        )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def load_album(info: Info, id: str) -> Album | None:
    album = info.context.services.albums.get(id)
    return Album.of(album) if album is not None else None


@strawberry.type(description="An album, and how many photos of the answer are in it.")
class AlbumFacet:
    album: Album = strawberry.field(description="The album.")
    count: int = strawberry.field(description="The number of photos in the answer that are in the album.")


@strawberry.type
class AlbumQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Finds an album by id or by name. Returns null if there is none. Fails with BAD_INPUT unless "
        "exactly one of the two is given.",
    )
    def album(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id of the album.")] = UNSET,
        name: Annotated[str | None, strawberry.argument(description="The name of the album. Case is ignored.")] = UNSET,
    ) -> Album | None:
        ours, name = ids.decode_given("Album", id), given(name)
        if (ours is None) == (name is None):
            raise BadInput("Give either the id or the name of the album.")
        if ours is not None:
            return load_album(info, ours)
        album = info.context.services.albums.named(name or "")
        return Album.of(album) if album is not None else None

    @strawberry.field(permission_classes=[CanView], description="All albums and saved searches, by name.")
    def albums(
        self,
        info: Info,
        text: Annotated[
            str | None,
            strawberry.argument(
                description="Returns only albums in whose names each of these words begins a word. Case and accents "
                "are ignored."
            ),
        ] = UNSET,
        is_smart: Annotated[
            bool | None,
            strawberry.argument(description="Returns only smart albums if it is true, and only others if it is false."),
        ] = UNSET,
        order_by: Annotated[AlbumOrder, strawberry.argument(description="The order of the albums.")] = AlbumOrder.NAME,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Album]:
        first, last = page_sizes(first, last)
        albums = info.context.services.albums
        page = albums.page(given(text), given(is_smart), order_by, first, given(after), last, given(before))
        return connection(page, Album.of)
