"""Times as clients write them."""

from __future__ import annotations

from datetime import datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from photos_graph.errors import BadInput

LocalDateTime = NewType("LocalDateTime", datetime)


def _parse_local(value: object) -> LocalDateTime:
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise BadInput('A LocalDateTime is written like "2019-08-14T18:30:00".')
    if parsed.tzinfo is not None:
        raise BadInput("A LocalDateTime has no offset: it is the wall clock where the photo was taken.")
    return LocalDateTime(parsed)


SCALARS: dict[object, ScalarDefinition] = {
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        description="ISO 8601 without offset: the wall clock where the photo was taken.",
        serialize=datetime.isoformat,
        parse_value=_parse_local,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339, with offset.",
        serialize=datetime.isoformat,
        parse_value=datetime.fromisoformat,
    ),
}
