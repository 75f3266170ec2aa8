"""Looks at the times of folders: regularly, or when the system tells that something changed (``watches``)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import closing

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.events import Events, PhotosArrived
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import files, folders
from photos_graph.graph.library.files import PendingFile, Signature
from photos_graph.jobs.queue import Jobs
from photos_graph.library.folder_watch import FolderWatch
from photos_graph.library.walking import DirectoryRules, FoundFolder, KnownFolder, walk
from photos_graph.model.library import Root, RootState
from photos_graph.services.scan.reading import look
from photos_graph.services.scan.roots import refreshed
from photos_graph.services.scan.watches import Watches
from photos_graph.setting_groups import LibrarySettings

log = logging.getLogger(__name__)

MAX_PENDING = 1000  # of a root that are examined; a scan reads the others with them
Looks = dict[str, tuple[Signature, Signature]]  # by file id: at the last scan, and now


class Waiting:
    """What polls know about files that a scan did not read because they were still being written.

    A scan is due when two polls in a row see the same state of such a file, and then not again until the state changes:
    what one scan cannot read, the next cannot read either.
    """

    def __init__(self) -> None:
        self._seen: Looks = {}
        self._asked: set[str] = set()

    def due(self, looks: Looks) -> bool:
        return any(self._seen.get(id_) == seen and id_ not in self._asked for id_, seen in looks.items())

    def note(self, looks: Looks) -> None:
        """Records that these were seen and, where a scan was due, that it was queued."""
        self._asked = {id_ for id_, seen in looks.items() if self._seen.get(id_) == seen}
        self._seen = looks


async def poll(
    graph: Graph,
    jobs: Jobs,
    rules: DirectoryRules,
    waiting: Waiting | None = None,
    events: Events | None = None,
    watches: Watches | None = None,
) -> None:
    """Looks once at every root that is due, which all are without ``watches``. Roots that are away become OFFLINE.
    Roots that changed get one quick scan together, so that files that moved between them are recognised. PhotosArrived
    is published if a root is ONLINE again."""
    waiting = waiting or Waiting()
    is_back = False
    changed: list[str] = []
    looks: dict[str, Looks] = {}
    roots = await folders.roots(graph)
    if watches is not None:
        watches.keep({root.id for root in roots})
    for root in roots:
        is_due = watches is None or await watches.is_due(root)
        if watches is not None and not (is_due or watches.round):
            continue
        now = await refreshed(root)
        if now != root:
            await folders.set_root_state(graph, now)
        is_back = is_back or (root.state is RootState.OFFLINE and now.state is RootState.ONLINE)
        if now.state is RootState.OFFLINE:
            if watches is not None:
                watches.end(root.id)
            continue
        if is_due and await _walked(graph, jobs, rules, now, watches):
            changed.append(root.id)
        if watches is None or watches.round:
            pending = await files.pending_files(graph, root.id, "", MAX_PENDING, (0, 2**31))
            looks[root.id] = await asyncio.to_thread(_looks, now, rules, pending)
    # A running scan writes the times of folders and reads pending files; until it is done, all of them look changed.
    if not await jobs.scanning():
        due = [root.id for root in roots if root.id in changed or waiting.due(looks.get(root.id, {}))]
        if due:
            await jobs.scan(*due, quick=True)
        if watches is None or watches.round:
            waiting.note({id_: seen for each in looks.values() for id_, seen in each.items()})
    elif watches is not None:
        for root_id in changed:
            watches.postpone(root_id)
    if is_back and events is not None:
        await events.publish(PhotosArrived())


async def _walked(graph: Graph, jobs: Jobs, rules: DirectoryRules, root: Root, watches: Watches | None) -> bool:
    """Looks at all folders of a root, unless a scan does that now, and returns whether one has changed."""
    if watches is not None and await jobs.scanning():
        watches.postpone(root.id)
        return False
    records = await folders.folders_of(graph, root.id)
    known = {
        r.raw: KnownFolder(r.key[len(root.id) + 1 :], r.mtime_ns, r.ignore_stamp) for r in records if not r.missing
    }
    if watches is None:
        return await asyncio.to_thread(_changed, root, rules, known, None)
    watch = await watches.begin(root, len(known))
    has_changed = await asyncio.to_thread(_changed, root, rules, known, watch)
    watches.walked(root)
    return has_changed


def _changed(root: Root, rules: DirectoryRules, known: dict[bytes, KnownFolder], watch: FolderWatch | None) -> bool:
    """Returns whether a folder has another time than at the last scan. A folder that was added or removed changes the
    time of its parent.

    With ``watch``, all folders are watched afterwards, before the scan that this look may lead to lists them. Therefore
    nothing is missed that comes into a new folder.
    """
    found = (each for each in walk(root.raw_path, rules, known) if isinstance(each, FoundFolder))
    if watch is None:
        return any(folder.listed for folder in found)
    has_changed = False
    for folder in found:
        has_changed = has_changed or folder.listed
        was = known.get(folder.relative)
        stamp = folder.ignore_stamp if folder.listed or was is None else was.ignore_stamp
        watch.add(root.raw_path, folder.relative, has_ignore_file=bool(stamp))
    return has_changed


def _looks(root: Root, rules: DirectoryRules, pending: Sequence[PendingFile]) -> Looks:
    """Returns the state of the files that are there. A file that is gone changes the time of its folder."""
    found = ((file.record, look(root, file, rules.follow_symlinks)) for file in pending)
    return {record.id: (record.signature, now.record.signature) for record, now in found if now}


async def keep_polling(
    graph: Graph, jobs: Jobs, rules: DirectoryRules, library: LibrarySettings, events: Events | None = None
) -> None:
    waiting, watches = Waiting(), Watches(library)
    with closing(watches):
        while True:
            await watches.wait()
            try:
                await poll(graph, jobs, rules, waiting, events, watches)
            except PhotosGraphError as error:
                watches.close()  # what they told may be lost
                if isinstance(error, EngineUnavailable):
                    wait = library.poll_seconds
                    log.warning("The graph engine does not answer. Folders are checked again in %g s.", wait)
                else:
                    log.warning("Folders could not be checked: %s", error.public_message)
