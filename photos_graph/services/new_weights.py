"""Notices that weights of models have arrived while the service runs, so that they are used without a scan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from photos_graph.errors import PhotosGraphError

log = logging.getLogger(__name__)

CHECK_SECONDS = 15.0  # between two looks for weights


@dataclass(slots=True)
class WeightsWatch:
    """Waits for the weights of one kind of models. ``can_use`` says whether they are present and wanted, and ``queue``
    queues the jobs that they make possible."""

    can_use: Callable[[], bool]
    queue: Callable[[], Awaitable[None]]
    _could: bool = False

    async def look(self) -> None:
        """Queues what is due if the weights have arrived since the last call. The first call counts them as arrived."""
        could, self._could = self._could, self.can_use()
        if self._could and not could:
            await self.queue()


async def keep_looking(*watches: WeightsWatch) -> None:
    """Looks for new weights at intervals, until it is cancelled. An error is logged, and the next look tries again."""
    while True:
        for watch in watches:
            try:
                await watch.look()
            except PhotosGraphError as error:
                log.warning("The jobs for newly found weights could not be queued: %s", error.public_message)
        await asyncio.sleep(CHECK_SECONDS)
