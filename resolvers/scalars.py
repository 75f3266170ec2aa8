"""The scalars of time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from photos_graph.errors import BadInput

LocalDateTime = NewType("LocalDateTime", datetime)


def _parse_local(value: object) -> LocalDateTime:
    """Raises BadInput."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise BadInput('A LocalDateTime is written like "2019-08-14T18:30:00".')
    if parsed.tzinfo is not None:
        raise BadInput("A LocalDateTime has no offset: it is the local time where the photo was taken.")
    return LocalDateTime(parsed)


def _parse_moment(value: object) -> datetime:
    """Raises BadInput."""
    try:
        parsed = datetime.fromisoformat(value)  # type: ignore[arg-type]
        # Times with and without an offset cannot be compared, and some are no times in UTC.
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadInput('A DateTime is written like "2019-08-14T16:30:00+00:00".') from None


def _parse_day(value: object) -> date:
    """Raises BadInput."""
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise BadInput('A Date is written like "2019-08-14".') from None


SCALARS: dict[object, ScalarDefinition] = {
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        specified_by_url="https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#local-dates-and-times",
        description="A local time in ISO 8601 without an offset: what a clock showed where the photo was taken. "
        'For example "2019-08-14T18:30:00". A value with an offset fails with BAD_INPUT.',
        serialize=datetime.isoformat,
        parse_value=_parse_local,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        description='A point in time in RFC 3339, for example "2019-08-14T16:30:00+00:00". Without an offset it is in '
        "UTC.",
        serialize=datetime.isoformat,
        parse_value=_parse_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        specified_by_url="https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#dates",
        description='A calendar day in ISO 8601, for example "2019-08-14".',
        serialize=date.isoformat,
        parse_value=_parse_day,
    ),
}
