"""The index for those who may see only some of the photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from pyroaring import BitMap

from photos_graph.index import Index, Touch
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.narrowed import narrowed
from photos_graph.search.scopes import photos_of_scope


class ScopedIndex:
    """Has a part of an index as its ``search``. The part is found again when it is asked for after anything has
    changed, so that a photo which gets or loses a label comes or goes at once."""

    def __init__(self, index: Index, scope: str) -> None:
        """``scope``: as ``kept_scope`` returned it."""
        self._index = index
        self._scope = scope
        self._known: tuple[SearchIndex, date] | None = None  # what the following were found in, and on which day
        self._photos = BitMap()
        self._is_closed = False
        self._part: SearchIndex | None = None
        self._listeners: list[Callable[[Touch], None]] = []
        index.subscribe(self._note)

    @property
    def customs(self) -> Customs:
        return self._index.customs

    @property
    def photos(self) -> BitMap:
        """The numbers of the visible photos in the scope. The set must not be changed."""
        now = self._index.search, date.today()  # a smart album may mean something else on another day
        if self._is_closed or self._known is None or self._known[0] is not now[0] or self._known[1] != now[1]:
            self._photos, self._part = photos_of_scope(now[0], self._scope, self.customs), None
            self._known = now
        return self._photos

    @property
    def search(self) -> SearchIndex:
        photos = self.photos
        if self._part is None:
            self._part = narrowed(self._index.search, photos, self.customs)
        return self._part

    def has(self, photo_id: str) -> bool:
        """Whether a photo, by its id, is visible and in the scope."""
        number = self._index.search.number_of(photo_id)
        return number is not None and number in self.photos

    def ids_of(self, numbers: Iterable[int]) -> list[str]:
        """Returns the ids of photos that are or have been visible."""
        return self._index.search.photo_ids(numbers)

    def subscribe(self, listener: Callable[[Touch], None]) -> None:
        """Calls ``listener`` as ``Index.subscribe`` does. Which photos came and left is not told."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Follows the index no longer: the part is found again whenever it is asked for."""
        self._is_closed = True
        self._index.unsubscribe(self._note)

    def _note(self, touch: Touch) -> None:
        self._known = self._part = None
        for listener in self._listeners:
            listener(Touch(touch.photos, touch.persons))
