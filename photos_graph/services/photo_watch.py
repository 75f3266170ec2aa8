"""Tells watchers which photos came into the library and which left it, by scans and by whatever else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from pyroaring import BitMap

from photos_graph.index import SeenIndex, Touch
from photos_graph.scoped_index import ScopedIndex

PAUSE_SECONDS = 1.0  # between two events, into which everything goes that happens in the meantime
LONG_PAUSE_SECONDS = 10.0  # after an event that is too large to name its photos
MOST_PHOTOS = 500  # that one event names


@dataclass(frozen=True, slots=True)
class PhotosMoved:
    """The ids of photos that lists have now and did not have before, and of those that they have no longer. If there
    are more than ``MOST_PHOTOS``, ``is_complete`` is false, and only their numbers are told."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    added_count: int
    gone_count: int
    is_complete: bool


@dataclass(slots=True, eq=False)
class _Pending:
    """What a watcher has not been told yet. What comes and goes in the meantime, or the other way round, is nothing."""

    added: dict[str, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    something: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, touch: Touch) -> None:
        _move(touch.arrived, self.added, self.gone)
        _move(touch.left, self.gone, self.added)
        if self.added or self.gone:
            self.something.set()

    def take(self) -> PhotosMoved:
        self.something.clear()
        added, gone = tuple(self.added), tuple(self.gone)
        self.added.clear()
        self.gone.clear()
        if len(added) + len(gone) > MOST_PHOTOS:
            return PhotosMoved((), (), len(added), len(gone), False)
        return PhotosMoved(added, gone, len(added), len(gone), True)


class PhotoWatch:
    def __init__(self, index: SeenIndex) -> None:
        self._watchers: set[_Pending] = set()
        index.subscribe(self._note)

    @property
    def is_watched(self) -> bool:
        return bool(self._watchers)

    async def watch(self) -> AsyncIterator[PhotosMoved]:
        """Yields what moved since the last time, at most once in ``PAUSE_SECONDS``. The index has caught up with what
        it yields. It does not end by itself."""
        pending = _Pending()
        self._begin()
        self._watchers.add(pending)
        try:
            while True:
                await pending.something.wait()
                moved = pending.take()
                if moved.added_count or moved.gone_count:
                    yield moved
                await asyncio.sleep(PAUSE_SECONDS if moved.is_complete else LONG_PAUSE_SECONDS)
        finally:
            self._watchers.discard(pending)

    def _begin(self) -> None:
        """Is called before there is another watcher."""

    def _note(self, touch: Touch) -> None:
        for pending in self._watchers:
            pending.note(touch)


class PartWatch(PhotoWatch):
    """Watches a part of the photos, into which they also come by a label."""

    def __init__(self, index: ScopedIndex) -> None:
        self._index = index
        self._before = BitMap()
        super().__init__(index)

    def _begin(self) -> None:
        if not self._watchers:
            self._before = BitMap(self._index.photos)

    def _note(self, touch: Touch) -> None:
        if self._watchers:
            now, before = BitMap(self._index.photos), self._before
            self._before = now
            came, left = self._index.ids_of(now - before), self._index.ids_of(before - now)
            super()._note(Touch(touch.photos, touch.persons, came, left))


def _move(ids: Iterable[str], into: dict[str, None], out_of: dict[str, None]) -> None:
    for id_ in ids:
        if id_ in out_of:
            del out_of[id_]
        else:
            into[id_] = None
