"""Watches the disks on which the service keeps something, and warns before one of them is full."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from photos_graph.disk_space import DiskSpace, Space
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

CHECK_SECONDS = 60.0
AGAIN_SECONDS = 3600.0  # between two warnings about the same disk


@dataclass(frozen=True, slots=True)
class KeptFolder:
    """A folder in which the service keeps something, with the room of its disk."""

    name: str
    path: Path
    space: Space


class Storage:
    """``clock`` returns seconds."""

    def __init__(self, settings: Settings, space: DiskSpace, clock: Callable[[], float] = time.monotonic) -> None:
        self._folders = {
            "data": settings.data_dir,
            "graph": settings.data_dir / "graph" if settings.graph.uri is None else None,
            "cache": settings.data_dir / "renditions",
            "backups": settings.backups_dir,
            "exports": settings.exports_dir,
        }
        self._space = space
        self._clock = clock
        self._warned: dict[int, float] = {}  # by disk

    def places(self) -> list[KeptFolder]:
        """Returns the folders whose disks tell how much room they have. Call it in a thread."""
        found = ((name, path, self._space.of(path)) for name, path in self._folders.items() if path is not None)
        return [KeptFolder(name, path, space) for name, path, space in found if space is not None]

    def low(self) -> list[str]:
        """Returns a sentence for each disk with little room. Call it in a thread."""
        return [_sentence(*each) for each in self._low().values()]

    def look(self) -> None:
        """Warns of each disk with little room, once in an hour."""
        now, low = self._clock(), self._low()
        for device, (names, place) in low.items():
            if now - self._warned.get(device, -math.inf) >= AGAIN_SECONDS:
                self._warned[device] = now
                log.warning("%s", _sentence(names, place))
        for device in self._warned.keys() - low.keys():
            del self._warned[device]
            log.warning("A disk that had little room has enough again.")

    async def keep_looking(self) -> None:
        """Looks now and then. Never returns."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(CHECK_SECONDS)

    def disks(self) -> list[tuple[list[str], KeptFolder]]:
        """Returns each disk that tells how much room it has, with the names of the folders on it and the first of them.
        Call it in a thread."""
        found: dict[int, tuple[list[str], KeptFolder]] = {}
        for place in self.places():
            found.setdefault(place.space.device, ([], place))[0].append(place.name)
        return list(found.values())

    def _low(self) -> dict[int, tuple[list[str], KeptFolder]]:
        return {place.space.device: (names, place) for names, place in self.disks() if place.space.is_low}


def _sentence(names: list[str], place: KeptFolder) -> str:
    return (
        f"The disk of {place.path} ({', '.join(names)}) has little room: {place.space}. Free some space. Until then, "
        "thumbnails are not kept, and back-ups and exports to this disk are refused."
    )
