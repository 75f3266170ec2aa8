"""What is mounted where, from the table of the Linux kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

TABLE = Path("/proc/self/mountinfo")


class Mount(NamedTuple):
    """``id`` is that of no other mount as long as this one lasts."""

    id: int
    point: bytes
    type: str


def mount_table() -> list[Mount]:
    """Returns all mounts; a later one hides earlier ones at the same point. Returns nothing where there is no table."""
    try:
        return parsed(TABLE.read_bytes())
    except OSError:
        return []


def parsed(table: bytes) -> list[Mount]:
    """Reads lines as proc_pid_mountinfo(5) describes them: the mount point is the fifth field, and the type stands
    behind a lone dash, before which any number of fields may stand."""
    found = []
    for line in table.splitlines():
        left, dash, right = line.partition(b" - ")
        fields = left.split(b" ")
        if dash and len(fields) >= 6:
            point = re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), fields[4])
            found.append(Mount(int(fields[0]), point, right.partition(b" ")[0].decode("ascii", "replace")))
    return found


def mounts_of(folder: bytes, table: list[Mount]) -> tuple[Mount, ...]:
    """Returns the mount that holds a folder, whose path has no links, and behind it those inside the folder."""
    holding = [each for each in table if _holds(each.point, folder)]
    inside = {each.point: each for each in table if each.point != folder and _holds(folder, each.point)}
    deepest = max((len(each.point) for each in holding), default=0)
    return (*[each for each in holding if len(each.point) == deepest][-1:], *inside.values())


def _holds(folder: bytes, path: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
