"""The scan job: each root on disk is compared with the graph, read, and judged."""

from __future__ import annotations

from dataclasses import replace

from photos_graph.errors import Conflict, NotFound, RootOffline
from photos_graph.graph import files, folders
from photos_graph.graph.connection import Graph
from photos_graph.graph.files import FileRecord
from photos_graph.images.cache import RenditionCache
from photos_graph.images.formats import EXTENSIONS
from photos_graph.images.workers import WorkerPool
from photos_graph.library.places import Gazetteer
from photos_graph.library.walk import Rules
from photos_graph.model import Job, Root, RootState
from photos_graph.services.comparing import Comparison
from photos_graph.services.index import Index
from photos_graph.services.progress import Progress
from photos_graph.services.reading import Reading
from photos_graph.services.roots import refreshed
from photos_graph.settings import Settings


def rules(settings: Settings) -> Rules:
    library = settings.library
    return Rules(EXTENSIONS, frozenset(library.skip_folders), library.follow_symlinks)


class Scan:
    """Job arguments: ``root`` and ``folder`` (ids; neither: all roots), ``quick`` and ``acceptMissing`` ("1")."""

    def __init__(
        self,
        graph: Graph,
        pool: WorkerPool,
        cache: RenditionCache,
        gazetteer: Gazetteer,
        index: Index,
        settings: Settings,
    ) -> None:
        self._graph = graph
        self._pool = pool
        self._cache = cache
        self._gazetteer = gazetteer
        self._index = index
        self._settings = settings

    async def run(self, job: Job, progress: Progress) -> str:
        """The closing message. Raises RootOffline, Conflict (too much is missing), NotFound, Cancelled."""
        wanted = job.arguments.get("root")
        roots = [root for root in await folders.roots(self._graph) if wanted in (None, root.id)]
        if not roots and wanted:
            raise NotFound("The folder of photos that this scan was for has been removed.")
        said = []
        refused = []
        for root in roots:
            try:
                said.append(await self._scan(root, job, progress))
            except (RootOffline, Conflict) as error:
                # One root's trouble does not keep the others from being scanned.
                refused.append(error)
                said.append(error.public_message)
        if refused:
            raise type(refused[0])(" ".join(said))
        return " ".join(said) or "There is no folder of photos yet. Add one first."

    async def _scan(self, root: Root, job: Job, progress: Progress) -> str:
        root = await self._online(root)
        scope = None
        if folder_id := job.arguments.get("folder"):
            records = {record.id: record for record in await folders.folders_of(self._graph, root.id)}
            scope = records.get(folder_id)
        held = await files.present_count(self._graph, root.id)
        comparison = Comparison(self._graph, root, rules(self._settings), progress)
        await comparison.run(scope, quick=job.arguments.get("quick") == "1")
        await self._index.catch_up()
        reading = Reading(self._graph, self._pool, self._cache, self._gazetteer, self._index, self._settings, progress)
        tally = await reading.run(root)
        await self._online(root)  # a share that went away meanwhile has lost nothing
        gone = await self._judge(root, job, held, [*comparison.vanished, *tally.vanished], comparison)
        await folders.stamp_folders(self._graph, comparison.stamps)
        await self._index.catch_up()
        waiting = f", {len(tally.unsettled)} still being written (the next scan reads them)" if tally.unsettled else ""
        missing = f", {gone} missing" if gone else ""
        return f"{root.name}: {comparison.files:,} files looked at, {tally.done:,} read{missing}{waiting}."

    async def _online(self, root: Root) -> Root:
        now = await refreshed(root)
        if now != root:
            await folders.set_root_state(self._graph, now)
        if now.state is RootState.OFFLINE:
            raise RootOffline(f"{root.name} is offline: its folder is not there, or not the one that was added.")
        return now

    async def _judge(self, root: Root, job: Job, held: int, vanished: list[FileRecord], comparison: Comparison) -> int:
        """Marks as missing what is gone, unless it is so much that something else must be wrong."""
        ids = [file.id for file in vanished]
        moved = await files.drop_moved(self._graph, ids, job.id)
        gone = [id_ for id_ in ids if id_ not in moved]
        if len(gone) > self._settings.library.missing_limit * held and job.arguments.get("acceptMissing") != "1":
            # Polls would find the same again every minute; a scan that is asked for looks at everything.
            await folders.stamp_folders(self._graph, comparison.stamps)
            await self._index.catch_up()
            raise Conflict(
                f"{root.name}: {len(gone):,} of {held:,} files are gone. None was marked as missing, in case this "
                "is a mistake. If it is right, scan again with acceptMissing: true (--accept-missing)."
            )
        await files.miss_files(self._graph, gone)
        missing = [replace(record, missing=True) for record in comparison.vanished_folders]
        await folders.put_folders(self._graph, root.id, missing)
        return len(gone)
