"""The job of an export, which writes it block by block, so that an interrupted export continues where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain, islice

from pyroaring import BitMap

from photos_graph.disk_space import DiskSpace
from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import export_rows, failures, folders
from photos_graph.index import Index
from photos_graph.jobs.progress import Progress
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.job_arguments import ExportRequest
from photos_graph.model.jobs import Job
from photos_graph.paths import check_outside, display
from photos_graph.services.browse.tags import Tags
from photos_graph.services.datasets.exports.class_folders import UNTAGGED, ClassFolders
from photos_graph.services.datasets.exports.coco import Coco
from photos_graph.services.datasets.exports.dataset_formats import DatasetWriter
from photos_graph.services.datasets.exports.datasheet import count_labels, datasheet, manifest
from photos_graph.services.datasets.exports.json_lines import Lossless
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.record_reader import RecordReader
from photos_graph.services.datasets.exports.shards import Shards
from photos_graph.services.datasets.exports.sidecars import Sidecars
from photos_graph.services.datasets.exports.staging import SkippedPhoto, StagingFolder
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool

STAGE = "export"
MAX_FAILURES = 1_000  # listed with the job; the datasheet lists all
COUNTED = 5_000  # photos that are counted by one query
PROGRESS_MESSAGE = "Exporting"
GONE = "No file holds it any more."
RESUME_ADVICE = "export to a folder on another disk. The same export continues from here"
RESUME_HINT = "Start the same export again to continue from here."


class ExportJob:
    """Writes an export. ``shards`` is the pool whose process holds TensorFlow."""

    def __init__(
        self,
        graph: Graph,
        index: Index,
        media: Media,
        shards: WorkerPool,
        settings: Settings,
        space: DiskSpace,
    ) -> None:
        self._graph = graph
        self._index = index
        self._media = media
        self._shards = shards
        self._settings = settings
        self._space = space

    async def run(self, job: Job[ExportRequest], progress: Progress) -> str:
        """Writes the export and returns the closing message of the job.

        Raises Cancelled, BadInput if the folder cannot be written to, LowDisk, and ModelUnavailable if TensorFlow is
        needed and not installed.
        """
        request = job.arguments
        staging = StagingFolder(request.target)
        roots = [root.raw_path for root in await folders.roots(self._graph)]
        check_outside(request.target, roots)  # a root may have been added since the request
        left_out = 0 if request.has_hidden else await self._hidden(request)
        try:
            if staging.is_finished:
                await asyncio.to_thread(staging.remove_work)
            else:
                await asyncio.to_thread(staging.create)
                format = self._format(request, staging)
                reader = await self._reader(request)
                await self._write(request, staging, format, reader, progress)
                await self._list_failures(staging, progress)
                await self._finish(request, staging, format, reader, left_out)
        except OSError as error:
            raise BadInput(
                f"{display(bytes(request.folder))} cannot be written to: {error.strerror or error}. {RESUME_HINT}"
            ) from error
        return f"{len(request.photos):,} photos: {display(bytes(request.target))}{await self._told(request, left_out)}"

    async def _hidden(self, request: ExportRequest) -> int:
        """Returns how many photos no file held when the export was requested, and holds now."""
        found = [await export_rows.hidden_photos(self._graph, block) for block in _blocks(request.hidden, COUNTED)]
        return sum(map(len, found))

    async def _told(self, request: ExportRequest, left_out: int) -> str:
        """Returns what the closing message says of photos that are not shown."""
        if request.has_hidden:
            hidden = await self._hidden(request)
            return f" ({hidden:,} more are not shown now, because no file holds them; they are in it)" if hidden else ""
        return f" ({left_out:,} are left out, because no file holds them now)" if left_out else ""

    async def _write(
        self,
        request: ExportRequest,
        staging: StagingFolder,
        format: DatasetWriter,
        reader: RecordReader,
        progress: Progress,
    ) -> None:
        total, done = len(request.numbers), 0
        for number, numbers in enumerate(_blocks(request.numbers, request.block)):
            await progress.step(done, total, PROGRESS_MESSAGE)
            if not await asyncio.to_thread(staging.has_block, number):
                await asyncio.to_thread(self._space.check, request.target, RESUME_ADVICE)
                records = await reader.photos(numbers)
                kept = [record for record in records if request.has_hidden or not record.is_hidden]
                block = await format.write(number, kept)
                for record in records:
                    if record.is_hidden and not request.has_hidden:
                        block.skip(record, GONE)
                await asyncio.to_thread(staging.record_block, number, block.records, block.files, block.skipped)
            done += len(numbers)
        await progress.step(done, total, PROGRESS_MESSAGE)

    async def _finish(
        self,
        request: ExportRequest,
        staging: StagingFolder,
        format: DatasetWriter,
        reader: RecordReader,
        left_out: int,
    ) -> None:
        search = self._index.search
        everything = search.collapsed(search.sets.visible) <= request.photos
        library = await reader.library(everything)

        def write() -> None:
            staging.remove_unlisted()
            shared = list(format.finish(library))
            counts = count_labels(staging.records())
            text = datasheet(request, counts, staging.skipped(), left_out, format.how_to_read)
            shared.append(staging.put("datasheet.md", [text.encode()]))
            staging.put("manifest.json", manifest(request, chain(staging.files(), shared), counts.hidden, left_out))
            staging.finish()

        await asyncio.to_thread(write)

    async def _list_failures(self, staging: StagingFolder, progress: Progress) -> None:
        """Lists the skipped photos with the job. A photo that was skipped because it has no label is not a failure."""
        skipped: list[SkippedPhoto] = await asyncio.to_thread(
            lambda: list(islice((each for each in staging.skipped() if each.reason != UNTAGGED), MAX_FAILURES))
        )
        failed = await failures.of_photos(self._graph, STAGE, {each.photo: each.reason for each in skipped})
        await failures.replace_stage(self._graph, STAGE, failed, progress.job_id)

    async def _reader(self, request: ExportRequest) -> RecordReader:
        covers = await export_rows.covers(self._graph)
        tags = Tags(self._graph, self._index)
        return RecordReader(self._graph, self._index, tags, request.certainty, covers, request.photos)

    def _format(self, request: ExportRequest, staging: StagingFolder) -> DatasetWriter:
        pictures = Pictures(self._media, staging, request.originals, self._settings.images.workers)
        match request.format:
            case DatasetFormat.COCO:
                return Coco(staging, pictures)
            case DatasetFormat.FOLDERS:
                return ClassFolders(staging, pictures)
            case DatasetFormat.TFRECORD:
                return Shards(staging, pictures, self._shards, self._settings)
            case DatasetFormat.XMP:
                return Sidecars(staging)
            case DatasetFormat.JSON:
                return Lossless(staging)


def _blocks(photos: BitMap, size: int) -> Iterator[list[int]]:
    left = iter(photos)
    while numbers := list(islice(left, size)):
        yield numbers
