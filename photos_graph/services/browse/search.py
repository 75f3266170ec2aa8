"""Search in words: what they were taken for, and the photos."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from photos_graph.index import Index
from photos_graph.model import PhotoOrder
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.services.browse.photos import PhotoPage, photo_page


class Search:
    """``today`` tells the day that "last summer" is reckoned from."""

    def __init__(self, index: Index, today: Callable[[], date] = date.today) -> None:
        self._index = index
        self._today = today

    def search(
        self, text: str, order: PhotoOrder, first: int | None = None, after: str | None = None
    ) -> tuple[Parsed, PhotoPage]:
        """Raises BadInput for a text or cursor that makes no sense, TooComplex for a text over the limits."""
        search = self._index.search
        parsed = parse(text, search.lexicon, self._today())
        return parsed, photo_page(search, parsed.query, order, first, after)
