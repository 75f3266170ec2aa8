"""Filters as JSON, as smart albums keep them: by the names of the fields in ``filters``, without those that are left
out. A reference is {"id": ...} or {"name": ...}."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter, ValidationError

from photos_graph.errors import BadInput
from photos_graph.search.filters import PhotoFilter


@cache
def _adapter() -> TypeAdapter[PhotoFilter]:
    return TypeAdapter(PhotoFilter)


def to_json(filter: PhotoFilter) -> str:
    """Returns the same text for equal filters."""
    return _adapter().dump_json(filter, exclude_defaults=True).decode()


def from_json(text: str) -> PhotoFilter:
    """Raises BadInput if the text is no filter."""
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise BadInput(f"This is not a filter: {error.errors()[0]['msg']}.") from error
