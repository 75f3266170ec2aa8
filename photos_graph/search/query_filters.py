"""Converts queries back to the filters that ``filters.to_query`` converts to them.

A filter from here names everything by its id. Recurring times, such as mornings or Easter, have no filter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, replace
from typing import Literal

from photos_graph.model.labels import Certainty
from photos_graph.model.search import Ref
from photos_graph.search.filters import (
    MAX_LOOK,
    ExposureFilter,
    FloatRange,
    FolderFilter,
    IntRange,
    PhotoFilter,
    TermFilter,
)
from photos_graph.search.query import And, Everything, Not, Or, Query, terms_of
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.albums import InAlbum, InNoAlbum, OnlyInAlbums
from photos_graph.search.terms.content import LooksLike, LooksLikeText
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.term import Term
from photos_graph.search.terms.words import Words

Looks = Callable[[str], Collection[Query]]  # as ``filters.NameLookup.looks``
Names = Literal["tags", "persons", "places", "albums"]  # the fields of a filter that take names
Named = tuple[Names, str, bool]  # the field, an id, and whether only confirmed labels count
Only = OnlyTagged | OnlyPersons | OnlyInAlbums


class _NoFilter(Exception):
    """A condition has no filter."""


def to_filter(query: Query, looks: Looks) -> PhotoFilter | None:
    """Returns a filter that finds the same photos as the query, or None if there is none.

    ``looks`` returns the terms that a filter with `looksLike` becomes, which depends on the models in use.
    """
    try:
        return _Conversion(looks).filter(query)
    except _NoFilter:
        return None


def has_filter(query: Query, looks: Looks) -> bool:
    """Whether every term of the query has a filter, if it stands where the names of an "only" stand beside it."""
    return all(isinstance(term, Only) or to_filter(term, looks) is not None for term in terms_of(query))


class _Conversion:
    def __init__(self, looks: Looks) -> None:
        self._looks = looks

    def filter(self, query: Query) -> PhotoFilter:
        match query:
            case Everything():
                return PhotoFilter()
            case And():
                return self._all_of(list(_flat(query)))
            case Or(parts):
                return self._any_of(parts)
            case Not(part):
                return self._none_of([part])
        if (named := _named(query)) is not None:
            field, id_, confirmed = named
            return _of_names(field, TermFilter(all=(Ref(id=id_),)), confirmed)
        return self._of_term(query)

    def _any_of(self, parts: Sequence[Query]) -> PhotoFilter:
        """Joins what the parts name, so that there is one filter for all tags, and one for all persons."""
        groups: dict[tuple[Names, bool], list[str]] = {}
        excluded: list[str] = []
        others: list[PhotoFilter] = []
        for part in parts:
            if (named := _named(part)) is not None:
                groups.setdefault((named[0], named[2]), []).append(named[1])
            elif isinstance(part, Excluded):
                excluded.append(part.tag_id)
            else:
                others.append(self.filter(part))
        found = [_of_names(field, TermFilter(any=_refs(ids)), sure) for (field, sure), ids in groups.items()]
        found += [PhotoFilter(excluded_tags=_refs(excluded))] if excluded else []
        found += others
        return found[0] if len(found) == 1 else PhotoFilter(or_=tuple(found))

    def _none_of(self, parts: Sequence[Query]) -> PhotoFilter:
        found: list[PhotoFilter] = []
        unnamed: list[Query] = []
        for part in parts:
            alternatives = part.parts if isinstance(part, Or) else (part,)
            names = [each for each in map(_named, alternatives) if each is not None]
            if len(names) == len(alternatives):
                found += [_of_names(field, TermFilter(none=_refs([id_])), sure) for field, id_, sure in names]
            elif isinstance(part, Not):
                found.append(self.filter(part.part))
            elif (flag := _flag(part, wanted=False)) is not None:
                found.append(flag)
            else:
                unnamed.append(part)
        if unnamed:
            found.append(PhotoFilter(not_=self._any_of(unnamed)))
        return _joined(found)

    def _all_of(self, parts: Sequence[Query]) -> PhotoFilter:
        if Or(()) in parts:
            return PhotoFilter(or_=())
        rest = [part for part in parts if not isinstance(part, Not | Only)]
        found = [self.filter(part) for part in rest]
        found += [_only(part, rest) for part in parts if isinstance(part, Only)]
        negated = [part.part for part in parts if isinstance(part, Not)]
        return _joined([*found, self._none_of(negated)] if negated else found)

    def _of_term(self, term: Term) -> PhotoFilter:
        if (found := _flag(term, wanted=True) or _of_number(term)) is not None:
            return found
        match term:
            case Words(text, confirmed):
                return PhotoFilter(text=text, certainty=_certainty(confirmed))
            case InFolder(id_, recursive):
                return PhotoFilter(folder=FolderFilter(id=id_, recursive=recursive))
            case Excluded(id_):
                return PhotoFilter(excluded_tags=_refs([id_]))
            case LooksLike(text) | LooksLikeText(text) if len(text) <= MAX_LOOK:
                if tuple(self._looks(text)) == (term,):
                    return PhotoFilter(looks_like=text)
            case TakenIn():
                return PhotoFilter(taken=term)
            case Near():
                return PhotoFilter(near=term)
            case InBox():
                return PhotoFilter(box=term)
            case AddedIn():
                return PhotoFilter(added=term)
            case TakenWith(camera):
                return PhotoFilter(camera=camera)
            case Shaped(shape):
                return PhotoFilter(shape=shape)
        raise _NoFilter


def _flat(query: Query) -> Iterator[Query]:
    """Yields the conditions that must all hold."""
    match query:
        case Everything():
            return
        case And(parts):
            for part in parts:
                yield from _flat(part)
        case Or((part,)):
            yield from _flat(part)
        case _:
            yield query


def _named(query: Query) -> Named | None:
    match query:
        case Tagged(id_, confirmed):
            return "tags", id_, confirmed
        case WithPerson(id_, confirmed):
            return "persons", id_, confirmed
        case AtPlace(id_):
            return "places", id_, False
        case InAlbum(id_):
            return "albums", id_, False
    return None


def _of_names(field: Names, names: TermFilter, confirmed: bool) -> PhotoFilter:
    sure = _certainty(confirmed)
    match field:
        case "tags":
            return PhotoFilter(tags=names, certainty=sure)
        case "persons":
            return PhotoFilter(persons=names, certainty=sure)
        case "places":
            return PhotoFilter(places=names, certainty=sure)
        case "albums":
            return PhotoFilter(albums=names, certainty=sure)


def _only(only: Only, rest: Iterable[Query]) -> PhotoFilter:
    """A filter with ``only`` also asks for one of the names. It therefore says the same only beside a condition from
    which this follows."""
    match only:
        case OnlyTagged(ids, confirmed):
            field: Names = "tags"
        case OnlyPersons(ids, confirmed):
            field = "persons"
        case OnlyInAlbums(ids):
            field, confirmed = "albums", False
    meant = {(field, id_, confirmed) for id_ in ids}
    if any(_names_one_of(meant, part) for part in rest):
        return _of_names(field, TermFilter(any=_refs(ids), only=True), confirmed)
    raise _NoFilter


def _names_one_of(meant: AbstractSet[Named], query: Query) -> bool:
    """Whether all photos that match the query have one of the names."""
    match query:
        case And(parts):
            return any(_names_one_of(meant, part) for part in parts)
        case Or(parts):
            return all(_names_one_of(meant, part) for part in parts)
    return _named(query) in meant


def _flag(query: Query, *, wanted: bool) -> PhotoFilter | None:
    """Returns the filter for photos that meet a condition, or that do not, if it has a field that says yes or no."""
    match query:
        case Favourite(asked):
            return PhotoFilter(favourite=asked is wanted)
        case Untagged(confirmed):
            return PhotoFilter(untagged=wanted, certainty=_certainty(confirmed))
        case UnnamedFaces(confirmed):
            return PhotoFilter(unnamed_faces=wanted, certainty=_certainty(confirmed))
        case InNoAlbum():
            return PhotoFilter(in_no_album=wanted)
        case IsRaw():
            return PhotoFilter(raw=wanted)
        case IsScreenshot():
            return PhotoFilter(screenshot=wanted)
        case IsEdited():
            return PhotoFilter(edited=wanted)
        case HasCopies():
            return PhotoFilter(duplicates=wanted)
    return None


def _of_number(term: Term) -> PhotoFilter | None:
    match term:
        case Rated(low, high):
            return PhotoFilter(rating=IntRange(low, high))
        case FacesIn(low, high):
            return PhotoFilter(face_count=IntRange(low, high))
        case Exposed("iso", low, high):
            return PhotoFilter(exposure=ExposureFilter(iso=IntRange(_whole(low), _whole(high))))
        case Exposed("aperture", low, high):
            return PhotoFilter(exposure=ExposureFilter(aperture=FloatRange(low, high)))
        case Exposed("seconds", low, high):
            return PhotoFilter(exposure=ExposureFilter(seconds=FloatRange(low, high)))
        case Exposed("focal_length", low, high):
            return PhotoFilter(exposure=ExposureFilter(focal_length=FloatRange(low, high)))
    return None


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _certainty(confirmed: bool) -> Certainty:
    return Certainty.CONFIRMED if confirmed else Certainty.PREDICTED


def _refs(ids: Iterable[str]) -> tuple[Ref, ...]:
    return tuple(Ref(id=id_) for id_ in dict.fromkeys(ids))


def _joined(filters: Iterable[PhotoFilter]) -> PhotoFilter:
    """Returns a filter that all of the filters must match, in as few filters as possible."""
    found: list[PhotoFilter] = []
    for each in filters:
        if each == PhotoFilter():
            continue
        for place, other in enumerate(found):
            if (both := _merged(other, each)) is not None:
                found[place] = both
                break
        else:
            found.append(each)
    if not found:
        return PhotoFilter()
    return found[0] if len(found) == 1 else PhotoFilter(and_=tuple(found))


def _merged(one: PhotoFilter, other: PhotoFilter) -> PhotoFilter | None:
    """Returns one filter in place of both, or None if they say different things in the same field."""
    if one.certainty is not other.certainty:
        return None
    changed: dict[str, object] = {}
    for field in fields(PhotoFilter):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if theirs in (field.default, ours):
            continue
        if ours == field.default:
            changed[field.name] = theirs
        elif isinstance(ours, TermFilter) and (names := _merged_names(ours, theirs)) is not None:
            changed[field.name] = names
        elif isinstance(ours, ExposureFilter) and (exposure := _merged_exposure(ours, theirs)) is not None:
            changed[field.name] = exposure
        else:
            return None
    return replace(one, **changed)  # type: ignore[arg-type]


def _merged_names(one: TermFilter, other: TermFilter) -> TermFilter | None:
    if one.any is not None and other.any is not None and one.any != other.any:
        return None
    all_, none = _both(one.all, other.all), _both(one.none, other.none)
    both = TermFilter(all_, other.any if one.any is None else one.any, none, one.only or other.only)
    # ``only`` is about all names in ``all`` and ``any``, so these must stay the same.
    if any(each.only and _meant(each) != _meant(both) for each in (one, other)):
        return None
    return replace(both, any=None) if both.only and set(both.all or ()) == _meant(both) else both


def _both(one: tuple[Ref, ...] | None, other: tuple[Ref, ...] | None) -> tuple[Ref, ...] | None:
    return None if one is None and other is None else tuple(dict.fromkeys([*(one or ()), *(other or ())]))


def _meant(names: TermFilter) -> set[Ref]:
    return {*(names.all or ()), *(names.any or ())}


def _merged_exposure(one: ExposureFilter, other: ExposureFilter) -> ExposureFilter | None:
    """Returns None if both have the same number."""
    ours = {field.name: value for field in fields(one) if (value := getattr(one, field.name)) is not None}
    theirs = {field.name: value for field in fields(other) if (value := getattr(other, field.name)) is not None}
    return None if ours.keys() & theirs.keys() else replace(one, **(ours | theirs))
