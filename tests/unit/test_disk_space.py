"""How much room a disk has, and what is kept free."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from photos_graph.disk_space import GIB, DiskSpace
from photos_graph.errors import LowDisk


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("setting", "size", "free", "low"),
    [
        (None, 8000 * GIB, GIB, False),
        (None, 8000 * GIB, GIB - 1, True),
        (None, 10 * GIB, GIB // 2 + 1, False),
        (None, 10 * GIB, GIB // 2 - 1, True),
        (5 * GIB, 8000 * GIB, 4 * GIB, True),
        (0, 8000 * GIB, 0, False),
    ],
)
def test_a_disk_is_low_below_what_is_kept_free(
    setting: int | None, size: int, free: int, low: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(size, size - free, free))
    space = DiskSpace(setting)
    assert space.is_low(tmp_path) is low
    if low:
        with pytest.raises(LowDisk, match="or do something else") as raised:
            space.check(tmp_path / "not" / "there", "do something else")
        assert "storage.reserve_bytes" in raised.value.public_message
    else:
        space.check(tmp_path, "do something else")


def test_a_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    found, above = DiskSpace(0).of(tmp_path / "a" / "b"), DiskSpace(0).of(tmp_path)
    assert found is not None and above is not None and found.device == above.device == tmp_path.stat().st_dev
