"""What tells that a file is the same as before: its time and its inode, as numbers that a graph can hold."""

from __future__ import annotations

import os

_LIMIT = 2**63  # the integers of a graph have 64 bits, with their sign


def mtime_ns(status: os.stat_result) -> int:
    """When it was modified; a time beyond the year 2262, as a broken clock leaves it, is the last one before."""
    return max(-_LIMIT, min(status.st_mtime_ns, _LIMIT - 1))


def inode(status: os.stat_result) -> int:
    """Pooled and network file systems (mergerfs, SMB) hand out numbers of 64 bits without a sign."""
    return status.st_ino - 2 * _LIMIT if status.st_ino >= _LIMIT else status.st_ino
