"""Looks at the times of folders now and then, since network file systems send no events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.events import Events, PhotosArrived
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import files, folders
from photos_graph.graph.library.files import PendingFile, Signature
from photos_graph.jobs.queue import Jobs
from photos_graph.library.walking import DirectoryRules, FoundFolder, KnownFolder, walk
from photos_graph.model.library import Root, RootState
from photos_graph.services.scan.reading import look
from photos_graph.services.scan.roots import refreshed

log = logging.getLogger(__name__)

MAX_PENDING = 1000  # pending files of a root that are looked at: a scan reads the others with them
Looks = dict[str, tuple[Signature, Signature]]  # by file id: as the last scan saw it, and as it is now


class Waiting:
    """What polls know of files that a scan left to be read, since they were being written longer than it waits.

    A scan is due when two polls in a row see the same of such a file, and then no more until that changes: what one
    scan cannot read the next cannot either.
    """

    def __init__(self) -> None:
        self._seen: Looks = {}
        self._asked: set[str] = set()

    def due(self, looks: Looks) -> bool:
        return any(self._seen.get(id_) == seen and id_ not in self._asked for id_, seen in looks.items())

    def note(self, looks: Looks) -> None:
        """These were seen, and where a scan was due, it was asked for."""
        self._asked = {id_ for id_, seen in looks.items() if self._seen.get(id_) == seen}
        self._seen = looks


async def poll(
    graph: Graph, jobs: Jobs, rules: DirectoryRules, waiting: Waiting | None = None, events: Events | None = None
) -> None:
    """One look at every root: those that went away are OFFLINE, those that changed get a quick scan, all the same one
    so that files moved between them are seen as moved. PhotosArrived is published where one is ONLINE again."""
    waiting = waiting or Waiting()
    is_back = False
    changed: list[str] = []
    looks: dict[str, Looks] = {}
    for root in await folders.roots(graph):
        now = await refreshed(root)
        if now != root:
            await folders.set_root_state(graph, now)
        is_back = is_back or (root.state is RootState.OFFLINE and now.state is RootState.ONLINE)
        if now.state is RootState.OFFLINE:
            continue
        records = await folders.folders_of(graph, root.id)
        known = {r.raw: KnownFolder(r.key[len(root.id) + 1 :], r.mtime_ns) for r in records if not r.missing}
        if await asyncio.to_thread(_changed, now, rules, known):
            changed.append(root.id)
        pending = await files.pending_files(graph, root.id, "", MAX_PENDING, (0, 2**31))
        looks[root.id] = await asyncio.to_thread(_looks, now, rules, pending)
    # A scan that runs writes the times of folders, and reads what is pending: until then all that it looks at is news.
    if not await jobs.scanning():
        due = [root_id for root_id, each in looks.items() if root_id in changed or waiting.due(each)]
        if due:
            await jobs.scan(*due, quick=True)
        waiting.note({id_: seen for each in looks.values() for id_, seen in each.items()})
    if is_back and events is not None:
        await events.publish(PhotosArrived())


def _changed(root: Root, rules: DirectoryRules, known: dict[bytes, KnownFolder]) -> bool:
    """Whether a folder has another time than the last scan found. One that came or went shows in the one above it."""
    return any(isinstance(found, FoundFolder) and found.listed for found in walk(root.raw_path, rules, known))


def _looks(root: Root, rules: DirectoryRules, pending: Sequence[PendingFile]) -> Looks:
    """Of those that are there; one that is gone shows in its folder."""
    found = ((file.record, look(root, file, rules.follow_symlinks)) for file in pending)
    return {record.id: (record.signature, now.record.signature) for record, now in found if now}


async def keep_polling(
    graph: Graph, jobs: Jobs, rules: DirectoryRules, seconds: float, events: Events | None = None
) -> None:
    waiting = Waiting()
    while True:
        await asyncio.sleep(seconds)
        try:
            await poll(graph, jobs, rules, waiting, events)
        except EngineUnavailable:
            log.warning("The graph engine does not answer. Folders are checked again in %g s.", seconds)
        except PhotosGraphError as error:
            log.warning("Folders could not be checked: %s", error.public_message)
