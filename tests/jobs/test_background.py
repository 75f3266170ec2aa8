"""Writes in the background."""

from __future__ import annotations

import asyncio
import logging

import pytest

from photos_graph.errors import Conflict
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.model.job_arguments import ChangeArguments

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("error", "level", "message"),
    [
        (Conflict("It was undone."), logging.WARNING, "The change c1 could not be completed: It was undone."),
        (OSError("disk"), logging.ERROR, "The change c1 could not be completed."),
    ],
)
async def test_why_a_change_failed_after_the_answer_is_in_the_log(
    error: Exception, level: int, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    answered = asyncio.Event()

    async def fail() -> bool:
        await answered.wait()
        raise error

    writes = BackgroundWrites(0)
    assert not await writes.run(ChangeArguments("c1", "UNDO", "", 0), fail(), lambda: False)
    answered.set()
    await writes.close()
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert (record.levelno, record.getMessage()) == (level, message)
    assert (record.exc_info is not None) is (level == logging.ERROR)
