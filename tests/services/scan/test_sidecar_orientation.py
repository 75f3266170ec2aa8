"""How an original lies is asked until somebody has the time to say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from photos_graph.errors import Busy, EngineUnavailable
from photos_graph.services.datasets.exports.records import FaceRecord, PhotoRecord
from photos_graph.services.datasets.exports.sidecars import Sidecars
from photos_graph.services.datasets.exports.staging import StagingFolder

pytestmark = pytest.mark.anyio

RECORD = PhotoRecord("x", "0" * 64, ("P/a.jpg",), width=48, height=32, faces=(FaceRecord((0.1, 0.1, 0.2, 0.2)),))


async def test_faces_are_not_left_out_for_a_busy_moment(tmp_path: Path) -> None:
    answers = [Busy("A moment.", retry_after=0), EngineUnavailable("It does not answer.")]

    async def orientation(photo_id: str) -> int:
        if answers:
            raise answers.pop(0)
        return 1

    staging = StagingFolder(tmp_path / "out")
    sidecars = Sidecars(staging, orientation)
    with pytest.raises(EngineUnavailable):
        await sidecars.write(0, [RECORD])
    answers = [Busy("A moment.", retry_after=0)]
    block = await sidecars.write(0, [RECORD])
    assert not block.skipped
    assert b"mwg-rs" in (staging.path / "sidecars/P/a.jpg.xmp").read_bytes()
