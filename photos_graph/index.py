"""Keeps the search index in step with the graph: after every write here, and with what other processes commit.

The index never applies what a writer thinks it did: it reads the touched rows again from the graph.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pyroaring import BitMap

from photos_graph.errors import EngineUnavailable
from photos_graph.graph import postings
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.feed import Touched
from photos_graph.graph.labels import label_postings
from photos_graph.memory import give_back, settle, uncollected
from photos_graph.model import Tag
from photos_graph.search import snapshot
from photos_graph.search.differences import Differences, differences
from photos_graph.search.index import SearchIndex
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 500  # changes read
WHOLE = 20_000  # touched photos above which reading them all is quicker than reading those one by one


class Index:
    """``search`` answers; ``load`` once before it is asked; ``catch_up`` after every write."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self.search = SearchIndex()
        self.ready = False
        self._graph = graph
        self._settings = settings.search
        self._folder = settings.data_dir
        self._lock = asyncio.Lock()
        self._saving = asyncio.Lock()
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
                if not await self._follow(self.search):
                    found = None
            if found is None:
                await self._rebuild()
            await asyncio.to_thread(self.search.prepare)
            await asyncio.to_thread(settle)
        self.ready = True

    def start(self) -> None:
        """Follows other processes, and saves a snapshot now and then."""
        self._tasks = [
            asyncio.create_task(self._keep_up(), name="index follower"),
            asyncio.create_task(self._keep_saved(), name="index snapshots"),
        ]

    async def close(self) -> None:
        async with self._saving:  # a thread that writes goes on when its task is cancelled, and there may be one writer
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
            if not await self._follow(self.search):
                await self._rebuild()
                await asyncio.to_thread(settle)

    async def save(self) -> None:
        if self._snapshot is None or self.search.seq == self._saved_seq:
            return
        async with self._lock:
            seq, captured = self.search.seq, snapshot.capture(self.search)
        try:
            async with self._saving:
                await asyncio.to_thread(snapshot.write, captured, self._snapshot)
        except OSError as error:
            log.warning("The index could not be saved to %s: %s.", self._snapshot, error.strerror)
        else:
            self._saved_seq = seq
        del captured
        await asyncio.to_thread(give_back)

    def _forget_saved(self) -> None:
        """What was saved holds changes that were taken back, whose numbers will be given out again."""
        self._saved_seq = -1
        if self._snapshot is not None:
            with contextlib.suppress(OSError):
                self._snapshot.unlink(missing_ok=True)

    async def _follow(self, search: SearchIndex) -> bool:
        """Applies the feed. False when it no longer reaches back to where the index stands."""
        head = await feed.head(self._graph)
        if search.seq > head:
            self._forget_saved()  # the graph was set back, from a backup say
            return False
        while search.seq < head:
            last = min(head, search.seq + AT_ONCE)
            changes = await feed.since(self._graph, search.seq, last)
            if len(changes) < last - search.seq:
                return False
            if len({number for change in changes for number in change.photos}) > WHOLE:
                return False
            await self._apply(search, changes)
            search.seq = last
        return True

    async def _apply(self, search: SearchIndex, changes: Sequence[Touched]) -> None:
        # All reads first: between two awaits somebody may ask, and must see whole rows.
        graph = self._graph
        numbers = _all(change.photos for change in changes)
        folder_ids = _all(change.folders for change in changes)
        tag_ids = _all(change.tags for change in changes)
        person_ids = _all(change.persons for change in changes)
        folders = await postings.folder_rows(graph, folder_ids) if folder_ids else []
        marks = await label_postings.folder_marks(graph, folder_ids) if folder_ids else []
        tags = await label_postings.tag_rows(graph, tag_ids) if tag_ids else []
        persons = await label_postings.person_rows(graph, person_ids) if person_ids else []
        rows = await postings.photo_rows(graph, numbers) if numbers else []
        unknown = sorted({place for row in rows for place in row.places if search.places.get(place) is None})
        places = await postings.place_rows(graph, unknown) if unknown else []
        labelled = BitMap(chain(numbers, *(change.labelled for change in changes)))
        labelled |= BitMap(await label_postings.scored(graph, _thresholds_moved(search, tags)))
        few = len(labelled) <= max(WHOLE, len(search) // 8)
        label_rows = await (
            label_postings.labels_of(graph, list(labelled)) if few else label_postings.all_labels(graph)
        )

        search.apply_folders(folders, set(folder_ids) - {row.id for row in folders})
        search.apply_tags(tags, set(tag_ids) - {row.id for row in tags})
        search.apply_persons(persons, set(person_ids) - {row.id for row in persons})
        search.apply_marks(marks)
        search.apply_places(places)
        search.apply_photos(rows, set(numbers) - {row.number for row in rows})
        search.apply_labels(label_rows, labelled if few else None)

    async def differing(self) -> Differences:
        """What the index knows else than the graph does; there should be nothing."""
        async with self._lock:
            fresh = await self._read_whole()
            # What is committed meanwhile is no difference: both have to stand for the same change, and that the last.
            while not self.search.seq == fresh.seq == await feed.head(self._graph):
                if not await self._follow(self.search):
                    await self._rebuild()
                if not await self._follow(fresh):
                    fresh = await self._read_whole()
            return await asyncio.to_thread(differences, self.search, fresh)

    async def _rebuild(self) -> None:
        """A new index from the whole graph; the old one answers until it is done."""
        with uncollected():
            self.search = await self._read_whole()

    async def _read_whole(self) -> SearchIndex:
        fresh = SearchIndex()
        # Asked first: what is committed while we read is read again by its number.
        fresh.seq = await feed.head(self._graph)
        fresh.apply_folders(await postings.folder_rows(self._graph))
        fresh.apply_places(await postings.place_rows(self._graph))
        fresh.apply_tags(await label_postings.tag_rows(self._graph))
        fresh.apply_persons(await label_postings.person_rows(self._graph))
        fresh.apply_marks(await label_postings.folder_marks(self._graph))
        for first in range(0, await postings.last_number(self._graph), postings.BLOCK):
            # On a thread, since nobody sees it yet and who asks for anything else should not wait.
            await asyncio.to_thread(fresh.apply_photos, await postings.photo_block(self._graph, first))
        fresh.apply_labels(await label_postings.all_labels(self._graph), None)
        return fresh

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(self._settings.follow_seconds)
            await _survived(self.catch_up)

    async def _keep_saved(self) -> None:
        while True:
            await asyncio.sleep(self._settings.snapshot_seconds)
            await _survived(self.save)


def _thresholds_moved(search: SearchIndex, rows: Iterable[Tag]) -> list[str]:
    """The tags of which other predictions count than the index has."""
    known = {row.id: search.tags.get(row.id) for row in rows}
    return [row.id for row in rows if row.threshold != (before.threshold if (before := known[row.id]) else None)]


async def _survived(work: Callable[[], Awaitable[None]]) -> None:
    """What goes wrong once must not end what goes on for as long as the service does."""
    try:
        await work()
    except EngineUnavailable:
        pass
    except Exception:
        log.exception("The index could not be updated. The update is tried again.")


def _all(parts: Iterable[Iterable[T]]) -> list[T]:
    """Each once, in the order in which it was first met."""
    return list(dict.fromkeys(chain.from_iterable(parts)))


def _load(path: Path) -> SearchIndex | None:
    try:
        return snapshot.load(path)
    except snapshot.BadSnapshot as error:
        if path.exists():
            log.warning("The saved index cannot be used and is built again: %s", error)
        return None
