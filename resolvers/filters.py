"""The GraphQL inputs of ``search/filters.py``, made from its classes, and the way back.

An input has the fields of its class. Their descriptions are annotated there; that of the input is the class docstring.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sized
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from inspect import getdoc
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import strawberry
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from photos_graph.errors import TooComplex
from photos_graph.model.labels import Certainty
from photos_graph.model.search import PhotoShape, Ref
from photos_graph.search import filters
from photos_graph.search.folding import words
from photos_graph.search.terms.added import AddedIn, Instant
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.places import InBox, Near
from resolvers import enums, ids
from resolvers.connections import given
from resolvers.scalars import LocalDateTime

MAX_NESTING = 20
MAX_CONDITIONS = 200  # in all of a filter, together with the words in its texts: each may look at every photo
MAX_NAMES = 1_000  # names or ids in all of a filter

F = TypeVar("F")

_RENAMED: dict[type, str] = {
    TakenIn: "TakenFilter",
    AddedIn: "AddedFilter",
    Near: "NearFilter",
    InBox: "BoxFilter",
}
_SCALARS: dict[object, Any] = {
    Ref: str,
    datetime: LocalDateTime,
    Instant: datetime,
    Certainty: enums.Certainty,
    PhotoShape: enums.PhotoShape,
}
_JOINTS = ("and_", "or_", "not_")  # Python keeps the words without the underscore for itself
_ID_KINDS: dict[str, ids.Kind] = {
    "tags": "Tag",
    "excluded_tags": "Tag",
    "persons": "Person",
    "places": "Place",
    "folder": "Folder",
    "albums": "Album",
}  # by field of PhotoFilter


class _Inputs:
    """The inputs by their classes, each made when it is first referred to."""

    def __init__(self) -> None:
        self._made: dict[type, type] = {}

    def of(self, source: type) -> type:
        if source not in self._made:
            hints = get_type_hints(source, include_extras=True)
            namespace: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
            for field in fields(source):
                hint, description = get_args(hints[field.name])
                annotation = strawberry.ID if field.name == "id" else self._annotation(hint, source)
                namespace["__annotations__"][field.name] = annotation if _is_required(field) else annotation | None
                namespace[field.name] = _input_field(field, description)
            made = type(_RENAMED.get(source, source.__name__), (), namespace)
            self._made[source] = strawberry.input(made, description=" ".join((getdoc(source) or "").split()))
        return self._made[source]

    def _annotation(self, hint: Any, inside: type) -> Any:
        """The GraphQL counterpart of a type hint, without regard to None."""
        if get_origin(hint) in (Union, UnionType):
            [hint] = (each for each in get_args(hint) if each is not type(None))
        if get_origin(hint) is tuple:
            return list[self._annotation(get_args(hint)[0], inside)]  # type: ignore[misc]
        if hint is inside:
            return Annotated[inside.__name__, strawberry.lazy(__name__)]
        if hint not in _SCALARS and isinstance(hint, type) and is_dataclass(hint):
            return self.of(hint)
        return _SCALARS.get(hint, hint)

    def sources(self) -> dict[type, type]:
        """The classes by the inputs that were made of them."""
        return {made: source for source, made in self._made.items()}


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING


def _input_field(field: Field[Any], description: str) -> Any:
    name = field.name.removesuffix("_") if field.name in _JOINTS else None
    if _is_required(field):
        return strawberry.field(name=name, description=description)
    default = UNSET if field.default is None else field.default
    return strawberry.field(name=name, description=description, default=default)


_inputs = _Inputs()

if TYPE_CHECKING:

    class PhotoFilter:
        """The input that ``decode_filter`` takes."""

    class BoxFilter:
        """The input that ``decode_box`` takes."""
else:
    PhotoFilter = _inputs.of(filters.PhotoFilter)
    BoxFilter = _inputs.of(InBox)

_SOURCES = _inputs.sources()


def decode_filter(filter: PhotoFilter | None) -> filters.PhotoFilter | None:
    """Raises BadInput for the id of something else, TooComplex."""
    return _Decoder().filter(filter, filters.PhotoFilter, None, 0) if filter else None


def decode_box(box: BoxFilter) -> InBox:
    """Raises BadInput for degrees that do not exist."""
    return _Decoder().filter(box, InBox, None, 0).checked()


class _Limits:
    """Counts what the parts of one filter hold, which are given by their fields, without those that are left out."""

    def __init__(self) -> None:
        self._conditions = self._names = 0

    def check_filter(self, values: dict[str, Any], depth: int) -> None:
        if depth > MAX_NESTING:
            raise TooComplex(f"A filter may be nested up to {MAX_NESTING} deep.")
        conditions = len(values.keys() - {*_JOINTS, "certainty"})
        self._conditions += max(conditions, 1) + max(len(words(values.get("text", ""))) - 1, 0)
        if self._conditions > MAX_CONDITIONS:
            raise TooComplex(f"A filter may have up to {MAX_CONDITIONS:,} conditions and words of text.")
        self._count_names([values.get("excluded_tags", ())])

    def check_names(self, values: dict[str, Any]) -> None:
        self._count_names(value for value in values.values() if isinstance(value, list | tuple))

    def _count_names(self, lists: Iterable[Sized]) -> None:
        self._names += sum(map(len, lists))
        if self._names > MAX_NAMES:
            raise TooComplex(f"A filter may name up to {MAX_NAMES:,} tags, persons and places.")


class _Decoder:
    """Turns the input of one request into the classes that it was made of, and limits how large it may be."""

    def __init__(self) -> None:
        self._limits = _Limits()

    def filter(self, source: object, of: type[F], kind: ids.Kind | None, depth: int) -> F:
        """``kind`` is that of the ids in it; None if it holds names only. Raises BadInput, TooComplex."""
        found = {field.name: given(getattr(source, field.name)) for field in fields(cast(Any, of))}
        values = {name: value for name, value in found.items() if value is not None}
        if of is filters.PhotoFilter:
            depth += 1
            self._limits.check_filter(values, depth)
        elif of is filters.TermFilter:
            self._limits.check_names(values)
        return of(**{name: self._value(name, value, kind, depth) for name, value in values.items()})

    def _value(self, name: str, value: Any, kind: ids.Kind | None, depth: int) -> Any:
        if source := _SOURCES.get(type(value)):
            return self.filter(value, source, _ID_KINDS.get(name), depth)
        if isinstance(value, list):
            kind = _ID_KINDS.get(name, kind)
            return tuple(
                _ref(each, kind) if isinstance(each, str) else self._value(name, each, kind, depth) for each in value
            )
        return ids.decode(kind, value) if name == "id" and kind else value


def _ref(text: str, kind: ids.Kind | None) -> Ref:
    return ids.ref(kind, text) if kind else Ref(name=text)


def encode_filter(filter: filters.PhotoFilter) -> dict[str, Any]:
    """Returns the input that ``decode_filter`` turns into this filter, as JSON has it."""
    return cast(dict[str, Any], _encoded(filter, None))


def filter_text(filter: filters.PhotoFilter) -> str | None:
    """Returns the input as the text of a JSON object, or None if ``decode_filter`` would call it too complex."""
    return json.dumps(encode_filter(filter), ensure_ascii=False) if _is_within_limits(filter) else None


def _is_within_limits(filter: filters.PhotoFilter) -> bool:
    limits = _Limits()

    def check(part: object, depth: int) -> None:
        if isinstance(part, tuple):
            for each in part:
                check(each, depth)
        elif isinstance(part, filters.PhotoFilter | filters.TermFilter):
            found = {field.name: getattr(part, field.name) for field in fields(part)}
            values = {name: value for name, value in found.items() if value is not None}
            if isinstance(part, filters.PhotoFilter):
                depth += 1
                limits.check_filter(values, depth)
            else:
                limits.check_names(values)
            for value in values.values():
                check(value, depth)

    try:
        check(filter, 0)
    except TooComplex:
        return False
    return True


def _encoded(value: object, kind: ids.Kind | None) -> Any:
    """``kind`` is that of the ids in the value; None if it holds none."""
    if isinstance(value, Ref):
        return ids.encode(kind, value.id) if value.id is not None and kind is not None else value.name
    if isinstance(value, tuple):
        return [_encoded(each, kind) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found: dict[str, Any] = {}
    for field in fields(value):
        each, name = getattr(value, field.name), field.name.removesuffix("_")
        if each != field.default:
            of_ids = _ID_KINDS.get(field.name, kind) if isinstance(value, filters.PhotoFilter) else kind
            is_id = name == "id" and kind is not None
            found[to_camel_case(name)] = ids.encode(kind, each) if is_id and kind else _encoded(each, of_ids)
    return found
