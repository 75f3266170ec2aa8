"""Exports: asked for, and made block by block, so that one that was stopped, or killed, goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces.detections import files_of
from photos_graph.graph.labels import export_rows
from photos_graph.graph.library import failures, folders
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.index import Index
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.queue import Jobs
from photos_graph.model import Certainty, DatasetFormat, Job, JobKind, JobState
from photos_graph.paths import check_outside, display
from photos_graph.services.browse.tags import Tags
from photos_graph.services.datasets.exports.building import Building, SkippedPhoto
from photos_graph.services.datasets.exports.class_folders import WITHOUT, ClassFolders
from photos_graph.services.datasets.exports.coco import Coco
from photos_graph.services.datasets.exports.dataset_formats import DatasetWriter
from photos_graph.services.datasets.exports.datasheet import counted, datasheet, manifest
from photos_graph.services.datasets.exports.gathering import Gathering
from photos_graph.services.datasets.exports.json_lines import Lossless
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.request import ExportRequest, name_now
from photos_graph.services.datasets.exports.selection import Wanted, query_of, told
from photos_graph.services.datasets.exports.shards import Shards
from photos_graph.services.datasets.exports.sidecars import Sidecars
from photos_graph.services.media import Media
from photos_graph.services.scan.intake import read_orientation
from photos_graph.settings import Settings, expanded
from photos_graph.workers.pool import WorkerPool

STAGE = "export"
MOST_UNDONE = 100  # of exports that are looked at for one that can go on
MOST_FAILURES = 1_000  # that are listed with the job; the datasheet has all
SAYING = "Exporting"
GOES_ON = "Asked for again, it goes on from here."


class Exports:
    """What is asked for here is done by ``ExportJob``, in whatever process runs jobs."""

    def __init__(self, graph: Graph, index: Index, jobs: Jobs, settings: Settings) -> None:
        self._graph = graph
        self._index = index
        self._jobs = jobs
        self._settings = settings

    async def ask(
        self,
        format: DatasetFormat,
        wanted: Wanted = None,
        certainty: Certainty = Certainty.CONFIRMED,
        by: str = "",
        folder: Path | None = None,
        originals: bool = False,
    ) -> Job:
        """Of the photos that are wanted now. ``folder``: where the owner at the command line wants it. Where the same
        was asked for and failed, or was cancelled, it goes on from there.

        Raises BadInput for a folder that lies in one of photos, and for a filter that makes no sense; NotFound,
        TooComplex.
        """
        target = _absolute(folder or self._settings.exports_dir)
        check_outside(target, [root.raw_path for root in await folders.roots(self._graph)])
        photos = self._index.search.evaluate(query_of(wanted, self._index.search)).copy()
        photos.run_optimize()
        name, at = name_now(format)
        order = ExportRequest(format, target, name, photos, certainty, originals, told(wanted), by, at)
        return await self._jobs.queue(JobKind.EXPORT, (await self._begun(order) or order).arguments())

    async def _begun(self, order: ExportRequest) -> ExportRequest | None:
        """One that asked for the same and came to no end, the disk being full, say, with the name under which what was
        made is still there."""
        unfinished = await self._jobs.unfinished(JobKind.EXPORT)
        running = {job.arguments["name"] for job in unfinished if job.state is JobState.RUNNING}
        for job in await self._jobs.undone(JobKind.EXPORT, MOST_UNDONE):
            begun = ExportRequest.of(job.arguments)
            if begun.name in running or not begun.wants_the_same(order):
                continue
            if await asyncio.to_thread(Building(begun.target).is_begun):
                return replace(begun, asked=order.asked, by=order.by)
        return None


def _absolute(folder: Path) -> Path:
    return expanded(folder).resolve()


class ExportJob:
    """``pool`` decodes, ``shards`` holds TensorFlow."""

    def __init__(
        self,
        graph: Graph,
        index: Index,
        media: Media,
        pool: WorkerPool,
        shards: WorkerPool,
        settings: Settings,
    ) -> None:
        self._graph = graph
        self._index = index
        self._media = media
        self._pool = pool
        self._shards = shards
        self._settings = settings

    async def run(self, job: Job, progress: Progress) -> str:
        """Raises Cancelled, BadInput when the folder cannot be written to, ModelUnavailable without TensorFlow."""
        order = ExportRequest.of(job.arguments)
        building = Building(order.target)
        roots = [root.raw_path for root in await folders.roots(self._graph)]
        check_outside(order.target, roots)  # one may have been added since
        try:
            if building.is_whole:
                await asyncio.to_thread(building.tidy)
            else:
                await asyncio.to_thread(building.begin)
                format = self._format(order, building)
                gathering = await self._gathering(order)
                await self._write(order, building, format, gathering, progress)
                await self._tell_failures(building, progress)
                await self._finish(order, building, format, gathering)
        except OSError as error:
            raise BadInput(
                f"{display(bytes(order.folder))} cannot be written to: {error.strerror or error}. {GOES_ON}"
            ) from error
        return f"{len(order.photos):,} photos: {display(bytes(order.target))}"

    async def _write(
        self, order: ExportRequest, building: Building, format: DatasetWriter, gathering: Gathering, progress: Progress
    ) -> None:
        total, done = len(order.photos), 0
        for number, block in enumerate(_blocks(order)):
            await progress.step(done, total, SAYING)
            if not await asyncio.to_thread(building.is_noted, number):
                made = await format.write(number, await gathering.photos(block))
                await asyncio.to_thread(building.note, number, made.records, made.files, made.left_out)
            done += len(block)
        await progress.step(done, total, SAYING)

    async def _finish(
        self, order: ExportRequest, building: Building, format: DatasetWriter, gathering: Gathering
    ) -> None:
        everything = len(order.photos) == len(self._index.search)
        library = await gathering.library(order.photos, everything)

        def write() -> None:
            building.sweep()
            made = list(format.finish(library))
            text = datasheet(order, counted(building.records()), building.left_out(), format.how_to_read)
            made.append(building.put("datasheet.md", [text.encode()]))
            building.put("manifest.json", manifest(order, chain(building.files(), made)))
            building.finish()

        await asyncio.to_thread(write)

    async def _tell_failures(self, building: Building, progress: Progress) -> None:
        """What is left out because it has no label is no failure."""
        some: list[SkippedPhoto] = await asyncio.to_thread(
            lambda: list(islice((each for each in building.left_out() if each.reason != WITHOUT), MOST_FAILURES))
        )
        files = await files_of(self._graph, [each.photo for each in some])
        noted = [
            ReadFailure(files[each.photo][0], each.path, STAGE, each.reason, partial=True)
            for each in some
            if each.photo in files
        ]
        await failures.replace_stage(self._graph, STAGE, noted, progress.job_id)

    async def _gathering(self, order: ExportRequest) -> Gathering:
        covers = await export_rows.covers(self._graph)
        return Gathering(self._graph, self._index, Tags(self._graph, self._index), order.certainty, covers)

    def _format(self, order: ExportRequest, building: Building) -> DatasetWriter:
        pictures = Pictures(self._media, building, order.originals, self._settings.images.workers)
        match order.format:
            case DatasetFormat.COCO:
                return Coco(building, pictures)
            case DatasetFormat.FOLDERS:
                return ClassFolders(building, pictures)
            case DatasetFormat.TFRECORD:
                return Shards(building, pictures, self._shards, self._settings)
            case DatasetFormat.XMP:
                return Sidecars(building, self._orientation)
            case DatasetFormat.JSON:
                return Lossless(building)

    async def _orientation(self, photo_id: str) -> int:
        return await read_orientation(self._pool, await self._media.path(photo_id))


def _blocks(order: ExportRequest) -> Iterator[list[int]]:
    numbers = iter(order.photos)
    while block := list(islice(numbers, order.block)):
        yield block
