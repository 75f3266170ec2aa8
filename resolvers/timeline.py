"""The timeline: years, months or days with their photos, and where each begins in the list of photos."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.search.timeline import TimelinePart
from photos_graph.services.browse.photos import Section
from resolvers.connections import After, Before, First, Last, given, list_sizes, page_sizes
from resolvers.context import Info
from resolvers.enums import PhotoOrder, Stacks, TimelineUnit
from resolvers.filters import decode_filter
from resolvers.limits import counted
from resolvers.pages import Filter, PhotoConnection, StacksArgument
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo
from resolvers.waiting import FROM_LOADERS


@strawberry.type(description="A year, month or day of the timeline that has photos.")
class TimelineBucket:
    section: strawberry.Private[Section]
    start: date = strawberry.field(description="The first day of the bucket.")
    count: int = strawberry.field(
        description="The number of photos in the bucket. A photo of which only the month or the year is known counts "
        "at the start of it."
    )
    offset: int = strawberry.field(
        description="The number of photos before the bucket in the list that `photos` gives for the same filter, order "
        "and stacks."
    )
    cursor: str = strawberry.field(
        description="The place in that list just before the first photo of the bucket. Pass it as `after` to begin "
        "with this photo, or as `before` to end with the photo before it."
    )

    @strawberry.field(description="A photo to show for the bucket: the most recent one.", metadata=FROM_LOADERS)
    async def cover(self, info: Info) -> Photo | None:
        return await load_photo(info, self.section.bucket.cover_id)

    @strawberry.field(
        description="The photos of the bucket, in the order of the timeline. Their cursors are those of the whole list."
    )
    def photos(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> PhotoConnection:
        first, last = page_sizes(first, last)
        browse = info.context.services.browse
        return PhotoConnection.of(browse.section(self.section, first, given(after), last, given(before)))

    @classmethod
    def of(cls, section: Section) -> TimelineBucket:
        bucket = section.bucket
        return cls(section=section, start=bucket.start, count=bucket.count, offset=bucket.offset, cursor=bucket.cursor)


def _part(first: int | None, after: date | None, last: int | None, before: date | None) -> TimelinePart:
    first, last = list_sizes(first, last)
    return TimelinePart(first, given(after), last, given(before))


@strawberry.type
class TimelineQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Counts the photos that match a filter by year, month or day. Photos without a date, which come "
        "last in both orders by time, are left out; `facets { undated }` of `photos` counts them. Fails like `photos`, "
        "with BAD_INPUT for an order that is not one by time, a negative number, or both `first` and `last`, and with "
        "TOO_COMPLEX if the list would be too long.",
    )
    async def timeline(
        self,
        info: Info,
        filter: Filter = UNSET,
        by: Annotated[TimelineUnit, strawberry.argument(description="The length of the buckets.")] = TimelineUnit.MONTH,
        stacks: StacksArgument = Stacks.COLLAPSED,
        order_by: Annotated[
            PhotoOrder, strawberry.argument(description="The order of the buckets: TAKEN_DESC or TAKEN_ASC.")
        ] = PhotoOrder.TAKEN_DESC,
        first: Annotated[
            int | None,
            strawberry.argument(
                description="The number of buckets to return, from the beginning or after `after`. All are returned by "
                "default."
            ),
        ] = UNSET,
        after: Annotated[
            date | None,
            strawberry.argument(description="The `start` of a bucket: only those that follow it in the list count."),
        ] = UNSET,
        last: Annotated[
            int | None,
            strawberry.argument(
                description="The number of buckets to return, at the end of the list or before `before`."
            ),
        ] = UNSET,
        before: Annotated[
            date | None,
            strawberry.argument(description="The `start` of a bucket: only those that precede it in the list count."),
        ] = UNSET,
    ) -> list[TimelineBucket]:
        browse, wanted = info.context.services.browse, decode_filter(filter)
        await info.context.services.questions.of_filter(wanted)
        part = _part(first, after, last, before)
        sections = counted(info, lambda: browse.timeline(wanted, by, stacks, order_by, part))
        return [TimelineBucket.of(section) for section in sections]
