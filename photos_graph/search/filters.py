"""The filters that clients send, and their conversion to queries.

Each field of a filter is declared once, here, together with its description: ``resolvers/filters.py`` makes the inputs
of the GraphQL schema from these classes. Names are resolved to ids here, so that evaluating a query cannot fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from photos_graph.errors import BadInput
from photos_graph.model.labels import Certainty
from photos_graph.model.search import PhotoShape, Ref
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.albums import InAlbum, InNoAlbum, OnlyInAlbums
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed, ExposureColumn
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words

MAX_LOOK = 1_000  # characters of a text that is looked for in pictures


@dataclass(frozen=True, slots=True)
class TermFilter:
    """Tags, persons, places or albums that a photo must or must not have, each by its id or its name. A tag or place
    may also be named by its path, such as "Places/Abruzzo". If several have the name, it matches any of them; an
    unknown name matches no photo."""

    all: Annotated[tuple[Ref, ...] | None, "A photo must have each of these."] = None
    any: Annotated[tuple[Ref, ...] | None, "A photo must have at least one of these; none match an empty list."] = None
    none: Annotated[tuple[Ref, ...] | None, "A photo must have none of these."] = None
    only: Annotated[
        bool,
        "Whether a photo must have nothing but what `all` and `any` name. For example, "
        '{any: ["Anna"], only: true} finds photos of Anna alone.',
    ] = False


@dataclass(frozen=True, slots=True)
class FolderFilter:
    """Matches photos with a file in a folder, which is given either by its id or by its path. Fails with NOT_FOUND if
    there is no such folder."""

    id: Annotated[str | None, "The global id of the folder."] = None
    path: Annotated[
        str | None, 'The path of the folder, which begins with the name of its root, such as "Pictures/Italy/2019".'
    ] = None
    recursive: Annotated[bool, "Whether photos in the folders below it match too."] = True


@dataclass(frozen=True, slots=True)
class IntRange:
    """A range of whole numbers. Both ends are inclusive, and an end that is left out is open."""

    min: Annotated[int | None, "The least number that matches."] = None
    max: Annotated[int | None, "The greatest number that matches."] = None


@dataclass(frozen=True, slots=True)
class FloatRange:
    """A range of numbers that are not negative. Both ends are inclusive, and an end that is left out is open. Numbers
    that differ by less than 0.02 % count as equal, so that 0.0333 is 1/30."""

    min: Annotated[float | None, "The least number that matches."] = None
    max: Annotated[float | None, "The greatest number that matches."] = None


@dataclass(frozen=True, slots=True)
class ExposureFilter:
    """Conditions on how a photo was exposed. A photo matches if it meets each of them; one whose file does not state a
    number does not match a condition on it."""

    iso: Annotated[IntRange | None, "The sensitivity, such as 400."] = None
    aperture: Annotated[FloatRange | None, "The f-number, such as 2.8. A smaller one lets in more light."] = None
    seconds: Annotated[FloatRange | None, "The exposure time in seconds."] = None
    focal_length: Annotated[FloatRange | None, "The focal length in millimetres, as it is written on the lens."] = None


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Conditions on photos. A photo matches if it meets every condition that is given; an empty filter matches all
    photos. For example, {persons: {any: ["Anna"]}, taken: {year: 2019}} finds photos of Anna from 2019."""

    and_: Annotated[tuple[PhotoFilter, ...] | None, "A photo must match each of these filters."] = None
    or_: Annotated[
        tuple[PhotoFilter, ...] | None,
        "A photo must match at least one of these filters; none match an empty list.",
    ] = None
    not_: Annotated[PhotoFilter | None, "A photo must not match this filter."] = None
    tags: Annotated[
        TermFilter | None,
        'The tags of a photo. A tag includes all of its descendants: "Places" finds photos with "Places/Abruzzo" too.',
    ] = None
    excluded_tags: Annotated[
        tuple[Ref, ...] | None,
        "Tags, each by its id or its name. A photo matches if it is without one of them because a person took the tag "
        "from it, or from a folder above it.",
    ] = None
    persons: Annotated[TermFilter | None, "The persons in a photo."] = None
    folder: Annotated[FolderFilter | None, "The folder that a photo is stored in."] = None
    albums: Annotated[
        TermFilter | None,
        "The albums that a photo is in. A photo is in an album if another one of its stack is. With `only`, albums "
        "into which people put photos count, and smart albums do not.",
    ] = None
    in_no_album: Annotated[
        bool | None, "Whether people put a photo into no album at all. Smart albums do not count."
    ] = None
    places: Annotated[
        TermFilter | None,
        "The places where a photo was taken, by name or path. A place includes everything that lies within it: "
        '"Italy" finds photos from "Italy/Abruzzo" too.',
    ] = None
    taken: Annotated[
        TakenIn | None,
        "The local time at which a photo was taken. A date that is only a month or a year "
        "matches if the whole of it does.",
    ] = None
    near: Annotated[Near | None, "A circle that a photo was taken within."] = None
    box: Annotated[InBox | None, "A box of degrees that a photo was taken within."] = None
    rating: Annotated[
        IntRange | None,
        "The rating of a photo, from -1 (rejected) to 5. A photo without a rating counts as 0.",
    ] = None
    favourite: Annotated[bool | None, "Whether a photo is a favourite."] = None
    face_count: Annotated[IntRange | None, "The number of faces in a photo, without those that are ignored."] = None
    untagged: Annotated[bool | None, "Whether a photo has no tag at all."] = None
    unnamed_faces: Annotated[
        bool | None,
        "Whether a photo has more faces, without those that are ignored, than persons, whom people named or a model "
        "predicted. Someone whose face is in a photo twice counts once, and counts even if the face is ignored.",
    ] = None
    shape: Annotated[PhotoShape | None, "The shape of the picture as it is displayed."] = None
    raw: Annotated[bool | None, "Whether the original is a RAW file."] = None
    screenshot: Annotated[
        bool | None, "Whether a photo is a screenshot, by the names of its file and folders; no camera took it."
    ] = None
    edited: Annotated[
        bool | None, "Whether a photo is an edited version of another photo in its stack, by the names of their files."
    ] = None
    duplicates: Annotated[bool | None, "Whether several files of the library have the same picture."] = None
    added: Annotated[AddedIn | None, "The time at which a photo was added to the library."] = None
    camera: Annotated[
        str | None,
        'A part of the make, model or lens of the camera, such as "X100". Case and accents do not matter.',
    ] = None
    exposure: Annotated[ExposureFilter | None, "How a photo was exposed."] = None
    text: Annotated[
        str | None,
        "Words, each of which must begin a word in the names of the files, folders, places, tags or persons of a "
        "photo, or in the texts of its file: title, caption, creator, copyright, software, and the names of people and "
        'places. For example, "abr sun" finds "Abruzzo/sunset.jpg". Case and accents do not matter.',
    ] = None
    looks_like: Annotated[
        str | None,
        'What a picture shows, as a model guesses from classes of objects and landscapes: "dog", or "church", in any '
        "language of searches. If there is an image-text model, other texts are looked for by it: "
        '"a red balloon"; this fails with UNAVAILABLE if the model does not answer. This is a guess and never a label, '
        "so it matches no photo with `certainty: CONFIRMED`. A text that no model knows matches no photo.",
    ] = None
    certainty: Annotated[
        Certainty,
        "Whether predictions of models count. CONFIRMED leaves them out, also in all filters within this one.",
    ] = Certainty.PREDICTED


class NameLookup(Protocol):
    """Finds the ids of the tags, persons, places and albums that have a name."""

    def tags(self, ref: Ref) -> Sequence[str]: ...
    def persons(self, ref: Ref) -> Sequence[str]: ...
    def places(self, ref: Ref) -> Sequence[str]: ...
    def albums(self, ref: Ref) -> Sequence[str]: ...
    def looks(self, text: str) -> Sequence[Query]:
        """Returns the terms, one of which must hold, for what a text looks like in a picture."""
        ...

    def folder(self, filter: FolderFilter) -> str:
        """Returns the id of the folder. Raises BadInput or NotFound."""
        ...


def to_query(filter: PhotoFilter, names: NameLookup) -> Query:
    """Converts a filter to a query. Raises BadInput if the filter is invalid, and whatever ``names.folder`` raises."""
    return _query(filter, names, confirmed=False)


def _query(filter: PhotoFilter, names: NameLookup, confirmed: bool) -> Query:
    confirmed = confirmed or filter.certainty is Certainty.CONFIRMED
    parts: list[Query] = []
    if filter.and_ is not None:
        parts += [_query(part, names, confirmed) for part in filter.and_]
    if filter.or_ is not None:
        parts.append(Or(tuple(dict.fromkeys(_query(part, names, confirmed) for part in filter.or_))))
    if filter.not_ is not None:
        parts.append(Not(_query(filter.not_, names, confirmed)))
    if filter.tags is not None:
        parts += _terms(
            filter.tags, names.tags, lambda id_: Tagged(id_, confirmed), lambda ids: OnlyTagged(ids, confirmed)
        )
    if filter.excluded_tags is not None:
        parts.append(_any_of(filter.excluded_tags, names.tags, Excluded))
    if filter.persons is not None:
        parts += _terms(
            filter.persons,
            names.persons,
            lambda id_: WithPerson(id_, confirmed),
            lambda ids: OnlyPersons(ids, confirmed),
        )
    if filter.places is not None:
        # A photo has one place, and the places around it. A photo at one of the named places is therefore at no other,
        # so that ``only`` always holds.
        parts += _terms(filter.places, names.places, AtPlace, None)
    if filter.albums is not None:
        parts += _terms(filter.albums, names.albums, InAlbum, OnlyInAlbums)
    if filter.folder is not None:
        parts.append(InFolder(names.folder(filter.folder), filter.folder.recursive))
    if filter.looks_like is not None:
        if len(filter.looks_like) > MAX_LOOK:
            raise BadInput(f"`looksLike` has at most {MAX_LOOK:,} characters.")
        parts.append(Or(() if confirmed else tuple(names.looks(filter.looks_like))))
    parts += _plain(filter, confirmed)
    if not parts:
        return Everything()
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else And(distinct)


def _plain(filter: PhotoFilter, confirmed: bool) -> Iterable[Query]:
    """Yields the conditions in which nothing has to be resolved."""
    for term in (filter.taken, filter.near, filter.box, filter.added):
        if term is not None:
            yield term.checked()
    if filter.rating is not None:
        yield Rated(filter.rating.min, filter.rating.max)
    if filter.favourite is not None:
        yield Favourite(filter.favourite)
    if filter.face_count is not None:
        yield FacesIn(filter.face_count.min, filter.face_count.max)
    if filter.untagged is not None:
        yield Untagged(confirmed) if filter.untagged else Not(Untagged(confirmed))
    if filter.shape is not None:
        yield Shaped(filter.shape)
    flags: tuple[tuple[bool | None, Query], ...] = (
        (filter.in_no_album, InNoAlbum()),
        (filter.unnamed_faces, UnnamedFaces(confirmed)),
        (filter.raw, IsRaw()),
        (filter.screenshot, IsScreenshot()),
        (filter.edited, IsEdited()),
        (filter.duplicates, HasCopies()),
    )
    for wanted, flag in flags:
        if wanted is not None:
            yield flag if wanted else Not(flag)
    if filter.camera is not None:
        yield TakenWith(filter.camera)
    if filter.exposure is not None:
        yield from _exposed(filter.exposure)
    if filter.text is not None:
        yield Words(filter.text, confirmed)


def _exposed(filter: ExposureFilter) -> Iterable[Query]:
    ranges: dict[ExposureColumn, IntRange | FloatRange | None] = {
        "iso": filter.iso,
        "aperture": filter.aperture,
        "seconds": filter.seconds,
        "focal_length": filter.focal_length,
    }
    for column, wanted in ranges.items():
        if wanted is not None:
            yield Exposed(column, wanted.min, wanted.max).checked()


Resolve = Callable[[Ref], Sequence[str]]


def _terms(
    filter: TermFilter,
    resolve: Resolve,
    term: Callable[[str], Query],
    only: Callable[[tuple[str, ...]], Query] | None,
) -> Iterable[Query]:
    meant = (*(filter.all or ()), *(filter.any or ()))
    if filter.only and not meant:
        raise BadInput("`only` needs names in `all` or `any`.")
    for ref in filter.all or ():
        yield _any_of([ref], resolve, term)
    if filter.any is not None:
        yield _any_of(filter.any, resolve, term)
    if filter.none:
        yield Not(_any_of(filter.none, resolve, term))
    if filter.only and only is not None:
        yield only(tuple(id_ for ref in meant for id_ in resolve(ref)))


def _any_of(refs: Iterable[Ref], resolve: Resolve, term: Callable[[str], Query]) -> Query:
    return Or(tuple(dict.fromkeys(term(id_) for ref in refs for id_ in resolve(ref))))
