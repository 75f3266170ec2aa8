"""Lets the system tell that something changed in folders (inotify), where it can."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from photos_graph.library.ignoring import IGNORE_FILE
from photos_graph.library.mounts import Mount, mounts_of
from photos_graph.paths import display

# Everything that changes these goes through this machine. Of a network file system, of FUSE and of folders that a
# virtual machine shares, the system tells what this machine changes, and not what others do.
LOCAL_TYPES = {
    *("bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "hfs", "hfsplus", "iso9660", "jfs", "msdos"),
    *("nilfs2", "ntfs3", "overlay", "ramfs", "reiserfs", "squashfs", "tmpfs", "udf", "vfat", "xfs", "zfs"),
}
LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")


def why_not(root: bytes, folders: int, table: list[Mount]) -> str | None:
    """Returns why ``folders`` folders of a root cannot be watched, as the rest of a sentence, or None if they can."""
    if sys.platform != "linux":
        return "folders are watched on Linux alone"
    mounts = mounts_of(os.path.realpath(root), table)
    for mount in mounts:
        if mount.type not in LOCAL_TYPES:
            return f"{display(mount.point)} is of the type {mount.type}, which does not tell what others change"
    if not mounts:
        return "the system does not say on what it lies"
    limit = _limit()
    return _beyond(limit) if limit is not None and folders >= limit else None


def _limit() -> int | None:
    try:
        return int(LIMIT.read_text())
    except (OSError, ValueError):
        return None


def _beyond(limit: int | None) -> str:
    return f"it has more folders than may be watched (fs.inotify.max_user_watches is {limit or 'too low'})"


class FolderWatch:
    """Tells once that something was added, removed or renamed in the folders that were given to it, and again after
    ``listen``. It does not keep what changed: who listens looks at everything, so that no event can be lost, not even
    when the system drops some because they are too many. Raises OSError if the system has no watch left to give.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        """``told`` is called in the running loop."""
        from inotify_simple import INotify, flags

        self.failure: str | None = None  # why a folder could not be added; the rest of a sentence
        self._told = told
        self._inotify = INotify(nonblocking=True)
        self._loop = asyncio.get_running_loop()
        self._folder = flags.CREATE | flags.DELETE | flags.MOVED_FROM | flags.MOVED_TO | flags.ONLYDIR
        self._root = self._folder | flags.DELETE_SELF | flags.MOVE_SELF
        self._file = flags.CLOSE_WRITE | flags.MODIFY

    def add(self, root: bytes, relative: bytes, *, has_ignore_file: bool) -> None:
        """Watches a folder from now on, and what its ignore file says. Any thread may call it. Of a folder that is
        known already, the system keeps one watch."""
        if self.failure is not None:
            return
        path = os.path.join(root, relative) if relative else root  # noqa: PTH118, raw bytes
        try:
            self._inotify.add_watch(path, self._folder if relative else self._root)
            if has_ignore_file:
                self._inotify.add_watch(path + b"/" + IGNORE_FILE.encode(), self._file)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.ENOMEM):
                self.failure = _beyond(_limit())
            elif error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):  # gone, or nobody can list it
                self.failure = f"{display(path)} cannot be watched: {error.strerror}"

    def listen(self) -> None:
        """Forgets what was told so far."""
        while True:
            try:
                os.read(self._inotify.fileno(), 1 << 16)
            except BlockingIOError:
                break
        self._loop.add_reader(self._inotify.fileno(), self._tell)

    def _tell(self) -> None:
        self._loop.remove_reader(self._inotify.fileno())  # the rest of the events stay where they are
        self._told()

    def close(self) -> None:
        self._loop.remove_reader(self._inotify.fileno())
        self._inotify.close()
