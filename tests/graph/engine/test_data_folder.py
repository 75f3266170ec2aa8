"""What is said of a data directory that cannot be written to, and that nothing is said when it is mended."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos_graph.graph.engine import data_folder
from photos_graph.graph.engine.data_folder import FULL, GONE, INCOMPLETE, READ_ONLY, REPLACED, DataFolder

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    """One that other users can reach."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "data"
        (path / "graph").mkdir(parents=True)
        Path(made).chmod(0o755)
        folder = DataFolder(path)
        folder.remember("graph")
        yield folder


def test_it_may_be_moved_replaced_and_mended(folder: DataFolder) -> None:
    away = folder.path.with_name("away")
    assert folder.problem() is None
    folder.path.rename(away)
    assert folder.problem() == GONE
    (folder.path / "graph").mkdir(parents=True)
    assert folder.problem() == REPLACED
    (folder.path / "graph").rmdir()
    folder.path.rmdir()
    away.rename(folder.path)
    assert folder.problem() is None
    (folder.path / "graph").rmdir()
    assert folder.problem() == INCOMPLETE


def test_a_disk_may_be_full_or_read_only(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(data_folder, "MIN_FREE_BYTES", 2**62)
        assert folder.problem() == FULL
    folder.path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)  # root may write to every folder
    try:
        assert folder.problem() == READ_ONLY
    finally:
        os.seteuid(user)
        folder.path.chmod(0o755)
    assert folder.problem() is None
