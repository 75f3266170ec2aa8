"""What a token may see at all: a filter, which is kept with the ids of what it names.

A scope that cannot be read any more, or that names something which is gone, has no photos: of two mistakes, the one
that shows too little is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pyroaring import BitMap

from photos_graph.errors import BadInput, NotFound, PhotosGraphError
from photos_graph.model.search import Ref
from photos_graph.search.filter_json import from_json, to_json
from photos_graph.search.filter_names import IndexNames, References, with_ids, with_references
from photos_graph.search.filters import FolderFilter, PhotoFilter, to_query
from photos_graph.search.hierarchy import Hierarchy, R
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.language.wording import explain
from photos_graph.search.query import Query, terms_of
from photos_graph.search.smart_albums import SmartAlbums
from photos_graph.search.terms.content import LooksLike, LooksLikeText

MAX_SCOPE = 10_000  # characters


def kept_scope(search: SearchIndex, filter: PhotoFilter, customs: Customs) -> str:
    """Returns a scope as a token keeps it. ``search`` may be an index without photos.

    Raises BadInput for a filter that finds everything, that is too long, or that asks what a picture looks like, and
    NotFound for a name that nothing has or that several things have.
    """
    kept = with_ids(filter, IndexNames(search))
    if kept == replace(PhotoFilter(), certainty=kept.certainty):
        raise BadInput("A scope without a condition would hold all photos. Leave it out instead.")
    query = _query(search, kept)
    if _is_guess(search, query, customs):
        raise BadInput("A scope cannot depend on what a picture looks like, because a model only guesses it.")
    if len(text := to_json(kept)) > MAX_SCOPE:
        raise BadInput("The scope is too long. Put the photos into an album, and name the album.")
    return text


def photos_of_scope(search: SearchIndex, scope: str, customs: Customs) -> BitMap:
    """Returns the numbers of the visible photos in a scope, as ``kept_scope`` returned it."""
    try:
        query = _query(search, from_json(scope))
        return BitMap() if _is_guess(search, query, customs) else search.evaluate(query)
    except PhotosGraphError:
        return BitMap()


def scope_in_words(search: SearchIndex, scope: str, customs: Customs) -> str:
    try:
        return explain(_query(search, from_json(scope)), search, date.today(), customs).text
    except PhotosGraphError as error:
        return f"nothing: {error.public_message}"


def _query(search: SearchIndex, filter: PhotoFilter) -> Query:
    """Raises NotFound for a reference to what is not there, and what ``to_query`` raises."""

    def known(rows: Hierarchy[R], kind: str) -> Callable[[Ref], Ref]:
        def of(ref: Ref) -> Ref:
            if ref.id is None or rows.get(rows.current_id(ref.id)) is None:
                named = ref.name if ref.id is None else ref.id
                raise NotFound(f"There is no {kind} {named!r}, or there are several.", about=named)
            return ref

        return of

    def folder(filter: FolderFilter) -> FolderFilter:
        return filter

    tags, persons = known(search.tags, "tag"), known(search.persons, "person")
    places, albums = known(search.places, "place"), known(search.albums, "album")
    return to_query(with_references(filter, References(tags, persons, places, albums, folder)), IndexNames(search))


def _is_guess(search: SearchIndex, query: Query, customs: Customs) -> bool:
    """Whether it asks what a picture looks like, also by the smart albums that it names."""
    every = SmartAlbums(search, customs).with_albums(query)
    return any(isinstance(term, LooksLike | LooksLikeText) for each in every for term in terms_of(each))
