"""Keeps the search index in step with the graph, after every write of this process and of others.

The index does not apply the changes of a writer directly. It reads the rows that the writer touched from the graph.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol, TypeVar

from pyroaring import BitMap

from photos_graph.array_files import Damaged, stamp
from photos_graph.errors import EngineUnavailable
from photos_graph.graph import postings
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.feed import Touched
from photos_graph.graph.labels import album_entries, albums, label_postings
from photos_graph.memory import give_back, settle, uncollected
from photos_graph.model.albums import Album
from photos_graph.model.labels import Tag
from photos_graph.search import snapshot
from photos_graph.search.content_sets import ContentFile
from photos_graph.search.differences import Differences, differences
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.rows import PlacedPhotos
from photos_graph.search.smart_albums import SmartAlbums
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH_SIZE = 500  # changes of the feed read at a time
MAX_TOUCHED = 20_000  # touched photos; if there are more, reading all photos is faster than reading these one by one


@dataclass(frozen=True, slots=True)
class Touch:
    """What commits have touched: photos, by number, with their faces, and persons, by id. None stands for all.
    ``arrived`` are the ids of photos that became visible, and ``left`` those of photos that are visible no longer."""

    photos: BitMap | None
    persons: frozenset[str] | None
    arrived: Sequence[str] = ()
    left: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _ChangedAlbums:
    """Albums as they are now, the ids of those that are gone, and the places of the ``touched`` photos, or of all
    photos if that is None."""

    rows: list[Album]
    gone: frozenset[str]
    placed: dict[str, PlacedPhotos]
    touched: BitMap | None


class SeenIndex(Protocol):
    """What those who ask need of an index: all of it, or the part that somebody may see."""

    @property
    def search(self) -> SearchIndex: ...
    @property
    def customs(self) -> Customs: ...

    def subscribe(self, listener: Callable[[Touch], None]) -> None: ...


class Index:
    """Keeps ``search`` in step with the graph. Call ``load`` once at the start, and ``catch_up`` after every write.
    ``customs`` are the languages in which the owner's questions are read."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self.customs = Customs.of(settings.search)
        self.search = SmartAlbums.attach(SearchIndex(), self.customs)
        self.ready = False
        self._graph = graph
        self._settings = settings.search
        self._content_file = settings.content_file
        self._content: ContentFile | None = None
        self._content_stamp: tuple[int, int] | None = None
        self._vectors_file = settings.vectors_file
        self._folder = settings.data_dir
        self._lock = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._saved_seq = -1
        self._tasks: list[asyncio.Task[None]] = []
        self._snapshot: Path | None = None
        self._listeners: list[Callable[[Touch], None]] = []

    def subscribe(self, listener: Callable[[Touch], None]) -> None:
        """Calls ``listener`` whenever the index has read what was touched, before the mutation that did it answers."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[Touch], None]) -> None:
        self._listeners.remove(listener)

    async def load(self) -> None:
        """Loads the snapshot and applies the changes since, or reads the whole graph if there is no usable snapshot."""
        self._snapshot = self._folder / f"index-{(await feed.identity(self._graph))[:12]}.safetensors"
        async with self._lock:
            found = await asyncio.to_thread(_load, self._snapshot)
            if found is not None:
                self.search, self._saved_seq = SmartAlbums.attach(found, self.customs), found.seq
                if not await self._follow(self.search):
                    found = None
            if found is None:
                await self._rebuild()
            await asyncio.to_thread(self.search.prepare)
            await self.see_content()
            await asyncio.to_thread(settle)
        self.ready = True

    def start(self) -> None:
        """Starts to follow other processes and to save a snapshot at intervals."""
        self._tasks = [
            asyncio.create_task(self._follow_others(), name="index follower"),
            asyncio.create_task(self._save_snapshots(), name="index snapshots"),
            asyncio.create_task(asyncio.to_thread(self.customs.prepare), name="holidays"),
        ]

    async def close(self) -> None:
        """Stops following and saves a last snapshot."""
        async with self._saving:  # cancelling the task would not stop its writing thread, and only one may write
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.ready:
            await self.save()

    async def catch_up(self) -> None:
        """Brings the index up to date with everything that was committed before the call."""
        if not self.ready:
            return
        async with self._graph.limited(), self._lock:  # a job may hold the lock, and wait for the engine
            if not await self._follow(self.search):
                await self._rebuild()
                await asyncio.to_thread(settle)

    async def sort_map(self) -> None:
        """Sorts the photos along the curve of the map in a thread, so that the first map does not have to wait for it.
        Changes wait, and questions do not."""
        async with self._lock:
            self.search.map = await asyncio.to_thread(self.search.sorted_map)

    async def see_content(self) -> None:
        """Reads what photos look like, if the files of it have changed."""
        # Only a worker reads the vectors of an image-text model. What it found before does not count for new ones.
        self.search.sets.looks.use(stamp(self._vectors_file) if self._vectors_file is not None else None)
        path = self._content_file
        if path is None or (seen := stamp(path)) == self._content_stamp:
            return
        self._content_stamp = seen
        self._content = await asyncio.to_thread(_open_content, path) if seen else None
        self.search.sets.content.use(self._content)
        self.search.sets.albums.forget_found()

    async def save(self) -> None:
        """Saves a snapshot if the index, or what is kept with it, has changed since the last one."""
        if self._snapshot is None or (self.search.seq == self._saved_seq and self.search.person_faces.is_saved):
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

    def _discard_snapshot(self) -> None:
        """Deletes the snapshot. It holds changes that were reverted, and their numbers will be used again."""
        self._saved_seq = -1
        if self._snapshot is not None:
            with contextlib.suppress(OSError):
                self._snapshot.unlink(missing_ok=True)

    async def _follow(self, search: SearchIndex) -> bool:
        """Applies the feed. Returns False if the index has to be rebuilt, because the feed no longer reaches back far
        enough or too much has changed."""
        head = await feed.head(self._graph)
        if search.seq > head:
            self._discard_snapshot()  # the graph was restored from a backup
            return False
        while search.seq < head:
            last = min(head, search.seq + BATCH_SIZE)
            changes = await feed.since(self._graph, search.seq, last)
            if len(changes) < last - search.seq:
                return False
            if len({number for change in changes for number in change.photos}) > MAX_TOUCHED:
                return False
            await self._apply(search, changes)
            search.seq = last
        return True

    async def _apply(self, search: SearchIndex, changes: Sequence[Touched]) -> None:
        # All reads come first: a query may run between two awaits and must see complete rows.
        graph = self._graph
        numbers = _unique(change.photos for change in changes)
        folder_ids = _unique(change.folders for change in changes)
        tag_ids = _unique(change.tags for change in changes)
        person_ids = _unique(change.persons for change in changes)
        folders = await postings.folder_rows(graph, folder_ids) if folder_ids else []
        marks = await label_postings.folder_marks(graph, folder_ids) if folder_ids else []
        tags = await label_postings.tag_rows(graph, tag_ids) if tag_ids else []
        persons = await label_postings.person_rows(graph, person_ids) if person_ids else []
        rows = await postings.photo_rows(graph, numbers) if numbers else []
        unknown = sorted({place_id for row in rows for place_id in row.places if search.places.get(place_id) is None})
        places = await postings.place_rows(graph, unknown) if unknown else []
        labelled = BitMap(chain(numbers, *(change.labelled for change in changes)))
        labelled |= BitMap(await label_postings.scored(graph, _changed_thresholds(search, tags)))
        is_partial = len(labelled) <= max(MAX_TOUCHED, len(search) // 8)
        label_rows = await (
            label_postings.labels_of(graph, list(labelled)) if is_partial else label_postings.all_labels(graph)
        )
        in_albums = await self._albums(changes)

        persons_before = _shown(search, labelled)
        read = BitMap(numbers)
        visible_before = search.sets.visible & read
        search.apply_folders(folders, set(folder_ids) - {row.id for row in folders})
        search.apply_tags(tags, set(tag_ids) - {row.id for row in tags})
        search.apply_persons(persons, set(person_ids) - {row.id for row in persons})
        search.apply_marks(marks)
        search.apply_places(places)
        search.apply_photos(rows, set(numbers) - {row.number for row in rows})
        search.apply_labels(label_rows, labelled if is_partial else None)
        if in_albums is not None:
            search.apply_albums(in_albums.rows, in_albums.gone)
            search.apply_placed(in_albums.placed, in_albums.touched)
        if search is self.search:
            known = persons_before.union(_shown(search, labelled), person_ids) if is_partial else None
            visible = search.sets.visible & read
            arrived, left = search.photo_ids(visible - visible_before), search.photo_ids(visible_before - visible)
            touched = labelled if is_partial else None
            search.person_faces.touch(known, touched)
            self._tell(Touch(touched, known, arrived, left))

    async def _albums(self, changes: Sequence[Touched]) -> _ChangedAlbums | None:
        """Reads the albums that were touched, and the places of touched photos in them."""
        of_albums = [change for change in changes if change.albums]
        if not of_albums:
            return None
        ids = _unique(change.albums for change in of_albums)
        rows = await albums.rows(self._graph, ids)
        touched = BitMap(chain.from_iterable((*change.photos, *change.labelled) for change in of_albums))
        is_partial = len(touched) <= MAX_TOUCHED
        placed = await album_entries.placed(self._graph, list(touched) if is_partial else None)
        gone = frozenset(ids) - {row.id for row in rows}
        return _ChangedAlbums(rows, gone, placed, touched if is_partial else None)

    async def differing(self) -> Differences:
        """Compares the index with the graph, from which it should not differ."""
        async with self._lock:
            rebuilt = await self._read_whole()
            # Commits during the comparison must not count as differences, so both are brought to the newest change.
            while not self.search.seq == rebuilt.seq == await feed.head(self._graph):
                if not await self._follow(self.search):
                    await self._rebuild()
                if not await self._follow(rebuilt):
                    rebuilt = await self._read_whole()
            return await asyncio.to_thread(differences, self.search, rebuilt)

    async def _rebuild(self) -> None:
        """Builds a new index from the whole graph. The old one answers queries in the meantime."""
        with uncollected():
            rebuilt = await self._read_whole()
            rebuilt.sets.content.use(self._content)
            rebuilt.sets.looks.take_over(self.search.sets.looks)
            before, self.search = self.search, rebuilt
            self._tell(_whole(before, rebuilt) if self.ready else Touch(None, None))

    def _tell(self, touch: Touch) -> None:
        for listener in self._listeners:
            listener(touch)

    async def _read_whole(self) -> SearchIndex:
        rebuilt = SmartAlbums.attach(SearchIndex(), self.customs)
        # The head is read first, so that commits during the reading are applied again from the feed.
        rebuilt.seq = await feed.head(self._graph)
        rebuilt.apply_folders(await postings.folder_rows(self._graph))
        rebuilt.apply_places(await postings.place_rows(self._graph))
        rebuilt.apply_tags(await label_postings.tag_rows(self._graph))
        rebuilt.apply_persons(await label_postings.person_rows(self._graph))
        rebuilt.apply_marks(await label_postings.folder_marks(self._graph))
        async with contextlib.aclosing(postings.all_photos(self._graph)) as portions:
            async for rows in portions:
                # A thread is safe because no query uses this index yet, and other requests need not wait.
                await asyncio.to_thread(rebuilt.apply_photos, rows)
        rebuilt.apply_labels(await label_postings.all_labels(self._graph), None)
        rebuilt.apply_albums(await albums.rows(self._graph))
        rebuilt.apply_placed(await album_entries.placed(self._graph), None)
        return rebuilt

    async def _follow_others(self) -> None:
        while True:
            await asyncio.sleep(self._settings.follow_seconds)
            await _log_errors(self.catch_up)
            await _log_errors(self.see_content)

    async def _save_snapshots(self) -> None:
        while True:
            await asyncio.sleep(self._settings.snapshot_seconds)
            await _log_errors(self.save)


def _whole(before: SearchIndex, now: SearchIndex) -> Touch:
    """Returns what an index that was built again has touched: everything."""
    arrived = now.photo_ids(now.sets.visible - before.sets.visible)
    return Touch(None, None, arrived, before.photo_ids(before.sets.visible - now.sets.visible))


def _shown(search: SearchIndex, numbers: BitMap) -> frozenset[str]:
    """Returns the ids of the persons whom one of these photos shows, by any label."""
    labels = search.sets.labels
    kinds = (labels.persons, labels.persons_predicted)
    return frozenset(id_ for sets in kinds for id_, photos in sets.items() if photos.intersect(numbers))


def _changed_thresholds(search: SearchIndex, rows: Iterable[Tag]) -> list[str]:
    """Returns the ids of the tags whose threshold differs from the one in the index."""
    known = {row.id: search.tags.get(row.id) for row in rows}
    return [row.id for row in rows if row.threshold != (before.threshold if (before := known[row.id]) else None)]


async def _log_errors(work: Callable[[], Awaitable[None]]) -> None:
    """Logs an error of ``work``, so that the loop around it continues."""
    try:
        await work()
    except EngineUnavailable:
        pass
    except Exception:
        log.exception("The index could not be updated. The update is tried again.")


def _unique(parts: Iterable[Iterable[T]]) -> list[T]:
    """Returns the distinct items of all parts in the order of their first occurrence."""
    return list(dict.fromkeys(chain.from_iterable(parts)))


def _open_content(path: Path) -> ContentFile | None:
    try:
        return ContentFile(path)
    except Damaged as error:
        log.warning("What photos look like is computed again by the next scan: %s", error)
        return None


def _load(path: Path) -> SearchIndex | None:
    try:
        return snapshot.load(path)
    except snapshot.BadSnapshot as error:
        if path.exists():
            log.warning("The saved index cannot be used and is built again: %s", error)
        return None
