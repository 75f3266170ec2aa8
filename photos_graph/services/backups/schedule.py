"""Queues back-ups at the times of the setting ``backup.schedule``."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from photos_graph.errors import BadInput, BadSettings, PhotosGraphError
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.jobs.cron import next_time
from photos_graph.services.backups.archive import Archive
from photos_graph.services.backups.job import Backups, existing
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

CHECK_SECONDS = 30.0


class BackupSchedule:
    """``clock`` returns seconds since the epoch. Raises BadSettings if the schedule is not valid."""

    def __init__(
        self, graph: Graph, backups: Backups, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._graph = graph
        self._backups = backups
        self._settings = settings
        self._clock = clock
        self._next = self._after(clock())

    def _after(self, moment: float) -> float | None:
        """Returns the next time after the moment in seconds since the epoch, or None for never."""
        schedule = self._settings.backup.schedule
        try:
            return next_time(schedule, moment) / 1000 if schedule else None
        except BadInput as error:
            raise BadSettings(f"The setting backup.schedule cannot be used. {error.public_message}") from None

    async def look(self) -> bool:
        """Queues a back-up if its time has come and something has changed. Returns whether it did."""
        now = self._clock()
        if self._next is None or now < self._next:
            return False
        self._next = self._after(now)
        if await asyncio.to_thread(self._newest) == await feed.head(self._graph):
            return False
        await self._backups.ask()
        return True

    def _newest(self) -> int | None:
        """Returns the number of the last entry of the feed in the newest back-up, if one can be read."""
        try:
            for path in reversed(existing(self._settings)):
                with Archive(path) as archive:
                    return archive.manifest.feed
        except (BadInput, OSError) as error:
            log.warning("The newest back-up cannot be read: %s", error)
        return None

    async def keep_looking(self) -> None:
        """Looks now and then. Never returns."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.look()
            except PhotosGraphError as error:
                log.warning("A back-up could not be queued: %s", error.public_message)
