"""Keeps the search index in step with the graph: after every write here, and with what other processes commit.

The index never applies what a writer thinks it did: it reads the touched rows again from the graph.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from photos_graph.errors import EngineUnavailable
from photos_graph.graph import feed, postings
from photos_graph.graph.connection import Graph
from photos_graph.graph.feed import Touched
from photos_graph.search import snapshot
from photos_graph.search.compare import differing
from photos_graph.search.index import SearchIndex
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

WHOLE = 20_000  # touched photos above which reading the whole library is quicker than reading them one by one


class Index:
    """``search`` answers; ``load`` once before it is asked; ``catch_up`` after every write."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self.search = SearchIndex()
        self.ready = False
        self._graph = graph
        self._settings = settings.search
        self._folder = settings.data_dir
        self._lock = asyncio.Lock()
        self._saved_seq = -1
        self._tasks: list[asyncio.Task[None]] = []
        self._snapshot: Path | None = None

    async def load(self) -> None:
        """From the snapshot and what changed since; from the graph when there is none that serves."""
        self._snapshot = self._folder / f"index-{(await feed.identity(self._graph))[:12]}.npz"
        async with self._lock:
            found = await asyncio.to_thread(_load, self._snapshot)
            if found is not None:
                self.search, self._saved_seq = found, found.seq
                if not await self._follow():
                    found = None
            if found is None:
                await self._rebuild()
            await asyncio.to_thread(self.search.prepare)
        self.ready = True

    def start(self) -> None:
        """Follows other processes, and saves a snapshot now and then."""
        self._tasks = [
            asyncio.create_task(self._keep_up(), name="index follower"),
            asyncio.create_task(self._keep_saved(), name="index snapshots"),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.ready:
            await self.save()

    async def catch_up(self) -> None:
        """Afterwards the index holds all that was committed before the call."""
        if not self.ready:
            return
        async with self._lock:
            if not await self._follow():
                await self._rebuild()

    async def save(self) -> None:
        if self._snapshot is None or self.search.seq == self._saved_seq:
            return
        async with self._lock:
            seq, captured = self.search.seq, snapshot.capture(self.search)
        try:
            await asyncio.to_thread(snapshot.write, captured, self._snapshot)
        except OSError as error:
            log.warning("the index could not be saved to %s: %s", self._snapshot, error.strerror)
        else:
            self._saved_seq = seq

    async def _follow(self) -> bool:
        """Applies the feed. False when it no longer reaches back to where the index stands."""
        search = self.search
        if search.seq > await feed.head(self._graph):
            return False  # the graph was set back, from a backup say
        while changes := await feed.since(self._graph, search.seq):
            if changes[0].seq != search.seq + 1 or changes[-1].seq - search.seq != len(changes):
                return False
            numbers = sorted(set(chain.from_iterable(change.photos for change in changes)))
            if len(numbers) > WHOLE:
                return False
            await self._apply(numbers, changes)
            search.seq = changes[-1].seq
        return True

    async def _apply(self, numbers: Sequence[int], changes: Sequence[Touched]) -> None:
        # All reads first: between two awaits somebody may ask, and must see whole rows.
        folder_ids = sorted(set(chain.from_iterable(change.folders for change in changes)))
        folders = await postings.folder_rows(self._graph, folder_ids) if folder_ids else []
        rows = await postings.photo_rows(self._graph, numbers) if numbers else []
        unknown = sorted({place for row in rows for place in row.places if self.search.places.get(place) is None})
        places = await postings.place_rows(self._graph, unknown) if unknown else []
        self.search.apply_folders(folders, set(folder_ids) - {row.id for row in folders})
        self.search.apply_places(places)
        self.search.apply_photos(rows, set(numbers) - {row.number for row in rows})

    async def differing(self) -> list[int]:
        """Numbers of photos of which the index knows something else than the graph; there should be none."""
        await self.catch_up()
        async with self._lock:
            return await asyncio.to_thread(differing, self.search, await self._read_whole())

    async def _rebuild(self) -> None:
        """A new index from the whole graph; the old one answers until it is done."""
        self.search = await self._read_whole()

    async def _read_whole(self) -> SearchIndex:
        fresh = SearchIndex()
        # Asked first: what is committed while we read is read again by its number.
        fresh.seq = await feed.head(self._graph)
        fresh.apply_folders(await postings.folder_rows(self._graph))
        fresh.apply_places(await postings.place_rows(self._graph))
        for first in range(0, await postings.last_number(self._graph), postings.BLOCK):
            # On a thread, since nobody sees it yet and who asks for anything else should not wait.
            await asyncio.to_thread(fresh.apply_photos, await postings.photo_block(self._graph, first))
        return fresh

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(self._settings.follow_seconds)
            with contextlib.suppress(EngineUnavailable):
                await self.catch_up()

    async def _keep_saved(self) -> None:
        while True:
            await asyncio.sleep(self._settings.snapshot_seconds)
            await self.save()


def _load(path: Path) -> SearchIndex | None:
    try:
        return snapshot.load(path)
    except snapshot.BadSnapshot as error:
        if path.exists():
            log.warning("the saved index is not used, a new one is made: %s", error)
        return None
