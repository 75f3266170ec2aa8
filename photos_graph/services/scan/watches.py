"""Decides which roots are watched and which are polled, and when each is looked at."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from photos_graph.library.folder_watch import FolderWatch, why_not
from photos_graph.library.mounts import Mount, mount_table, mounts_of
from photos_graph.model.library import Root
from photos_graph.paths import display
from photos_graph.setting_groups import LibrarySettings

log = logging.getLogger(__name__)

FIRST_SECONDS = 5  # until the first round, so that those who wait for the service to start come first
PAUSE_SECONDS = 1.0  # from the first change to a look, during which more may follow
SCAN_SECONDS = 5.0  # between questions whether a scan has ended
OFF = "library.watch is off"


def why_polled(root: Root, folders: int, library: LibrarySettings, table: list[Mount]) -> str | None:
    """Returns why a root with so many folders is polled, as the rest of a sentence, or None if it is watched."""
    return why_not(root.raw_path, folders, table) if library.watch else OFF


@dataclass(slots=True)
class _Place:
    """What is known about a root."""

    watch: FolderWatch | None = None
    mounts: tuple[Mount, ...] = ()
    because: str | None = None  # it is polled
    refused_at: float = -inf  # when the system had too few watches
    looked_at: float = -inf
    pause: float = PAUSE_SECONDS
    look_at: float = inf  # because something changed


class Watches:
    """The roots that are watched. ``wait`` returns when a root is to be looked at. All are in a ``round``, each
    ``poll_seconds``, but the folders of those that are watched are walked only each ``recheck_seconds``."""

    def __init__(
        self,
        library: LibrarySettings,
        table: Callable[[], list[Mount]] = mount_table,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.round = True
        self._library = library
        self._table, self._clock = table, clock
        self._next_round = clock() + min(FIRST_SECONDS, library.poll_seconds)
        self._places: dict[str, _Place] = {}
        self._told = asyncio.Event()

    async def wait(self) -> None:
        while True:
            self._told.clear()
            now = self._clock()
            soonest = min((place.look_at for place in self._places.values()), default=inf)
            if min(soonest, self._next_round) <= now:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(min(soonest, self._next_round) - now):
                    await self._told.wait()
        self.round = self._next_round <= now
        if self.round:
            self._next_round = now + self._library.poll_seconds

    def keep(self, root_ids: Collection[str]) -> None:
        """Ends the watches of other roots."""
        for root_id in self._places.keys() - root_ids:
            self.end(root_id)

    def end(self, root_id: str) -> None:
        place = self._places.pop(root_id, None)
        if place is not None and place.watch is not None:
            place.watch.close()

    def close(self) -> None:
        """Ends all watches. The next round looks at everything again."""
        self.keep(())

    async def is_due(self, root: Root) -> bool:
        """Returns whether the folders of a root are to be looked at now, also because something else was mounted."""
        place = self._places.setdefault(root.id, _Place())
        if place.watch is None:
            return self.round
        if self.round and await asyncio.to_thread(self._mounts, root) != place.mounts:
            self.end(root.id)
            return True
        now = self._clock()
        return place.look_at <= now or (self.round and now - place.looked_at >= self._library.recheck_seconds)

    def postpone(self, root_id: str) -> None:
        """Has a root looked at later, since a scan runs now."""
        place = self._places.get(root_id)
        if place is not None and place.watch is not None:
            place.look_at = self._clock() + min(SCAN_SECONDS, self._library.poll_seconds)

    async def begin(self, root: Root, folders: int) -> FolderWatch | None:
        """Returns what is to be told each folder of a root that is about to be walked; None if it is polled."""
        place = self._places.setdefault(root.id, _Place())
        now = self._clock()
        if place.watch is None and now - place.refused_at >= self._library.recheck_seconds:
            await self._watch(place, root, folders)
        is_quiet = now - place.looked_at > 2 * self._library.poll_seconds
        place.pause = PAUSE_SECONDS if is_quiet else min(2 * place.pause, self._library.poll_seconds)
        place.looked_at, place.look_at = now, inf
        if place.watch is not None:
            place.watch.listen()
        return place.watch

    async def _watch(self, place: _Place, root: Root, folders: int) -> None:
        because = await asyncio.to_thread(why_polled, root, folders, self._library, self._table())
        if because is None:
            place.mounts = await asyncio.to_thread(self._mounts, root)
            try:
                place.watch = FolderWatch(lambda: self._changed(place))
            except OSError as error:
                because = f"nothing more can be watched: {error.strerror}"
        self._note(place, root, because)

    def _mounts(self, root: Root) -> tuple[Mount, ...]:
        return mounts_of(os.path.realpath(root.raw_path), self._table())

    def walked(self, root: Root) -> None:
        """Gives up a watch that does not see all folders."""
        place = self._places[root.id]
        if place.watch is not None and place.watch.failure is not None:
            self._note(place, root, place.watch.failure)
            place.watch.close()
            place.watch, place.look_at, place.refused_at = None, inf, self._clock()

    def _note(self, place: _Place, root: Root, because: str | None) -> None:
        if because is not None and because != place.because:
            path, seconds = display(root.raw_path), self._library.poll_seconds
            log.info("%s is looked at every %g s, because %s.", path, seconds, because)
        place.because = because

    def _changed(self, place: _Place) -> None:
        place.look_at = max(self._clock() + PAUSE_SECONDS, place.looked_at + place.pause)
        self._told.set()
