"""Checks whether a root is still the same folder: mounted, and not replaced by another.

A marker holds the device and directory numbers of the root, and a sample of the names in it. The numbers alone are not
enough: a network share gets a new device number at every mount, and the root of most disks is directory number 2.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from photos_graph.errors import RootOffline
from photos_graph.model.library import RootState
from photos_graph.paths import open_folder

_SAMPLE_SIZE = 64  # names
_MAX_FOLDERS, _MAX_NAMES = 16, 10_000  # sub-folders that are looked into, and names in each
# Names that any disk may have.
_COMMON_NAMES = {"lost+found", "System Volume Information", "$RECYCLE.BIN", "@eaDir", "#recycle", "#snapshot"}
# A network share with new numbers is the same one if it contains this share of the sample.
_SAME_SHARE = 0.25


def marker(root: bytes) -> str:
    """Returns a text that ``check`` compares with later. Raises RootOffline if the root cannot be listed."""
    descriptor = open_folder(root, b"")
    try:
        found = os.fstat(descriptor)
        system = os.fstatvfs(descriptor).f_fsid
        names = set(_names(descriptor))
    except OSError as error:
        raise RootOffline(f"The folder of the root cannot be listed: {error.strerror}.") from error
    finally:
        os.close(descriptor)
    return json.dumps({"device": found.st_dev, "inode": found.st_ino, "system": system, "names": _sample(names)})


def check(root: bytes, stored: str) -> tuple[RootState, str]:
    """Returns whether the root with the marker ``stored`` is there, and the marker to store from now on.

    It is offline if it cannot be listed, if it is empty and was not, or if it is another folder that contains hardly
    any name of the sample: a mount point without its disk, or with another one. It is online if it is the same
    directory and not empty, or if the names are there under new numbers. A root that was empty has nothing to lose and
    is always online.
    """
    try:
        now = marker(root)
    except RootOffline:
        return RootState.OFFLINE, stored
    before, after = _parsed(stored), json.loads(now)
    if not before["names"]:
        return RootState.ONLINE, now
    if not after["names"]:
        return RootState.OFFLINE, stored
    numbers = ("device", "inode", "system")
    if all(before[number] == after[number] for number in numbers) or _share_there(root, before["names"]) >= _SAME_SHARE:
        return RootState.ONLINE, now
    return RootState.OFFLINE, stored


def _parsed(stored: str) -> dict[str, Any]:
    marked: dict[str, Any] = json.loads(stored)
    return marked


def _names(descriptor: int) -> Iterator[bytes]:
    """Yields the names of visible entries, and of those in the first sub-folders, because many disks hold only a
    ``DCIM``."""
    with os.scandir(descriptor) as entries:
        visible = sorted((e for e in entries if e.name[0] != "." and e.name not in _COMMON_NAMES), key=lambda e: e.name)
    yield from (os.fsencode(entry.name) for entry in visible)
    folders = (entry.name for entry in visible if entry.is_dir(follow_symlinks=False))
    for folder in islice(folders, _MAX_FOLDERS):
        try:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
        except OSError:
            continue
        try:
            with os.scandir(below) as entries:
                names = [os.fsencode(folder) + b"/" + os.fsencode(e.name) for e in islice(entries, _MAX_NAMES)]
        except OSError:  # a problem with one folder is not one with the root
            continue
        finally:
            os.close(below)
        yield from names


def _digest(name: bytes) -> str:
    return hashlib.sha256(name).hexdigest()[:12]


def _sample(names: set[bytes]) -> list[str]:
    """Returns the names with the lowest hashes. This sample hardly changes while names come and go."""
    return sorted(map(_digest, names))[:_SAMPLE_SIZE]


def _share_there(root: bytes, sample: list[str]) -> float:
    descriptor = open_folder(root, b"")
    try:
        there = set(map(_digest, _names(descriptor)))
    except OSError:
        return 0.0
    finally:
        os.close(descriptor)
    return len(there.intersection(sample)) / len(sample)
