"""The one way to write labels: a unit of work under the lock of labels, whose commit the search index follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import LiteralString, Protocol, TypeVar

from photos_graph.events import Events, LabelsChanged
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.edits import Change, is_prediction, now_ms
from photos_graph.graph.labels.sharing import share
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import LabelKind

T = TypeVar("T")

# Writers of labels come one after the other: the one that holds this node sees what all before it wrote.
LOCK: LiteralString = "MERGE (m:Meta {name: 'labels'}) SET m.value = coalesce(m.value, 0) + 1"

WRITES: LiteralString = "MATCH (m:Meta {name: 'labels'}) RETURN m.value AS writes"


async def writes(graph: Graph) -> int:
    """Returns how many transactions have written labels, faces, photos or folders so far, in any process."""
    rows = await graph.read(WRITES)
    return int(rows[0]["writes"]) if rows else 0


class ReadModel(Protocol):
    """The model that answers queries apart from the graph: the search index."""

    async def catch_up(self) -> None:
        """Returns when it holds everything that was committed before the call."""


class LabelWriter:
    """Writes labels, one writer after the other, so that nothing changes between what a writer reads and writes.

    The read model follows before the answer is given, so that the writer can read its own change at once. ``clock``
    returns the time in milliseconds since 1970."""

    def __init__(self, graph: Graph, read_model: ReadModel, events: Events, clock: Callable[[], int] = now_ms) -> None:
        self._graph = graph
        self._read_model = read_model
        self._events = events
        self._clock = clock

    async def write(
        self, kind: LabelKind, work: Callable[[LabelTransaction], Awaitable[T]], *, caught_up: bool = False
    ) -> T:
        """Commits ``work`` as one transaction, catches the read model up, and publishes ``LabelsChanged``."""
        recorded: list[Change] = []

        async def recording(tx: LabelTransaction) -> T:
            result = await work(tx)
            recorded[:] = tx.changes
            return result

        result = await self.commit(recording, caught_up=caught_up)
        await self.follow(kind, recorded)
        return result

    async def commit(self, work: Callable[[LabelTransaction], Awaitable[T]], *, caught_up: bool = False) -> T:
        """Commits ``work`` as one transaction; ``follow`` belongs after it, or after the last of several.

        ``work`` may be called again, so it must have no other effect; what it touches and records is collected from the
        start then. ``caught_up``: the read model is caught up before ``work`` is called, under the lock, so that what
        it answers is what the graph holds.
        """

        async def locked(inner: Transaction) -> T:
            tx = LabelTransaction(inner, self._clock())
            await tx.run(LOCK)
            if caught_up:
                await self._read_model.catch_up()
            result = await work(tx)
            await share(tx)
            for change in tx.changes:
                await changes.record(tx, change)
            await touch(tx, tx.photos, tx.folders, tx.labelled, tx.tags, tx.persons, tx.albums)
            return result

        return await self._graph.transaction(locked)

    async def follow(self, kind: LabelKind | None = None, recorded: Sequence[Change] = ()) -> None:
        """Catches the read model up with what was committed, then publishes ``LabelsChanged`` of that kind, if any,
        with the photos whose tags the ``recorded`` changes changed."""
        await self._read_model.catch_up()
        if kind is not None:
            await self._events.publish(LabelsChanged(kind, _tagged(recorded)))

    async def preview(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Returns what ``work`` reads, with a read model that is caught up. It waits for no writer, and ``work`` cannot
        write."""
        await self._read_model.catch_up()
        return await self._graph.reading(work)


def _tagged(recorded: Iterable[Change]) -> dict[str, frozenset[int]]:
    """Returns the numbers of the photos by the ids of the tags that the changes gave or took, or excluded."""
    found: dict[str, set[int]] = {}
    for change in recorded:
        for edit in change.edits:
            of_tags = (edit.kind or change.kind) is LabelKind.TAGS and not is_prediction(edit)
            if of_tags and edit.label_id is not None and edit.photos:
                found.setdefault(edit.label_id, set()).update(edit.photos)
    return {tag_id: frozenset(numbers) for tag_id, numbers in found.items()}
