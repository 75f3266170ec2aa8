"""The table of mounts, and which of them tell what changes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from photos_graph.library import folder_watch
from photos_graph.library.folder_watch import why_not
from photos_graph.library.mounts import mount_table, mounts_of, parsed

TABLE = parsed(
    rb"""21 27 0:20 / / rw,relatime - ext4 /dev/sda1 rw,discard
36 21 0:32 / /volume1 rw,noatime shared:7 master:2 - btrfs /dev/md2 rw
40 21 0:40 / /mnt/My\040Pictures rw - nfs4 nas:/photos rw,vers=4.2
41 36 0:41 / /volume1/photos/phone rw - fuse.sshfs phone:/ rw
42 21 0:42 / /media rw - ext4 /dev/sdb1 rw
43 21 0:43 / /media rw - cifs //nas/media rw
a malformed line
"""
)


@pytest.mark.parametrize(
    "folder, expected",
    [
        (b"/home/ada", ["ext4"]),
        (b"/volume1/music", ["btrfs"]),
        (b"/volume1/photos", ["btrfs", "fuse.sshfs"]),
        (b"/volume1/photos/phone/new", ["fuse.sshfs"]),
        (b"/volume10", ["ext4"]),
        (b"/mnt/My Pictures", ["nfs4"]),
        (b"/media/a", ["cifs"]),
        (b"/volume1", ["btrfs", "fuse.sshfs"]),
    ],
)
def test_a_folder_lies_on_the_deepest_mount_and_has_those_inside(folder: bytes, expected: list[str]) -> None:
    assert [mount.type for mount in mounts_of(folder, TABLE)] == expected


def test_this_system_has_something_mounted_at_its_root() -> None:
    if sys.platform == "linux":
        assert mounts_of(b"/usr", mount_table())


@pytest.mark.parametrize(
    "root, because",
    [
        (b"/volume1/music", None),
        (b"/mnt/My Pictures/2020", "/mnt/My Pictures is of the type nfs4, which does not tell what others change"),
        (b"/volume1/photos", "/volume1/photos/phone is of the type fuse.sshfs, which does not tell what others change"),
        (b"/media", "/media is of the type cifs, which does not tell what others change"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")
def test_only_what_lies_on_disks_of_this_machine_is_watched(root: bytes, because: str | None) -> None:
    assert why_not(root, 10, TABLE) == because


@pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")
def test_more_folders_than_may_be_watched_are_polled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "max_user_watches"
    limit.write_text("8192\n")
    monkeypatch.setattr(folder_watch, "LIMIT", limit)
    assert why_not(b"/volume1/music", 8191, TABLE) is None
    because = "it has more folders than may be watched (fs.inotify.max_user_watches is 8192)"
    assert why_not(b"/volume1/music", 8192, TABLE) == because
    assert why_not(b"/volume1/music", 1, []) == "the system does not say on what it lies"
