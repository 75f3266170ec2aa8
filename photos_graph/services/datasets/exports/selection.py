"""The selection of the photos to export, given as a filter or as the text of a search."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from photos_graph.errors import BadInput
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter

Selection = PhotoFilter | str | None  # a filter, the text of a search, or None for all photos

_FILTER = TypeAdapter(PhotoFilter)
_FIELDS = {  # of all classes that a filter consists of; names of tags, persons and places are written as strings
    field
    for kind, schema in _FILTER.json_schema()["$defs"].items()
    if kind != Ref.__name__
    for field in schema.get("properties", ())
}
_KEYWORDS = {"and", "or", "not"}  # of Python, to which our field names append an underscore
_NAME_LISTS = {"all", "any", "none"}


def describe(selection: Selection) -> str:
    """Returns the selection as text for people."""
    if selection is None:
        return ""
    return (
        selection
        if isinstance(selection, str)
        else json.dumps(_pruned(asdict(selection)), ensure_ascii=False, default=str)
    )


def _pruned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.rstrip("_"): _pruned(each) for name, each in value.items() if each is not None}
    return [_pruned(each) for each in value] if isinstance(value, (list, tuple)) else value


def filter_of(text: str) -> PhotoFilter:
    """Returns the filter that the JSON text describes with the field names of GraphQL's ``PhotoFilter``.

    Tags, persons and places are given by name. Raises BadInput if the text is not such a filter.
    """
    try:
        return _FILTER.validate_python(_with_field_names(json.loads(text)))
    except json.JSONDecodeError as error:
        raise BadInput(f"The filter is not valid JSON: {error}.") from None
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False)
        where = ".".join(str(part).rstrip("_") for part in first["loc"])
        raise BadInput(f"The filter does not fit: {where or 'it'}: {first['msg']}") from None


def _with_field_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_field_names(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        _field_name(name): _refs(each) if name in _NAME_LISTS else _with_field_names(each)
        for name, each in value.items()
    }


def _field_name(name: str) -> str:
    """Returns our name of a GraphQL field. Raises BadInput if no filter has such a field."""
    field_name = f"{name}_" if name in _KEYWORDS else re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)
    if field_name not in _FIELDS:
        raise BadInput(f"The filter has no {name}.")
    return field_name


def _refs(value: Any) -> Any:
    return [{"name": each} if isinstance(each, str) else each for each in value] if isinstance(value, list) else value
