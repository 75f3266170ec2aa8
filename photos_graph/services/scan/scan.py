"""The scan job: compares each root on disk with the graph, reads what is new, and judges what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from photos_graph.errors import Conflict, NotFound, RootOffline
from photos_graph.events import Events, PhotosArrived
from photos_graph.graph.library import folders, vanished_files
from photos_graph.images.formats import EXTENSIONS, RAW
from photos_graph.jobs.progress import Progress
from photos_graph.library.passing import described, pack
from photos_graph.library.walking import DirectoryRules
from photos_graph.model.job_arguments import ScanArguments
from photos_graph.model.jobs import Job
from photos_graph.model.library import Root, RootState
from photos_graph.services.scan.comparison import Comparison
from photos_graph.services.scan.file_reading import ScanResources
from photos_graph.services.scan.reading import Reading, ReadingTally
from photos_graph.services.scan.rereading import Rereading
from photos_graph.services.scan.restored_folder_tags import restore_folder_tags
from photos_graph.services.scan.roots import refreshed
from photos_graph.services.scan.stacking import Stacking
from photos_graph.services.scan.succession import PictureComparison, SuccessionStage
from photos_graph.settings import Settings


def rules(settings: Settings) -> DirectoryRules:
    library = settings.library
    return DirectoryRules(
        EXTENSIONS, frozenset(library.skip_folders), library.follow_symlinks, frozenset(RAW.extensions)
    )


@dataclass(frozen=True, slots=True)
class FolderLook:
    """A root that was compared and read, before any of its files is judged missing."""

    root: Root
    comparison: Comparison
    tally: ReadingTally
    ignored: int  # files with a photo that were looked at before, and are not any more

    @property
    def vanished(self) -> list[str]:
        """The ids of the files that have vanished."""
        return [file.id for file in [*self.comparison.vanished, *self.tally.vanished]]


class Scan:
    """The job that brings the graph up to date with the folders of photos."""

    def __init__(self, resources: ScanResources, events: Events) -> None:
        """Publishes PhotosArrived when the photos of all roots were read."""
        self._resources = resources
        self._graph = resources.graph
        self._writer = resources.writer
        self._settings = resources.settings
        self._events = events

    async def run(self, job: Job[ScanArguments], progress: Progress) -> str:
        """Returns the closing message. Raises RootOffline, Conflict (if too many files are missing), NotFound,
        Cancelled."""
        wanted = job.arguments.roots
        roots = [root for root in await folders.roots(self._graph) if not wanted or root.id in wanted]
        if not roots and wanted:
            raise NotFound("The root of this scan has been removed.")
        said: dict[str, str] = {}
        refused: list[RootOffline | Conflict] = []
        looks: list[FolderLook] = []
        # All roots are read before any is judged, because files may have moved from one to another.
        for root in roots:
            try:
                looks.append(await self._look(root, job, progress))
            except RootOffline as error:
                # A problem with one root does not stop the scan of the others.
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
        edited = await self._succession(progress)
        read = sum(look.tally.done for look in looks)
        stacked = await Stacking(self._graph, self._writer, progress).run(read)
        await self._events.publish(PhotosArrived())
        # This comes last, because it changes least, and may take long after an update.
        for root in judged:
            try:
                said[root.id] += await self._reread(root, progress)
            except RootOffline as error:
                refused.append(error)
                said[root.id] = error.public_message
        stacked += await Stacking(self._graph, self._writer, progress).run(read)  # times may have become known
        closing = " ".join(said[root.id] for root in roots) + edited
        if stacked:
            closing += f" The stacks of {stacked:,} photos changed."
        if refused:
            raise type(refused[0])(closing)
        return closing or "The library has no root yet. Add one first."

    async def _look(self, root: Root, job: Job[ScanArguments], progress: Progress) -> FolderLook:
        root = await self._online(root)
        scope = None
        if folder_id := job.arguments.folder_id:
            records = {record.id: record for record in await folders.folders_of(self._graph, root.id)}
            scope = records.get(folder_id)
        comparison = Comparison(self._graph, self._writer, root, rules(self._settings), progress)
        await comparison.run(scope, quick=job.arguments.quick, reread=job.arguments.reread)
        ignored = await self._hide(comparison)
        await self._writer.follow()
        await restore_folder_tags(self._graph, self._writer, root)
        return FolderLook(root, comparison, await Reading(self._resources, progress).run(root), ignored)

    async def _hide(self, comparison: Comparison) -> int:
        """Marks files that are ignored as missing, however many, since they have not been lost. Returns how many hold a
        photo."""
        ids = [file.id for file in comparison.ignored]
        hidden = await vanished_files.holding_photos(self._graph, ids)
        await vanished_files.miss_files(self._writer, ids)
        return len(hidden)

    async def _succession(self, progress: Progress) -> str:
        comparison = PictureComparison(self._graph, self._resources.pool, self._resources.renditions, self._settings)
        at_once = self._settings.images.workers
        return await SuccessionStage(self._graph, comparison, self._writer, at_once, progress).run()

    async def _reread(self, root: Root, progress: Progress) -> str:
        """Reads the metadata of photos again that an earlier version of the program read, or for which another file
        speaks now. Returns the end of the closing message."""
        found = await Rereading(self._resources, progress).run(root)
        if found.others:
            await Reading(self._resources, progress).run(root)
        if not found.photos and not found.others:
            return ""
        await self._events.publish(PhotosArrived())  # the files may have brought marked faces
        return f" The metadata of {found.photos:,} known photos was read again." if found.photos else ""

    async def _online(self, root: Root) -> Root:
        now = await refreshed(root)
        if now != root:
            await folders.set_root_state(self._graph, now)
        if now.state is RootState.OFFLINE:
            raise RootOffline(f"{root.name} is offline: its folder is missing or is not the one that was added.")
        return now

    async def _judge(self, look: FolderLook, vanished: set[str], job: Job[ScanArguments]) -> str:
        """Marks files as missing, unless so many are gone that something else must be wrong. ``vanished`` are the files
        that have vanished from all roots."""
        root = await self._online(look.root)  # a share that has gone away meanwhile has not lost its files
        comparison, tally = look.comparison, look.tally
        ids = look.vanished
        moved = await vanished_files.drop_moved(self._writer, ids, job.id)
        left = [id_ for id_ in ids if id_ not in moved]
        held = await vanished_files.holding_photos(self._graph, left)
        # If a root has lost all of its files, copies elsewhere may be just a backup.
        copied = (
            await vanished_files.copied_lately(self._graph, list(held), vanished)
            if len(held) < comparison.held
            else set()
        )
        gone = held - copied
        too_many = len(gone) > self._settings.library.missing_limit * comparison.held
        refused = too_many and not job.arguments.accept_missing
        # A file that came and went before it was read holds no photo.
        await vanished_files.miss_files(self._writer, [id_ for id_ in left if not refused or id_ not in held])
        if not refused:
            missing = [replace(record, missing=True) for record in comparison.vanished_folders]
            await folders.put_folders(self._writer, root.id, missing)
        # Also after a refusal, or polls would find the same every minute. A requested scan looks at everything.
        await folders.stamp_folders(self._graph, comparison.stamps)
        passed_over = comparison.passed_over
        await folders.set_passed_over(self._graph, root.id, pack(passed_over))
        await self._writer.follow()
        if refused:
            raise Conflict(
                f"{root.name}: {len(gone):,} of {comparison.held:,} files are gone. None was marked as missing, "
                "because this may be a mistake. If they are really gone, scan again with acceptMissing: true "
                "(--accept-missing)."
            )
        waiting = f", {len(tally.unsettled)} still being written (the next scan reads them)" if tally.unsettled else ""
        lost = f", {len(gone)} missing" if gone else ""
        hidden = f", {look.ignored:,} ignored from now on" if look.ignored else ""
        moving = f" ({comparison.moving:,} with a video)" if comparison.moving else ""
        looked = f"{comparison.files:,} files looked at{moving}, {tally.done:,} read"
        told = f" Passed over: {described(passed_over)}." if passed_over else ""
        return f"{root.name}: {looked}{lost}{hidden}{waiting}.{told}"
