"""How much room the disk of a folder has, and how much of it is kept free."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from photos_graph.errors import LowDisk

GIB = 1024**3
MOST_RESERVED, RESERVED_SHARE = GIB, 0.05  # without a setting: the smaller of 1 GiB and 5 % of the disk


@dataclass(frozen=True, slots=True)
class Space:
    """The room of the disk of a folder, in bytes; ``device`` is the number of the disk."""

    free: int
    size: int
    reserved: int
    device: int

    @property
    def is_low(self) -> bool:
        return self.free < self.reserved

    def __str__(self) -> str:
        return f"{shown(self.free)} of {shown(self.size)} free, {shown(self.reserved)} kept free"


class DiskSpace:
    """``reserve`` is the number of bytes that are kept free, or None for a part of the disk. All methods take
    microseconds, unless the disk is one of the network."""

    def __init__(self, reserve: int | None) -> None:
        self._reserve = reserve

    def of(self, folder: Path) -> Space | None:
        """Returns the room for a folder, which may not be there yet, or None if the disk does not tell."""
        for each in (folder, *folder.parents):
            try:
                usage, device = shutil.disk_usage(each), each.stat().st_dev
            except FileNotFoundError:
                continue
            except OSError:
                return None
            share = min(MOST_RESERVED, int(usage.total * RESERVED_SHARE))
            return Space(usage.free, usage.total, share if self._reserve is None else self._reserve, device)
        return None

    def is_low(self, folder: Path) -> bool:
        space = self.of(folder)
        return space is not None and space.is_low

    def check(self, folder: Path, advice: str) -> None:
        """Raises LowDisk, with the ``advice`` what else can be done, if less is free than is kept free."""
        space = self.of(folder)
        if space is not None and space.is_low:
            raise LowDisk(f"The disk of {folder} has {space} (storage.reserve_bytes). Free some space, or {advice}.")


def shown(size: int) -> str:
    """Returns a number of bytes in words."""
    return f"{size / GIB:.1f} GiB" if size >= GIB / 10 else f"{size / 1024**2:.0f} MiB"
