"""Queues back-ups at the times of the setting ``backup.schedule``."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from photos_graph.errors import BadInput, BadSettings, PhotosGraphError
from photos_graph.jobs.cron import next_time
from photos_graph.services.backups.dumping import SECRETS
from photos_graph.services.backups.job import Backups, existing
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

CHECK_SECONDS = 30.0


class BackupSchedule:
    """``clock`` returns seconds since the epoch. Raises BadSettings if the schedule is not valid."""

    def __init__(self, backups: Backups, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._backups = backups
        self._settings = settings
        self._clock = clock
        self._next = self._after(min(self._last(), clock()))

    def _last(self) -> float:
        """Returns when the newest back-up was written or, if there is none, when the service was first started: what
        was missed is caught up."""
        times = [path.stat().st_mtime for path in existing(self._settings)]
        if not times and (secrets := self._settings.data_dir / SECRETS).exists():
            times = [secrets.stat().st_mtime]
        return max(times, default=self._clock())

    def _after(self, moment: float) -> float | None:
        """Returns the next time after the moment in seconds since the epoch, or None for never."""
        schedule = self._settings.backup.schedule
        try:
            return next_time(schedule, moment) / 1000 if schedule else None
        except BadInput as error:
            raise BadSettings(f"The setting backup.schedule cannot be used. {error.public_message}") from None

    async def look(self) -> bool:
        """Queues a back-up if its time has come. Returns whether it did. Raises EngineUnavailable."""
        now = self._clock()
        if self._next is not None and now < self._next:
            self._next = self._after(now)  # which is earlier if the clock was set back
            return False
        if self._next is None:
            return False
        await self._backups.ask_regularly()
        self._next = self._after(now)
        return True

    async def keep_looking(self) -> None:
        """Looks now and then. Never returns."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.look()
            except PhotosGraphError as error:
                log.warning("A back-up could not be queued: %s", error.public_message)
