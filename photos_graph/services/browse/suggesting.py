"""Suggests, as somebody types, what a search can be completed to."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.index import SeenIndex
from photos_graph.model.library import Place
from photos_graph.model.search import MatchKind, Ref, SuggestionKind
from photos_graph.search.filter_names import query_of
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.condition_words import ConditionWords
from photos_graph.search.language.country_names import country_names, place_names
from photos_graph.search.language.lexicon import Thing
from photos_graph.search.query import Or
from photos_graph.search.suggestions.dates import DateSource
from photos_graph.search.suggestions.highlights import matched
from photos_graph.search.suggestions.ranking import Completion, completions
from photos_graph.search.suggestions.sources import CameraSource, NameSource, RowSource, Typed
from photos_graph.search.terms.term import Term

MOST_SUGGESTIONS = 100
MAX_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a search can be completed to. ``id`` is None for what is no object. ``text`` is what a search understands as
    the ``filter``, or None if there is no such text. ``matched`` are the parts of the label that were typed, by their
    starts and ends."""

    kind: SuggestionKind
    label: str
    count: int
    id: str | None
    filter: PhotoFilter
    text: str | None
    matched: tuple[tuple[int, int], ...]

    def parts(self) -> Iterator[tuple[str, bool]]:
        """Yields the parts of the label, and whether each was typed."""
        at = 0
        for start, end in self.matched:
            if at < start:
                yield self.label[at:start], False
            yield self.label[start:end], True
            at = end
        if at < len(self.label):
            yield self.label[at:], False


class Suggester:
    def __init__(self, index: SeenIndex) -> None:
        self._index = index
        self._search: SearchIndex | None = None  # the one that the sources are of
        self._sources: list[NameSource[Any]] = []

    async def prepare(self) -> None:
        """Indexes the names of everything in a thread, so that the first suggestion does not have to wait for it."""
        for source in self._current(self._index.search):
            if isinstance(source, RowSource) and (indexing := source.indexing()) is not None:
                source.use(await asyncio.to_thread(indexing))

    def suggest(
        self,
        text: str,
        kinds: Collection[SuggestionKind] | None = None,
        filter: PhotoFilter | None = None,
        first: int = 10,
    ) -> list[Suggestion]:
        """Returns the best suggestions for a text, best first, each with the number of photos that it finds together
        with the filter. Those that find nothing are left out. ``kinds`` is None for all kinds.

        Raises BadInput, NotFound for an unknown folder, and TooComplex.
        """
        if not 0 <= first <= MOST_SUGGESTIONS:
            raise BadInput(f"Ask for 0 to {MOST_SUGGESTIONS} suggestions.", about=first)
        if len(text) > MAX_CHARACTERS:
            raise BadInput(f"A text has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}.")
        search, typed = self._index.search, Typed.of(text)
        found = None if filter is None else search.evaluate(query_of(filter, search))
        sources = [source for source in self._current(search) if kinds is None or source.kind in kinds]
        count = len if found is None else found.intersection_cardinality
        best = completions(sources, typed, count, first) if first and typed.words else []
        words = ConditionWords(search, self._index.customs)
        return [self._suggestion(each, found, search, words) for each in best]

    def _suggestion(
        self, each: Completion, found: BitMap | None, search: SearchIndex, words: ConditionWords
    ) -> Suggestion:
        source, key = each.source, each.name.key
        photos, label, filter = source.photos(key), source.label(each.name), source.filter(key)
        return Suggestion(
            kind=source.kind,
            label=label,
            count=len(search.collapsed(photos if found is None else found & photos)),
            id=source.id(key),
            filter=filter,
            text=source.text(each.name) or _text(filter, search, words),
            matched=tuple(matched(label, each.starts)),
        )

    def _current(self, search: SearchIndex) -> Iterable[NameSource[Any]]:
        if search is not self._search:
            self._search = search
            self._sources = [
                *_row_sources(search),
                CameraSource(search.sets),
                DateSource(search.sets, self._index.customs),
            ]
        return self._sources


def _row_sources(search: SearchIndex) -> Iterable[NameSource[Any]]:
    sets = search.sets

    def labels(kind: MatchKind) -> Any:
        return lambda id_: search.lexicon.label(Thing(kind, id_))

    yield RowSource(
        SuggestionKind.TAG,
        search.tags,
        sets.tags.having,
        labels(MatchKind.TAG),
        lambda id_: PhotoFilter(tags=_one(id_)),
    )
    yield RowSource(
        SuggestionKind.PERSON,
        search.persons,
        sets.persons.showing,
        labels(MatchKind.PERSON),
        lambda id_: PhotoFilter(persons=_one(id_)),
        shows=lambda row: not row.hidden,
    )
    yield RowSource(
        SuggestionKind.FOLDER,
        search.folders,
        search.folders.photos_below,
        labels(MatchKind.FOLDER),
        lambda id_: PhotoFilter(folder=FolderFilter(id=id_)),
        version=lambda: sets.version,
    )
    yield RowSource(
        SuggestionKind.PLACE,
        search.places,
        search.places.photos_below,
        labels(MatchKind.PLACE),
        lambda id_: PhotoFilter(places=_one(id_)),
        _names_elsewhere,
        version=lambda: sets.version,
    )
    yield RowSource(
        SuggestionKind.ALBUM,
        search.albums,
        sets.albums.holding,
        lambda id_: search.albums.path(id_) or id_,
        lambda id_: PhotoFilter(albums=_one(id_)),
    )


def _one(id_: str) -> TermFilter:
    return TermFilter(all=(Ref(id=id_),))


def _names_elsewhere(place: Place) -> Iterable[Sequence[str]]:
    """Returns what a place is called in other languages, in folded words."""
    code = place.id.partition("/")[0]
    return country_names(code) if place.parent_id is None else place_names(code, place.name)


def _text(filter: PhotoFilter, search: SearchIndex, words: ConditionWords) -> str | None:
    query = query_of(filter, search)
    only = query.parts[0] if isinstance(query, Or) and len(query.parts) == 1 else query
    return words.exact(only) if isinstance(only, Term) else None
