"""The scan job: each root on disk is compared with the graph, read, and judged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from photos_graph.errors import Conflict, NotFound, RootOffline
from photos_graph.events import Events, PhotosArrived
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import files, folders
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.cache import RenditionCache
from photos_graph.images.formats import EXTENSIONS, RAW
from photos_graph.job_arguments import ScanArguments
from photos_graph.jobs.progress import Progress
from photos_graph.library.places import Gazetteer
from photos_graph.library.walking import DirectoryRules
from photos_graph.model.jobs import Job
from photos_graph.model.library import Root, RootState
from photos_graph.services.scan.comparison import Comparison
from photos_graph.services.scan.reading import Reading, ReadingTally
from photos_graph.services.scan.rereading import Rereading
from photos_graph.services.scan.roots import refreshed
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool


def rules(settings: Settings) -> DirectoryRules:
    library = settings.library
    return DirectoryRules(
        EXTENSIONS, frozenset(library.skip_folders), library.follow_symlinks, frozenset(RAW.extensions)
    )


@dataclass(frozen=True, slots=True)
class FolderLook:
    """One root, compared and read, before anything in it is judged missing."""

    root: Root
    held: int  # files before the scan
    comparison: Comparison
    tally: ReadingTally

    @property
    def vanished(self) -> list[str]:
        """Ids of files."""
        return [file.id for file in [*self.comparison.vanished, *self.tally.vanished]]


class Scan:
    """The job that brings the graph up to date with the folders of photos."""

    def __init__(
        self,
        graph: Graph,
        pool: WorkerPool,
        cache: RenditionCache,
        gazetteer: Gazetteer,
        writer: LabelWriter,
        events: Events,
        settings: Settings,
    ) -> None:
        """Publishes PhotosArrived when the photos of all roots were read."""
        self._writer = writer
        self._events = events
        self._graph = graph
        self._pool = pool
        self._cache = cache
        self._gazetteer = gazetteer
        self._settings = settings

    async def run(self, job: Job[ScanArguments], progress: Progress) -> str:
        """The closing message. Raises RootOffline, Conflict (too much is missing), NotFound, Cancelled."""
        wanted = job.arguments.roots
        roots = [root for root in await folders.roots(self._graph) if not wanted or root.id in wanted]
        if not roots and wanted:
            raise NotFound("The root of this scan has been removed.")
        said: dict[str, str] = {}
        refused: list[RootOffline | Conflict] = []
        looks: list[FolderLook] = []
        # What vanished from one root may have been moved into another: all are read before any is judged.
        for root in roots:
            try:
                looks.append(await self._look(root, job, progress))
            except RootOffline as error:
                # One root's trouble does not keep the others from being scanned.
                refused.append(error)
                said[root.id] = error.public_message
            except Conflict as error:
                refused.append(error)
                said[root.id] = f"{root.name}: {error.public_message}"
        left = {root.id for root in await folders.roots(self._graph)}
        vanished = {id_ for look in looks for id_ in look.vanished}
        judged: list[Root] = []
        for look in looks:
            try:
                if look.root.id in left:
                    said[look.root.id] = await self._judge(look, vanished, job)
                    judged.append(look.root)
                else:
                    said[look.root.id] = f"{look.root.name} was removed from the library while it was scanned."
            except (RootOffline, Conflict) as error:
                refused.append(error)
                said[look.root.id] = error.public_message
        await self._events.publish(PhotosArrived())
        # Last, since it changes the least, and may take long once after an update.
        for root in judged:
            try:
                said[root.id] += await self._reread(root, progress)
            except RootOffline as error:
                refused.append(error)
                said[root.id] = error.public_message
        closing = " ".join(said[root.id] for root in roots)
        if refused:
            raise type(refused[0])(closing)
        return closing or "The library has no root yet. Add one first."

    async def _look(self, root: Root, job: Job[ScanArguments], progress: Progress) -> FolderLook:
        root = await self._online(root)
        scope = None
        if folder_id := job.arguments.folder_id:
            records = {record.id: record for record in await folders.folders_of(self._graph, root.id)}
            scope = records.get(folder_id)
        held = await files.present_count(self._graph, root.id)
        comparison = Comparison(self._graph, self._writer, root, rules(self._settings), progress)
        await comparison.run(scope, quick=job.arguments.quick)
        await self._writer.follow()
        reading = Reading(self._graph, self._pool, self._cache, self._gazetteer, self._writer, self._settings, progress)
        return FolderLook(root, held, comparison, await reading.run(root))

    async def _reread(self, root: Root, progress: Progress) -> str:
        """Reads the metadata of photos again that an earlier version of the program read. Returns the end of the
        closing message."""
        rereading = Rereading(self._graph, self._pool, self._gazetteer, self._writer, self._settings, progress)
        count = await rereading.run(root)
        if not count:
            return ""
        await self._events.publish(PhotosArrived())  # faces that the files mark may have come
        return f" The metadata of {count:,} known photos was read again."

    async def _online(self, root: Root) -> Root:
        now = await refreshed(root)
        if now != root:
            await folders.set_root_state(self._graph, now)
        if now.state is RootState.OFFLINE:
            raise RootOffline(f"{root.name} is offline: its folder is missing or is not the one that was added.")
        return now

    async def _judge(self, look: FolderLook, vanished: set[str], job: Job[ScanArguments]) -> str:
        """Marks as missing what is gone, unless it is so much that something else must be wrong. ``vanished`` is what
        did from all roots."""
        root = await self._online(look.root)  # a share that went away meanwhile has lost nothing
        comparison, tally = look.comparison, look.tally
        ids = look.vanished
        moved = await files.drop_moved(self._writer, ids, job.id)
        left = [id_ for id_ in ids if id_ not in moved]
        held = await files.holding_photos(self._graph, left)
        # Of a root that lost all of its files, copies elsewhere may be no more than a backup.
        copied = await files.copied_lately(self._graph, list(held), vanished) if len(held) < look.held else set()
        gone = held - copied
        too_many = len(gone) > self._settings.library.missing_limit * look.held
        refused = too_many and not job.arguments.accept_missing
        # Of a file that came and went before it was read there is nothing to lose.
        await files.miss_files(self._writer, [id_ for id_ in left if not refused or id_ not in held])
        if not refused:
            missing = [replace(record, missing=True) for record in comparison.vanished_folders]
            await folders.put_folders(self._writer, root.id, missing)
        # Also when it is refused: polls would find the same again every minute; a scan that is asked for looks at all.
        await folders.stamp_folders(self._graph, comparison.stamps)
        await self._writer.follow()
        if refused:
            raise Conflict(
                f"{root.name}: {len(gone):,} of {look.held:,} files are gone. None was marked as missing, because "
                "this may be a mistake. If they are really gone, scan again with acceptMissing: true "
                "(--accept-missing)."
            )
        waiting = f", {len(tally.unsettled)} still being written (the next scan reads them)" if tally.unsettled else ""
        lost = f", {len(gone)} missing" if gone else ""
        return f"{root.name}: {comparison.files:,} files looked at, {tally.done:,} read{lost}{waiting}."
