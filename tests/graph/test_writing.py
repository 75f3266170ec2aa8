"""The unit of work that writes labels: what it does, in which order, and what it does again when the engine retries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from photos_graph.events import Events, LabelsChanged
from photos_graph.graph import writing
from photos_graph.graph.engine import feed_entry
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.slow import SlowQueries
from photos_graph.graph.labels import changes, stacks
from photos_graph.graph.labels.edits import Change, Edit, Value
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import LabelKind

pytestmark = pytest.mark.anyio

NAMES = {writing.LOCK: "lock", changes.RECORD: "record", stacks.STACKS_OF: "stacks", feed_entry.NEXT: "feed"}


class Recorder:
    """A graph and a read model, and what is asked of them in order. Each transaction is tried ``attempts`` times."""

    queries = 0
    dialect = None
    slow = SlowQueries(1.0)

    def __init__(self, attempts: int = 1) -> None:
        self.log: list[object] = []
        self.touched: list[dict[str, Any]] = []
        self.attempts = attempts
        events = Events()
        events.subscribe(LabelsChanged, self.labels_changed)
        self.writer = LabelWriter(self, self, events)  # type: ignore[arg-type]

    async def transaction(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        for _ in range(self.attempts):
            result = await work(Transaction(self, Inner(self)))  # type: ignore[arg-type]
        self.log.append("commit")
        return result

    async def reading(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        self.log.append("read")
        return await work(Transaction(self, Inner(self)))  # type: ignore[arg-type]

    async def catch_up(self) -> None:
        self.log.append("catch up")

    async def labels_changed(self, event: LabelsChanged) -> None:
        self.log.append(event)


class Inner:
    def __init__(self, recorder: Recorder) -> None:
        self._graph = recorder

    async def run(self, query: str, parameters: dict[str, Any]) -> Any:
        self._graph.log.append(NAMES.get(query, query))
        if NAMES.get(query) == "feed":
            self._graph.touched.append(parameters)
        return NoRows()


class NoRows:
    def keys(self) -> list[str]:
        return []

    async def fetch(self, count: int) -> list[Any]:
        return []


async def tag_two(tx: LabelTransaction) -> str:
    tx.touch(labelled=[2, 1], tags=["a"])
    await tx.run("RETURN 1")
    tx.touch(labelled=[2], folders=["d"])
    return "done"


async def test_the_lock_is_first_the_feed_last_and_the_index_follows_once_before_the_one_event() -> None:
    seen = Recorder()
    assert await seen.writer.write(LabelKind.TAGS, tag_two) == "done"
    assert seen.log == ["lock", "RETURN 1", "stacks", "feed", "commit", "catch up", LabelsChanged(LabelKind.TAGS)]
    assert seen.touched == [
        {"photos": [], "folders": ["d"], "labelled": [1, 2], "tags": ["a"], "persons": [], "albums": []}
    ]


async def test_what_a_failed_attempt_touched_is_forgotten() -> None:
    seen, photos = Recorder(attempts=2), iter([[1], [2]])

    async def work(tx: LabelTransaction) -> None:
        tx.touch(photos=next(photos))

    await seen.writer.commit(work)
    assert [entry["photos"] for entry in seen.touched] == [[1], [2]]


async def test_a_transaction_that_touches_nothing_leaves_no_entry_in_the_feed() -> None:
    seen = Recorder()

    async def work(tx: LabelTransaction) -> None:
        pass

    await seen.writer.commit(work)
    assert seen.log == ["lock", "commit"]


async def test_changes_are_recorded_before_the_feed_and_those_without_edits_are_not() -> None:
    seen = Recorder()
    change = Change("RATING", LabelKind.RATING, "anna", 1, (Edit(Value(None), Value(5), photos=(1,)),))

    async def work(tx: LabelTransaction) -> tuple[str | None, str | None]:
        tx.touch(photos=[1])
        return tx.record(change), tx.record(Change("RATING", LabelKind.RATING, "anna", 1, ()))

    assert await seen.writer.commit(work) == (change.id, None)
    assert seen.log == ["lock", "stacks", "record", "feed", "commit"]


async def test_work_that_fails_publishes_nothing() -> None:
    seen = Recorder()

    async def work(tx: LabelTransaction) -> None:
        tx.touch(photos=[1])
        raise ValueError

    with pytest.raises(ValueError):
        await seen.writer.write(LabelKind.FACES, work)
    assert seen.log == ["lock"]


async def test_a_writer_that_counts_by_the_index_has_it_caught_up_under_the_lock() -> None:
    seen = Recorder()
    await seen.writer.write(LabelKind.TAGS, tag_two, caught_up=True)
    assert seen.log[:3] == ["lock", "catch up", "RETURN 1"]


async def test_a_preview_takes_no_lock_and_publishes_nothing() -> None:
    seen = Recorder()

    async def work(tx: Any) -> int:
        assert not isinstance(tx, LabelTransaction)
        return 7

    assert await seen.writer.preview(work) == 7
    assert seen.log == ["catch up", "read"]
