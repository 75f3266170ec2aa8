"""Reads filters and texts as queries, and has looked for in the pictures what no label knows."""

from __future__ import annotations

from datetime import date

from photos_graph.errors import Unavailable
from photos_graph.index import SeenIndex
from photos_graph.search.filter_names import query_of
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.query import Query
from photos_graph.search.terms.albums import InAlbum
from photos_graph.services.browse.looking import Looking


class Questions:
    """What is asked, ready to be evaluated by the index."""

    def __init__(self, index: SeenIndex, looking: Looking) -> None:
        self._index = index
        self._looking = looking

    def over(self, index: SeenIndex) -> Questions:
        """Returns what reads questions about another index of the same photos."""
        return Questions(index, self._looking)

    async def of_filter(self, filter: PhotoFilter | None) -> Query:
        """Returns the query of a filter. Until the vectors of photos change, the filter can be evaluated again without
        this call.

        Raises BadInput, NotFound for an unknown folder, TooComplex, and Unavailable if the filter has a text that an
        image-text model has to look for, but cannot at the moment.
        """
        query = query_of(filter, self._index.search)
        await self._looking.look(query)
        return query

    async def of_album(self, album_id: str) -> Query:
        """Returns the query for the photos of an album, as ``of_filter`` does for a filter."""
        query = InAlbum(album_id)
        await self._looking.look(query)
        return query

    async def of_text(self, text: str, today: date | None = None) -> Parsed:
        """Reads the text of a search. If the image-text model does not answer in time, words that nothing else knows
        are unmatched. ``today``, by default the current day, is the day to which "last summer" is relative.

        Raises BadInput for an invalid text, and TooComplex for a text over the limits.
        """
        today, customs = today or date.today(), self._index.customs
        parsed = parse(text, self._index.search.lexicon, today, customs)
        try:
            await self._looking.look(parsed.query)
        except Unavailable:
            return parse(text, self._index.search.lexicon, today, customs, sees_all=False)
        return parsed
