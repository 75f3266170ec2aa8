"""Checks the filters and texts of smart albums before they are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from photos_graph.errors import BadInput
from photos_graph.index import Index
from photos_graph.model.albums import Album
from photos_graph.search.filter_json import to_json
from photos_graph.search.filter_names import IndexNames, with_ids
from photos_graph.search.filters import PhotoFilter, to_query
from photos_graph.search.folding import name_words
from photos_graph.search.index import SearchIndex
from photos_graph.search.person_groups import groups
from photos_graph.search.query import terms_of
from photos_graph.search.query_filters import to_filter
from photos_graph.search.smart_albums import SmartAlbums, albums_of
from photos_graph.search.terms.albums import InAlbum, OnlyInAlbums
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import OnlyPersons, WithPerson
from photos_graph.search.terms.places import AtPlace
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged

MAX_FILTER, MAX_TEXT = 100_000, 1_000  # characters
OTHER_DAYS = (1, 32, 366, 4019)  # days later: another day, month, year and decade
NAMING = (Tagged, OnlyTagged, Excluded, WithPerson, OnlyPersons, AtPlace, InFolder, InAlbum, OnlyInAlbums)


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """What a smart album finds, as it is kept: a filter as JSON, a text, or neither. With both, the filter is what the
    text meant when it was kept."""

    filter: str | None = None
    text: str | None = None


def kept(index: Index, filter: PhotoFilter | None, text: str | None, album_id: str | None = None) -> KeptSearch:
    """Returns a filter with ids in place of names, or a text as it was typed, with what it means if that can be kept.

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
        meant = meaning(index, found.text, date.today())
        kept_filter = to_json(meant) if meant is not None else ""
        found = replace(found, filter=kept_filter if 0 < len(kept_filter) <= MAX_FILTER else None)
    if found != KeptSearch() and _refers_to(index, found, album_id):
        raise BadInput("A smart album cannot find the photos of itself.")
    return found


def meaning(index: Index, text: str, today: date) -> PhotoFilter | None:
    """Returns what the text of a saved search means, with the ids of everything that it names, so that it means the
    same when that is renamed. Returns None for a text that is read again whenever it is shown:

    - one that names nothing, or a group of persons, whose members change;
    - one that means something else on another day, such as "last month";
    - one with words that mean nothing yet, and one that no filter can state, such as "in the morning".
    """
    search, smart = index.search, SmartAlbums(index.search, index.customs)
    read = smart.read(text, today)
    named = any(isinstance(term, NAMING) for term in terms_of(read.query))
    later = (smart.read(text, today + timedelta(days)) for days in OTHER_DAYS)
    if read.unmatched or not named or _names_group(search, text) or any(each.query != read.query for each in later):
        return None
    return to_filter(read.query, IndexNames(search).looks)


def _names_group(search: SearchIndex, text: str) -> bool:
    typed = f" {' '.join(name_words(text))} "
    return any(f" {' '.join(name_words(group.name))} " in typed for group in groups(search.persons))


def _refers_to(index: Index, found: KeptSearch, album_id: str | None) -> bool:
    smart = SmartAlbums(index.search, index.customs)
    query = smart.query(Album("", "", filter=found.filter, text=found.text))
    index.search.evaluate(query)  # which raises TooComplex
    return album_id is not None and any(album_id in albums_of(each) for each in smart.with_albums(query))
