"""Checks the filters and texts of smart albums before they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.errors import BadInput
from photos_graph.index import Index
from photos_graph.model.albums import Album
from photos_graph.search.filter_json import to_json
from photos_graph.search.filter_names import IndexNames, with_ids
from photos_graph.search.filters import PhotoFilter, to_query
from photos_graph.search.smart_albums import SmartAlbums, albums_of

MAX_FILTER, MAX_TEXT = 100_000, 1_000  # characters


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """What a smart album finds, as it is kept: a filter as JSON, or a text, or neither."""

    filter: str | None = None
    text: str | None = None


def kept(index: Index, filter: PhotoFilter | None, text: str | None, album_id: str | None = None) -> KeptSearch:
    """Returns a filter with ids in place of names, or a text as it was typed.

    Raises BadInput if it is not valid, if both are given, or if it refers to the album ``album_id`` that will have it,
    also by other smart albums; NotFound for an unknown folder; TooComplex.
    """
    if filter is not None and text is not None:
        raise BadInput("Give either a filter or a text.")
    found = KeptSearch()
    if filter is not None:
        to_query(filter, IndexNames(index.search))
        found = KeptSearch(filter=to_json(with_ids(filter, IndexNames(index.search))))
        if len(found.filter or "") > MAX_FILTER:
            raise BadInput("The filter is too long to be kept. Put the photos into an album instead.")
    elif text is not None:
        found = KeptSearch(text=" ".join(text.split()))
        if not found.text or len(found.text) > MAX_TEXT:
            raise BadInput(f"The text of a saved search has 1 to {MAX_TEXT:,} characters.")
    if found != KeptSearch() and _refers_to(index, found, album_id):
        raise BadInput("A smart album cannot find the photos of itself.")
    return found


def _refers_to(index: Index, found: KeptSearch, album_id: str | None) -> bool:
    smart = SmartAlbums(index.search, index.customs)
    query = smart.query(Album("", "", filter=found.filter, text=found.text))
    index.search.evaluate(query)  # which raises TooComplex
    return album_id is not None and any(album_id in albums_of(each) for each in smart.with_albums(query))
