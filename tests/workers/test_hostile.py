"""Files made to break decoders, through the pool as a scan does it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from photos_graph.errors import OverLimit, Unreadable
from photos_graph.workers.pool import WorkerPool
from tests.kit.corpora import HOSTILE
from tests.kit.processes.tasks import DERIVE, PEAK, TASKS, DeriveOrder

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024
MAX_PIXELS = 300_000_000


@pytest.fixture(autouse=True)
def find_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


async def test_every_hostile_file_ends_with_a_picture_or_a_reason() -> None:
    files = [path for path in sorted(HOSTILE.rglob("*")) if path.is_file()]
    assert len(files) > 500
    pool = WorkerPool(TASKS, 2, 2048 * MIB, timeout_seconds=20, queue=len(files))

    async def reason(path: Path) -> str | None:
        try:
            with path.open("rb") as file:
                answer, chunks = await pool.call(DERIVE, DeriveOrder(file.fileno(), MAX_PIXELS))
        except Unreadable as error:
            return error.public_message
        assert answer.width > 0 and answer.height > 0 and b"".join(chunks)
        return None

    try:
        reasons = await asyncio.gather(*(reason(path) for path in files))
        assert 100 < reasons.count(None) < len(files)
        for said in filter(None, reasons):
            assert said.endswith(".") and str(HOSTILE) not in said and "Traceback" not in said
    finally:
        await pool.close()


async def test_a_bomb_costs_no_memory() -> None:
    pool = WorkerPool(TASKS, 1, 2048 * MIB, timeout_seconds=20, queue=1)
    try:
        path = HOSTILE / "bombs" / "lottapixel.jpg"
        with path.open("rb") as file, pytest.raises(OverLimit, match="64250 x 64250"):
            await pool.call(DERIVE, DeriveOrder(file.fileno(), MAX_PIXELS))
        peak, _ = await pool.call(PEAK, None)
        assert peak < 300 * MIB
    finally:
        await pool.close()
