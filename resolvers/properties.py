"""What people say about photos in place of their files: titles, captions, dates and positions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from photos_graph.services.labels.property_rules import DateEdit
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.context import Info
from resolvers.enums import DatePrecision, PhotoProperty
from resolvers.permissions import CanEdit
from resolvers.photos import PhotoIds
from resolvers.scalars import LocalDateTime

COUNTS = (
    "What a person says counts before what the files say, also at later scans; `revertToFile` ends this. Files are not "
    "changed. Fails with NOT_FOUND, changing nothing, if one of the photos is not known, and with BAD_INPUT if there "
    "are too many photos"
)


@strawberry.type
class PropertyMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description=f"Sets the titles and captions of photos. {COUNTS}, a text is too long, or neither text is given.",
    )
    async def describe_photos(
        self,
        info: Info,
        photos: PhotoIds,
        title: Annotated[
            str | None,
            strawberry.argument(
                description="The title, of up to 255 characters. An empty text says that the photos have no title. "
                "Without this argument, or with null, the titles stay as they are."
            ),
        ] = None,
        caption: Annotated[
            str | None,
            strawberry.argument(
                description="The caption, of up to 8,192 characters. An empty text says that the photos have no "
                "caption. Without this argument, or with null, the captions stay as they are."
            ),
        ] = None,
    ) -> BulkResult:
        editing, viewer = info.context.services.property_editing, info.context.known_viewer
        return BulkResult.of(await editing.describe(ids.decode_all("Photo", photos), title, caption, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Sets the position of photos, and with it their places; or a place alone, if the position is not "
        "known. Without any of the three, the photos have no position and no places. "
        f"{COUNTS}, the position is not on Earth, or both a place and a position are given.",
    )
    async def place_photos(
        self,
        info: Info,
        photos: PhotoIds,
        latitude: Annotated[
            float | None,
            strawberry.argument(description="The latitude in degrees, from -90 to 90. North is positive."),
        ] = None,
        longitude: Annotated[
            float | None,
            strawberry.argument(description="The longitude in degrees, from -180 to 180. East is positive."),
        ] = None,
        place: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description='The country, region or city by its id, its name or its path, such as "Italy/Abruzzo". The '
                "photos then have no position. Fails with NOT_FOUND if there is no such place, and with BAD_INPUT if "
                "several places have the name."
            ),
        ] = None,
    ) -> BulkResult:
        editing, viewer = info.context.services.property_editing, info.context.known_viewer
        chosen = None if place is None else ids.ref("Place", place)
        photo_ids = ids.decode_all("Photo", photos)
        return BulkResult.of(await editing.place(photo_ids, latitude, longitude, chosen, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Sets or corrects the dates of photos. Photos that a correction does not fit stay as they are: "
        "those without a date, and those without a time of day for a shift or an offset. "
        f"{COUNTS}, no argument but the photos is given, or a date is not possible.",
    )
    async def date_photos(
        self,
        info: Info,
        photos: PhotoIds,
        taken_at: Annotated[
            LocalDateTime | None,
            strawberry.argument(description="The local time when and where the photos were taken."),
        ] = None,
        shift_seconds: Annotated[
            int | None,
            strawberry.argument(
                description="The number of seconds to add to each date, for example -3600 if the clock of the camera "
                "was an hour ahead. It cannot be combined with `takenAt`."
            ),
        ] = None,
        offset: Annotated[
            str | None,
            strawberry.argument(
                description='The offset from UTC, for example "+02:00". The local times stay as they are.'
            ),
        ] = None,
        precision: Annotated[
            DatePrecision | None,
            strawberry.argument(
                description="How precisely the dates are known. The default is SECOND for `takenAt`, and otherwise "
                "what it was. Of a date that is known to the day, month or year, the start is kept."
            ),
        ] = None,
    ) -> BulkResult:
        editing, viewer = info.context.services.property_editing, info.context.known_viewer
        edit = DateEdit(taken_at, shift_seconds, offset, precision)
        return BulkResult.of(await editing.date(ids.decode_all("Photo", photos), edit, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Removes the properties that people stated for photos, so that what the files say counts again. "
        "Fails with BAD_INPUT if no property is named or there are too many photos, and with NOT_FOUND, changing "
        "nothing, if one of the photos is not known.",
    )
    async def revert_to_file(
        self,
        info: Info,
        photos: PhotoIds,
        properties: Annotated[
            list[PhotoProperty], strawberry.argument(description="The properties that the files are to state again.")
        ],
    ) -> BulkResult:
        editing, viewer = info.context.services.property_editing, info.context.known_viewer
        return BulkResult.of(await editing.revert(ids.decode_all("Photo", photos), properties, by=viewer.name))
