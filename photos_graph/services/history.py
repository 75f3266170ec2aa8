"""The list of what was changed, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import history
from photos_graph.graph.writing import ReadModel
from photos_graph.jobs.queue import POLL_SECONDS
from photos_graph.model.changes import ChangeRecord
from photos_graph.search.listing import Listing, cursor_of, key_of, window

WATCHED_AT_ONCE = 100  # changes that are read in one query
GROWING_AT_START = 10  # the newest changes, which may still grow when a watcher comes
STEADY_LOOKS = 120  # after so many looks at which it is as it was, a change grows no more: half a minute


class History:
    def __init__(self, graph: Graph, read_model: ReadModel) -> None:
        self._graph = graph
        self._read_model = read_model

    async def page(
        self, first: int | None, after: str | None, last: int | None = None, before: str | None = None
    ) -> Listing[ChangeRecord]:
        """Raises BadInput for an invalid cursor."""
        pruned, newest = await history.bounds(self._graph)
        # Positions in the list count from the newest change, and numbers from the oldest one.
        low = max(newest + 1 - key_of(after)[0], 0) if after is not None else 0
        high = min(newest - key_of(before)[0], newest - pruned) if before is not None else newest - pruned
        start, end = window(low, high, first, last)
        items = await history.page(self._graph, newest - start, newest - end + 1)
        return Listing(
            items=items,
            cursors=[cursor_of((change.number, "")) for change in items],
            has_next=end < newest - pruned,
            has_previous=start > 0,
            total=newest - pruned,
        )

    async def watch(self) -> AsyncIterator[ChangeRecord]:
        """Yields each change that is made from now on, by any process, the oldest first, and yields it again whenever a
        further portion of it was written. The index has caught up with what it yields. It does not end by itself."""
        _, seen = await history.bounds(self._graph)
        growing = _Growing(await history.page(self._graph, seen, seen - GROWING_AT_START + 1))
        while True:
            await asyncio.sleep(POLL_SECONDS)
            _, newest = await history.bounds(self._graph)
            found = [*growing.changed(await history.page(self._graph, seen, growing.oldest))] if growing else []
            while found or seen < newest:
                last = min(newest, seen + WATCHED_AT_ONCE)
                found += reversed(await history.page(self._graph, last, seen + 1))
                seen = last
                growing.watch(found)
                await self._read_model.catch_up()
                for change in found:
                    yield change
                found = []

    async def by_id(self, change_ids: Sequence[str]) -> list[ChangeRecord | None]:
        """Takes one query to the engine."""
        known = await history.by_id(self._graph, change_ids)
        return [known.get(id_) for id_ in change_ids]


class _Growing:
    """The changes that may still grow, because large ones are written in portions."""

    def __init__(self, changes: Iterable[ChangeRecord]) -> None:
        self._changes: dict[int, ChangeRecord] = {}
        self._looks: dict[int, int] = {}  # at which each was as it was
        self.watch(changes)

    def __bool__(self) -> bool:
        return bool(self._changes)

    @property
    def oldest(self) -> int:
        return min(self._changes)

    def watch(self, changes: Iterable[ChangeRecord]) -> None:
        for change in changes:
            self._changes[change.number], self._looks[change.number] = change, 0

    def changed(self, now: Sequence[ChangeRecord]) -> list[ChangeRecord]:
        """Returns those that have grown, the oldest first, and watches no longer those that are steady."""
        grown = []
        for change in reversed(now):
            if (before := self._changes.get(change.number)) is None:
                continue
            self._looks[change.number] += 1
            if change.changed != before.changed:
                grown.append(change)
            elif self._looks[change.number] >= STEADY_LOOKS:
                del self._changes[change.number]
        for gone in self._changes.keys() - {change.number for change in now}:
            del self._changes[gone]  # which was pruned
        return grown
