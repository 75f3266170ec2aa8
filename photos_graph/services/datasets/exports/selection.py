"""Which photos an export is of, as people say it: a filter, or the words of a search."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from photos_graph.errors import BadInput
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import (
    BoxFilter,
    FolderFilter,
    IntRange,
    NearFilter,
    PhotoFilter,
    TakenFilter,
    TermFilter,
    to_query,
)
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import parse
from photos_graph.search.query import Everything, Query

Wanted = PhotoFilter | str | None  # a filter, a text to search for, everything

_FILTER = TypeAdapter(PhotoFilter)
_KNOWN = {
    field.name
    for kind in (PhotoFilter, TermFilter, FolderFilter, TakenFilter, NearFilter, BoxFilter, IntRange)
    for field in fields(kind)
}
_WORDS = {"and", "or", "not"}  # which Python keeps for itself
_LISTS = {"all", "any", "none"}  # of names


def query_of(wanted: Wanted, search: SearchIndex) -> Query:
    """Raises BadInput, NotFound, TooComplex."""
    if wanted is None:
        return Everything()
    if isinstance(wanted, str):
        return parse(wanted, search.lexicon, date.today()).query
    return to_query(wanted, IndexNames(search))


def told(wanted: Wanted) -> str:
    """For people."""
    if wanted is None:
        return ""
    return wanted if isinstance(wanted, str) else json.dumps(_pruned(asdict(wanted)), ensure_ascii=False, default=str)


def _pruned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.rstrip("_"): _pruned(each) for name, each in value.items() if each is not None}
    return [_pruned(each) for each in value] if isinstance(value, (list, tuple)) else value


def filter_of(text: str) -> PhotoFilter:
    """Of JSON in the words of GraphQL's ``PhotoFilter``; tags, persons and places by name. Raises BadInput."""
    try:
        return _FILTER.validate_python(_ours(json.loads(text)))
    except json.JSONDecodeError as error:
        raise BadInput(f"The filter is not JSON: {error}") from None
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False)
        where = ".".join(str(part).rstrip("_") for part in first["loc"])
        raise BadInput(f"The filter does not fit: {where or 'it'}: {first['msg']}") from None


def _ours(value: Any) -> Any:
    if isinstance(value, list):
        return [_ours(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {_key(name): _named(each) if name in _LISTS else _ours(each) for name, each in value.items()}


def _key(name: str) -> str:
    """Raises BadInput for a word that no filter has."""
    key = f"{name}_" if name in _WORDS else re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)
    if key not in _KNOWN:
        raise BadInput(f"The filter has no {name}.")
    return key


def _named(value: Any) -> Any:
    return [{"name": each} if isinstance(each, str) else each for each in value] if isinstance(value, list) else value
