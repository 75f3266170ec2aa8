"""Boxes of faces are never written by a guess of how the original lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from photos_graph.services.datasets.exports.records import FaceRecord, PhotoRecord
from photos_graph.services.datasets.exports.sidecars import NOT_TURNED, Sidecars
from photos_graph.services.datasets.exports.staging import StagingFolder

pytestmark = pytest.mark.anyio

RECORD = PhotoRecord("x", "0" * 64, ("P/a.jpg",), width=48, height=32, faces=(FaceRecord((0.1, 0.1, 0.2, 0.2)),))


async def test_faces_are_left_out_until_a_scan_has_read_how_the_original_lies(tmp_path: Path) -> None:
    staging = StagingFolder(tmp_path / "out")
    staging.create()
    sidecars = Sidecars(staging)
    block = await sidecars.write(0, [RECORD])
    assert [each.reason for each in block.skipped] == [NOT_TURNED]
    assert not block.files
    block = await sidecars.write(0, [replace(RECORD, orientation=1)])
    assert not block.skipped
    assert b"mwg-rs" in (staging.path / "sidecars/P/a.jpg.xmp").read_bytes()
