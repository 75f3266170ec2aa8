"""Sidecars in folders like those of the library: photos are known by the paths of their files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from photos_graph.errors import EngineUnavailable, PhotosGraphError, Unreadable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import export_rows
from photos_graph.graph.labels.export_rows import ExportedPhoto
from photos_graph.images.formats import RAW
from photos_graph.index import Index
from photos_graph.jobs.concurrency import when_free
from photos_graph.library.sidecar import SidecarLabels
from photos_graph.paths import display
from photos_graph.services.datasets.exports.records import (
    FaceRecord,
    LibraryRecord,
    PersonMark,
    PhotoRecord,
    TagMark,
    ValueMark,
)
from photos_graph.services.datasets.exports.sidecars import FOLDER, NOT_TURNED, Orientation
from photos_graph.services.datasets.imports.batch import BATCH_SIZE, RecordBatch
from photos_graph.services.scan.intake import read_sidecars
from photos_graph.services.scan.intake_tasks import ReadSidecar, SidecarOrder
from photos_graph.workers.pool import WorkerPool

NO_FOLDER = "There is no such folder in the library."
NO_FILE = "There is no such photo in this folder of the library."


@dataclass(frozen=True, slots=True)
class _Beside:
    """A sidecar, and the photo that it speaks for."""

    path: bytes  # in the folder that is imported
    shown: str
    number: int


class BesideOriginals:
    """Sidecars. Photos are found by the paths of their files: below the names of roots, or below one root's folder."""

    undated = True

    def __init__(self, graph: Graph, index: Index, pool: WorkerPool, folder: Path, orientation: Orientation) -> None:
        self._graph = graph
        self._index = index
        self._pool = pool
        self._folder = folder / FOLDER if (folder / FOLDER).is_dir() else folder
        self._orientation = orientation

    async def count(self) -> int:
        return await asyncio.to_thread(lambda: sum(len(names) for _, names in self._walk()))

    async def library(self) -> LibraryRecord:
        return LibraryRecord()

    async def batches(self) -> AsyncIterator[RecordBatch]:
        waiting: list[_Beside] = []
        batch = RecordBatch()
        folders = self._walk()
        while (found := await asyncio.to_thread(next, folders, None)) is not None:
            relative, names = found
            batch.seen += len(names)
            waiting += await self._matched(relative, names, batch)
            while len(waiting) >= BATCH_SIZE:
                some, waiting = waiting[:BATCH_SIZE], waiting[BATCH_SIZE:]
                for each in _rounds(some):
                    yield await self._read(each, batch)
                    batch = RecordBatch()
        for each in _rounds(waiting):
            yield await self._read(each, batch)
            batch = RecordBatch()
        yield batch

    def _walk(self) -> Iterator[tuple[bytes, list[bytes]]]:
        """Each folder with the sidecars in it."""
        top = os.fsencode(self._folder)
        for at, folders, files in os.walk(top):
            folders.sort()
            if names := sorted(name for name in files if name.lower().endswith(b".xmp") and not name.startswith(b".")):
                yield at[len(top) :].strip(b"/"), names

    async def _matched(self, relative: bytes, names: Sequence[bytes], batch: RecordBatch) -> list[_Beside]:
        """``photo.jpg.xmp`` before ``photo.xmp``, as a scan takes them."""
        shown = display(relative) if relative else ""
        folder_id = self._folder_at(shown)
        if folder_id is None:
            batch.refused.append((shown, f"{NO_FOLDER} It has {len(names):,} sidecars."))
            return []
        files = {
            name: number
            for (_, name), (_, number) in (await export_rows.photos_in_folders(self._graph, [folder_id])).items()
        }
        stems: dict[str, list[str]] = {}
        for name in files:
            stems.setdefault(name.rpartition(".")[0], []).append(name)
        found: dict[str, _Beside] = {}
        unmatched: list[tuple[bytes, str]] = []
        for raw in names:
            of = display(raw[: -len(b".xmp")])
            if of in files:
                found[of] = _Beside(_below(relative, raw), f"{shown}/{display(raw)}", files[of])
            else:
                unmatched.append((raw, of))
        for raw, of in unmatched:
            for name in _meant(stems.get(of, ())):
                found.setdefault(name, _Beside(_below(relative, raw), f"{shown}/{display(raw)}", files[name]))
            if of not in stems:
                batch.refused.append((f"{shown}/{display(raw)}", NO_FILE))
        return list(found.values())

    def _folder_at(self, path: str) -> str | None:
        search = self._index.search
        if (row := search.folder_at(path)) is not None:
            return row.id
        below = [search.folder_at(f"{root.name}/{path}") for root in search.folders.children(None)]
        fitting = [row for row in below if row is not None]
        return fitting[0].id if len(fitting) == 1 else None

    async def _read(self, some: Sequence[_Beside], batch: RecordBatch) -> RecordBatch:
        known = {
            photo.number: photo
            for photo in await export_rows.exported_photos(self._graph, [each.number for each in some])
        }
        some = [each for each in some if each.number in known]
        turns = [await self._turn(known[each.number]) for each in some]
        answers = await self._sidecars([_order(each, known, turn) for each, turn in zip(some, turns, strict=True)])
        for each, turn, answer in zip(some, turns, answers, strict=True):
            batch.refused += ((each.shown, doubt) for doubt in answer.doubts)
            sidecar = answer.labels
            if sidecar is None:
                continue
            regions = sidecar.regions
            if regions and isinstance(turn, PhotosGraphError):
                batch.refused.append((each.shown, NOT_TURNED + turn.public_message))
                regions = ()
            batch.records[each.number] = _record(known[each.number], each.shown, replace(sidecar, regions=regions))
        return batch

    async def _turn(self, photo: ExportedPhoto) -> int | PhotosGraphError:
        """How the original lies, or why that is not known. Raises EngineUnavailable."""
        if photo.orientation is not None:
            return photo.orientation
        try:
            return await when_free(lambda: self._orientation(photo.id))
        except EngineUnavailable:
            raise
        except PhotosGraphError as error:
            return error

    async def _sidecars(self, sidecars: Sequence[SidecarOrder]) -> Sequence[ReadSidecar]:
        """Reads many in one call. Where one kills the reader, or all take too long, halves the list until it is known
        which."""
        try:
            return await when_free(lambda: read_sidecars(self._pool, os.fsencode(self._folder), sidecars))
        except Unreadable as error:
            if len(sidecars) == 1:
                return [ReadSidecar(None, (error.public_message,))]
        half = len(sidecars) // 2
        return [*await self._sidecars(sidecars[:half]), *await self._sidecars(sidecars[half:])]


def _meant(names: Sequence[str]) -> Sequence[str]:
    """By a sidecar that is named as all of them but for their extensions: the raw file alone, where there is one. The
    JPEG beside it has a sidecar of its own, or nothing was said of it."""
    return [name for name in names if name.rpartition(".")[2].lower() in RAW.extensions] or names


def _order(each: _Beside, known: Mapping[int, ExportedPhoto], turn: int | PhotosGraphError) -> SidecarOrder:
    photo = known[each.number]
    return SidecarOrder(each.path, photo.width, photo.height, 1 if isinstance(turn, PhotosGraphError) else turn)


def _rounds(some: Sequence[_Beside]) -> Iterator[list[_Beside]]:
    """Each photo once in each: where it has several sidecars, since it is in several folders, one is weighed after the
    other."""
    left = list(some)
    while left:
        first: dict[int, _Beside] = {}
        for each in left:
            first.setdefault(each.number, each)
        yield list(first.values())
        left = [each for each in left if first[each.number] is not each]


def _below(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


def _record(photo: ExportedPhoto, path: str, sidecar: SidecarLabels) -> PhotoRecord:
    marks = [TagMark(tag) for tag in sidecar.tags] + [TagMark(tag, excluded=True) for tag in sidecar.excluded]
    faces = [
        FaceRecord(
            (region.box.x, region.box.y, region.box.width, region.box.height),
            source="IMPORTED",
            marks=(PersonMark(region.name),) if region.name else (),
        )
        for region in sidecar.regions
    ]
    return PhotoRecord(
        photo.id,
        photo.content_hash,
        (path,),
        marks=tuple(marks),
        faces=tuple(faces),
        rating=ValueMark(sidecar.rating),
        favourite=ValueMark(sidecar.favourite),
    )
