"""Creating and changing albums and saved searches."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import albums as album_model
from photos_graph.services.labels.album_editing import AlbumChange, AlbumPhotos
from resolvers import ids
from resolvers.albums import Album, load_album
from resolvers.changes import BulkResult, change_id, deleted
from resolvers.connections import given
from resolvers.context import Info
from resolvers.enums import PhotoOrder
from resolvers.filters import PhotoFilter, decode_filter
from resolvers.permissions import CanEdit
from resolvers.tagging import DryRun

AlbumId = Annotated[strawberry.ID, strawberry.argument(name="album", description="The id of the album.")]
AlbumName = Annotated[
    str,
    strawberry.argument(
        description="The name: 1 to 255 characters without control characters. No other album may have it; case does "
        "not matter."
    ),
]
Description = Annotated[
    str | None, strawberry.argument(description="A text about the album. An empty one, or null, is none.")
]
Order = Annotated[
    PhotoOrder | None,
    strawberry.argument(
        description="The order in which the album shows its photos. By default, or with null or ALBUM, it is the order "
        "in which people put them, and TAKEN_DESC for a smart album."
    ),
]
SmartFilter = Annotated[
    PhotoFilter | None,
    strawberry.argument(
        description="What a smart album finds. Names of tags, persons, places, folders and albums are kept as ids, so "
        "that the album stays as it is when one of them is renamed."
    ),
]
SearchText = Annotated[
    str | None,
    strawberry.argument(
        description="What a smart album finds, in words as for `search`. What they mean is kept by id, as for a "
        "filter, so that the album stays as it is when something is renamed. Words that name nothing, or that mean "
        'something else on another day, are read again whenever the album is shown: "last month" stays the last month.'
    ),
]
ChosenIds = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(name="photos", description="The ids of up to 10,000 photos, in their order in the album."),
]
FoundPhotos = Annotated[
    PhotoFilter | None,
    strawberry.argument(
        description="The photos that match this filter now, up to 50,000, in place of `photos`; a stack counts as one."
    ),
]
PhotoId = Annotated[strawberry.ID | None, strawberry.argument(description="The id of another photo of the album.")]


@strawberry.type(description="What a call has done to an album and its photos. The numbers count photos.")
class AlbumPayload(BulkResult):
    album_of: strawberry.Private[str]

    @strawberry.field(description="The album as it is now, or null if it was deleted.")
    def album(self, info: Info) -> Album | None:
        return load_album(info, self.album_of)

    @classmethod
    def of_change(cls, change: AlbumChange) -> AlbumPayload:
        result = change.result
        return cls(
            album_of=change.album_id,
            matched=result.matched,
            changed=result.changed,
            kept=result.kept,
            change=change_id(result.change_id),
            is_complete=result.is_complete,
            change_of=result.change_id,
        )


def _details(description: str | None, order: PhotoOrder | None) -> album_model.AlbumDetails:
    """The details of those arguments that were given."""
    details = album_model.AlbumDetails()
    if description is not UNSET:
        details["description"] = description
    if order is not UNSET:
        details["order"] = order
    return details


def _chosen(photos: list[strawberry.ID] | None, filter: PhotoFilter | None, order: PhotoOrder) -> AlbumPhotos:
    photos = given(photos)
    photo_ids = ids.decode_all("Photo", photos) if photos is not None else None
    return AlbumPhotos(photo_ids, decode_filter(given(filter)), order)


@strawberry.type
class AlbumMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Creates an album of photos, which may be none, or a smart album if a filter or a text is given. "
        "Fails with BAD_INPUT if a value is not valid, or if more than one of `photos`, `filter` and `text` is given; "
        "with NOT_FOUND if a photo or a folder is not known; and with CONFLICT if another album has that name.",
    )
    async def create_album(
        self,
        info: Info,
        name: AlbumName,
        photo_ids: ChosenIds = UNSET,
        filter: SmartFilter = UNSET,
        text: SearchText = UNSET,
        description: Description = UNSET,
        order_by: Order = UNSET,
    ) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        chosen = _chosen(photo_ids, None, PhotoOrder.TAKEN_ASC) if given(photo_ids) is not None else None
        details = _details(description, order_by)
        found = decode_filter(given(filter))
        return AlbumPayload.of_change(await editing.create(name, chosen, found, given(text), details, viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Renames an album. Fails with BAD_INPUT if the name is not valid, with NOT_FOUND if the album is "
        "not known, and with CONFLICT if another album has that name; the error gives the id of that album.",
    )
    async def rename_album(self, info: Info, album_id: AlbumId, name: AlbumName) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        return AlbumPayload.of_change(await editing.edit(ids.decode("Album", album_id), name, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Edits an album. Arguments that are left out stay as they are. A filter takes the place of a text, "
        "and the other way round. Fails with NOT_FOUND if the album or a folder is not known, and with BAD_INPUT if a "
        "value is not valid, if a filter or a text is given for an album of chosen photos, or if a smart album would "
        "find the photos of itself.",
    )
    async def edit_album(
        self,
        info: Info,
        album_id: AlbumId,
        description: Description = UNSET,
        order_by: Order = UNSET,
        filter: SmartFilter = UNSET,
        text: SearchText = UNSET,
    ) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        if filter is None or text is None:
            raise BadInput("An album cannot lose its filter or text. Give another one, or leave the argument out.")
        ours, found = ids.decode("Album", album_id), decode_filter(given(filter))
        details = _details(description, order_by)
        return AlbumPayload.of_change(await editing.edit(ours, None, found, given(text), details, viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Adds photos at the end of an album. Photos that are in it already stay where they are. Fails with "
        "NOT_FOUND, changing nothing, if the album or a photo is not known, and with BAD_INPUT for a smart album or "
        "unless either `photos` or `filter` is given.",
    )
    async def add_to_album(
        self,
        info: Info,
        album_id: AlbumId,
        photo_ids: ChosenIds = UNSET,
        filter: FoundPhotos = UNSET,
        order_by: Annotated[
            PhotoOrder, strawberry.argument(description="The order in which the photos that `filter` finds are added.")
        ] = PhotoOrder.TAKEN_ASC,
        dry_run: DryRun = False,
    ) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        ours, chosen = ids.decode("Album", album_id), _chosen(photo_ids, filter, order_by)
        return AlbumPayload.of_change(await editing.add(ours, chosen, dry_run, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Takes photos out of an album, together with the other photos of their stacks. The photos stay in "
        "the library. Fails with NOT_FOUND, changing nothing, if the album or a photo is not known, and with BAD_INPUT "
        "for a smart album or unless either `photos` or `filter` is given.",
    )
    async def remove_from_album(
        self,
        info: Info,
        album_id: AlbumId,
        photo_ids: ChosenIds = UNSET,
        filter: FoundPhotos = UNSET,
        dry_run: DryRun = False,
    ) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        ours, chosen = ids.decode("Album", album_id), _chosen(photo_ids, filter, PhotoOrder.TAKEN_ASC)
        return AlbumPayload.of_change(await editing.remove(ours, chosen, dry_run, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Moves photos of an album before or after another one, in the order in which they are given, or to "
        "the end. Photos that are not in the album are passed over. Fails with NOT_FOUND if the album or a photo is "
        "not known, and with BAD_INPUT for a smart album, if both `before` and `after` are given, or if that photo is "
        "not in the album or is one of those that move.",
    )
    async def move_in_album(
        self,
        info: Info,
        album_id: AlbumId,
        photo_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(name="photos", description="The ids of the photos to move, in their new order."),
        ],
        before: PhotoId = UNSET,
        after: PhotoId = UNSET,
    ) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        ours, photos = ids.decode("Album", album_id), ids.decode_all("Photo", photo_ids)
        earlier, later = ids.decode_given("Photo", before), ids.decode_given("Photo", after)
        return AlbumPayload.of_change(await editing.move(ours, photos, earlier, later, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Chooses the cover of an album. Fails with NOT_FOUND if the album or the photo is not known, and "
        "with BAD_INPUT if the photo is not in the album.",
    )
    async def set_album_cover(
        self,
        info: Info,
        album_id: AlbumId,
        photo: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The id of the photo. By default, the first photo is the cover."),
        ] = UNSET,
    ) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        ours, cover = ids.decode("Album", album_id), ids.decode_given("Photo", photo)
        return AlbumPayload.of_change(await editing.set_cover(ours, cover, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Deletes an album or a saved search. The photos stay. Fails with NOT_FOUND if the album is not "
        "known.",
    )
    async def delete_album(self, info: Info, album_id: AlbumId) -> AlbumPayload:
        editing, viewer = info.context.services.album_editing, info.context.known_viewer
        change = await editing.delete(ids.decode("Album", album_id), by=viewer.name)
        deleted(info, change.result)
        return AlbumPayload.of_change(change)
