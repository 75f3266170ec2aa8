"""Whether a root is the folder that it was: mounted, and not another one in its place.

A marker is the root's device and directory numbers with a sample of names in it. Numbers alone will not do: a
network share gets a new device number at every mount, and the root of most disks is directory number 2.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from photos_graph.errors import RootOffline
from photos_graph.model import RootState
from photos_graph.paths import display, open_folder

_SAMPLE = 64  # names
_FOLDERS, _NAMES_EACH = 16, 10_000  # how many sub-folders are looked into, and how far
# In any disk, whoever's it is.
_EVERYWHERE = {"lost+found", "System Volume Information", "$RECYCLE.BIN", "@eaDir", "#recycle", "#snapshot"}
# A share that comes back under a new number is the same one when this much of the sample is there.
_SAME = 0.25


def marker(root: bytes) -> str:
    """What ``check`` will compare with; text to be stored. Raises RootOffline when the root cannot be listed."""
    descriptor = open_folder(root, b"")
    try:
        found = os.fstat(descriptor)
        system = os.fstatvfs(descriptor).f_fsid
        names = set(_names(descriptor))
    except OSError as error:
        raise RootOffline(f"The folder {display(root)} cannot be listed: {error.strerror}") from error
    finally:
        os.close(descriptor)
    return json.dumps({"device": found.st_dev, "inode": found.st_ino, "system": system, "names": _sample(names)})


def check(root: bytes, stored: str) -> tuple[RootState, str]:
    """Whether the root of marker ``stored`` is there, and the marker to store from now on.

    It is not when it cannot be listed, when it is empty and was not, and when it is another folder in whose
    place hardly a name of the sample is found: a mount point without its disk, or with another one. It is when
    it is the same directory with anything in it, and when the names are there under new numbers. A root that
    was empty has nothing to lose, so it is always the same.
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
    if all(before[number] == after[number] for number in numbers) or _share_there(root, before["names"]) >= _SAME:
        return RootState.ONLINE, now
    return RootState.OFFLINE, stored


def _parsed(stored: str) -> dict[str, Any]:
    marked: dict[str, Any] = json.loads(stored)
    return marked


def _names(descriptor: int) -> Iterator[bytes]:
    """Of visible entries, and of those in the first sub-folders, since many a disk holds just a ``DCIM``."""
    with os.scandir(descriptor) as entries:
        visible = sorted((e for e in entries if e.name[0] != "." and e.name not in _EVERYWHERE), key=lambda e: e.name)
    yield from (os.fsencode(entry.name) for entry in visible)
    folders = (entry.name for entry in visible if entry.is_dir(follow_symlinks=False))
    for folder in islice(folders, _FOLDERS):
        try:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
        except OSError:
            continue
        try:
            with os.scandir(below) as entries:
                names = [os.fsencode(folder) + b"/" + os.fsencode(e.name) for e in islice(entries, _NAMES_EACH)]
        except OSError:  # one folder's trouble is not the root's
            continue
        finally:
            os.close(below)
        yield from names


def _digest(name: bytes) -> str:
    return hashlib.sha256(name).hexdigest()[:12]


def _sample(names: set[bytes]) -> list[str]:
    """The names of least hash: a fair choice that stays nearly the same while names come and go."""
    return sorted(map(_digest, names))[:_SAMPLE]


def _share_there(root: bytes, sample: list[str]) -> float:
    descriptor = open_folder(root, b"")
    try:
        there = set(map(_digest, _names(descriptor)))
    except OSError:
        return 0.0
    finally:
        os.close(descriptor)
    return len(there.intersection(sample)) / len(sample)
