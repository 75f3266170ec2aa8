"""Looks at the times of folders regularly, because network file systems send no events."""

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
    graph: Graph, jobs: Jobs, rules: DirectoryRules, waiting: Waiting | None = None, events: Events | None = None
) -> None:
    """Looks once at every root. Roots that are away become OFFLINE. Roots that changed get one quick scan together, so
    that files that moved between them are recognised. PhotosArrived is published if a root is ONLINE again."""
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
        known = {
            r.raw: KnownFolder(r.key[len(root.id) + 1 :], r.mtime_ns, r.ignore_stamp) for r in records if not r.missing
        }
        if await asyncio.to_thread(_changed, now, rules, known):
            changed.append(root.id)
        pending = await files.pending_files(graph, root.id, "", MAX_PENDING, (0, 2**31))
        looks[root.id] = await asyncio.to_thread(_looks, now, rules, pending)
    # A running scan writes the times of folders and reads pending files; until it is done, all of them look changed.
    if not await jobs.scanning():
        due = [root_id for root_id, each in looks.items() if root_id in changed or waiting.due(each)]
        if due:
            await jobs.scan(*due, quick=True)
        waiting.note({id_: seen for each in looks.values() for id_, seen in each.items()})
    if is_back and events is not None:
        await events.publish(PhotosArrived())


def _changed(root: Root, rules: DirectoryRules, known: dict[bytes, KnownFolder]) -> bool:
    """Returns whether a folder has another time than at the last scan. A folder that was added or removed changes the
    time of its parent."""
    return any(isinstance(found, FoundFolder) and found.listed for found in walk(root.raw_path, rules, known))


def _looks(root: Root, rules: DirectoryRules, pending: Sequence[PendingFile]) -> Looks:
    """Returns the state of the files that are there. A file that is gone changes the time of its folder."""
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
