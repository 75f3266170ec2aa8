"""What workers print is in the log, line by line, while they live."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from photos_graph.logs import begin_request, request_id
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.printed import MINUTE, MOST_BYTES, MOST_LINES, Printed
from tests.kit.processes.tasks import ECHO, PRINT, TASKS, EchoOrder
from tests.kit.waiting import until

pytestmark = pytest.mark.anyio

REPOSITORY = Path(__file__).parents[2]
BEGINNING = "A worker printed: "


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == Printed.__module__]


async def test_a_worker_that_lives_on_is_heard(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    ids: list[str | None] = []
    caplog.set_level(logging.INFO)
    caplog.handler.addFilter(lambda record: ids.append(request_id()) or True)  # type: ignore[func-returns-value]
    begin_request("the-first-one")
    pool = WorkerPool(TASKS, 1, 256 * 1024 * 1024, 30, 10)
    try:
        before, _ = await pool.call(ECHO, EchoOrder())
        await pool.call(PRINT, "a warning\n\x1b[31mred\u202e and\r\n\nnot ended")
        await until(lambda: len(lines(caplog)) >= 3)
        expected = ["a library prints into standard output", "a warning", r"\x1b[31mred\u202e and"]
        assert lines(caplog) == [BEGINNING + each for each in expected]
        assert {record.worker for record in caplog.records} == {before.pid} and set(ids) == {None}  # type: ignore[attr-defined]
        await pool.call(PRINT, "\n")
        await until(lambda: len(lines(caplog)) >= 4)
        assert lines(caplog)[3] == BEGINNING + "not ended"
        after, _ = await pool.call(ECHO, EchoOrder())
        assert before.pid == after.pid
    finally:
        await pool.close()


def test_long_lines_are_cut_and_many_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = [0.0]
    printed = Printed(1, lambda: now[0])
    for _ in range(1000):
        printed.feed(b"x" * 100_000)
    assert len(printed._line) == MOST_BYTES
    printed.feed(b"\n" + b"\xff\n" + b"y\n" * 100)
    assert lines(caplog)[:3] == [f"{BEGINNING}{'x' * MOST_BYTES}...", BEGINNING + r"\xff", BEGINNING + "y"]
    assert len(lines(caplog)) == MOST_LINES
    now[0] += MINUTE
    printed.feed(b"z\nthe end")
    printed.close()
    said = f"A worker printed more lines: {102 - MOST_LINES}"
    assert lines(caplog)[MOST_LINES:] == [said, BEGINNING + "z", BEGINNING + "the end"]
