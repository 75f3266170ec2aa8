"""Reads sidecars in a tree of folders like that of the library. Photos are matched by the paths of their files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from photos_graph.errors import Unreadable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.properties import STORED
from photos_graph.graph.library import export_rows
from photos_graph.graph.library.export_rows import ExportedPhoto
from photos_graph.images.formats import RAW
from photos_graph.index import Index
from photos_graph.jobs.concurrency import retry_while_busy
from photos_graph.library.sidecar import SidecarLabels
from photos_graph.model.properties import PhotoProperty
from photos_graph.paths import display
from photos_graph.services.datasets.exports.records import (
    FaceRecord,
    LibraryRecord,
    PersonMark,
    PhotoRecord,
    PropertyMark,
    TagMark,
    ValueMark,
)
from photos_graph.services.datasets.exports.sidecars import FOLDER, NOT_TURNED
from photos_graph.services.datasets.imports.batch import BATCH_SIZE, RecordBatch
from photos_graph.services.labels.property_rules import date_parts
from photos_graph.services.scan.intake import SidecarToRead, read_sidecars
from photos_graph.services.scan.intake_tasks import ReadSidecar
from photos_graph.workers.port import Pool

NO_FOLDER = "There is no such folder in the library."
NO_FILE = "There is no such photo in this folder of the library."


@dataclass(frozen=True, slots=True)
class _MatchedSidecar:
    """A sidecar with the photo to which it belongs."""

    path: bytes  # relative to the folder that is imported
    shown: str  # path for display
    number: int  # of the photo


class SidecarSource:
    """A folder of sidecars, as a source of labels. Its subfolders are named like roots, or like folders of one root."""

    undated = True  # sidecars do not say who asserted a label and when

    def __init__(self, graph: Graph, index: Index, pool: Pool, folder: Path) -> None:
        self._graph = graph
        self._index = index
        self._pool = pool
        self._folder = folder / FOLDER if (folder / FOLDER).is_dir() else folder

    async def count(self) -> int:
        """Returns the number of sidecars."""
        return await asyncio.to_thread(lambda: sum(len(names) for _, names in self._walk()))

    async def library(self) -> LibraryRecord:
        """Returns an empty record, because sidecars belong to photos only."""
        return LibraryRecord()

    async def batches(self) -> AsyncIterator[RecordBatch]:
        """Yields the records in batches of up to BATCH_SIZE sidecars, each of which has a photo only once."""
        waiting: list[_MatchedSidecar] = []
        batch = RecordBatch()
        folders = self._walk()
        while (found := await asyncio.to_thread(next, folders, None)) is not None:
            relative, names = found
            batch.seen += len(names)
            waiting += await self._matched(relative, names, batch)
            while len(waiting) >= BATCH_SIZE:
                chunk, waiting = waiting[:BATCH_SIZE], waiting[BATCH_SIZE:]
                for sidecars in _rounds(chunk):
                    yield await self._read(sidecars, batch)
                    batch = RecordBatch()
        for sidecars in _rounds(waiting):
            yield await self._read(sidecars, batch)
            batch = RecordBatch()
        yield batch

    def _walk(self) -> Iterator[tuple[bytes, list[bytes]]]:
        """Yields each folder, relative to the imported one, with the names of its sidecars."""
        top = os.fsencode(self._folder)
        for path, folders, files in os.walk(top):
            folders.sort()
            if names := sorted(name for name in files if name.lower().endswith(b".xmp") and not name.startswith(b".")):
                yield path[len(top) :].strip(b"/"), names

    async def _matched(self, relative: bytes, names: Sequence[bytes], batch: RecordBatch) -> list[_MatchedSidecar]:
        """Matches the sidecars of a folder with its photos. As in a scan, ``photo.jpg.xmp`` comes before
        ``photo.xmp``."""
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
        matched: dict[str, _MatchedSidecar] = {}
        short: list[tuple[bytes, str]] = []
        for raw in names:
            name = display(raw[: -len(b".xmp")])
            if name in files:
                matched[name] = _MatchedSidecar(_join(relative, raw), f"{shown}/{display(raw)}", files[name])
            else:
                short.append((raw, name))
        for raw, stem in short:
            for name in _preferred(stems.get(stem, ())):
                sidecar = _MatchedSidecar(_join(relative, raw), f"{shown}/{display(raw)}", files[name])
                matched.setdefault(name, sidecar)
            if stem not in stems:
                batch.refused.append((f"{shown}/{display(raw)}", NO_FILE))
        return list(matched.values())

    def _folder_at(self, path: str) -> str | None:
        search = self._index.search
        if (row := search.folders.at(path)) is not None:
            return row.id
        below = [search.folders.at(f"{root.name}/{path}") for root in search.folders.children(None)]
        candidates = [row for row in below if row is not None]
        return candidates[0].id if len(candidates) == 1 else None

    async def _read(self, sidecars: Sequence[_MatchedSidecar], batch: RecordBatch) -> RecordBatch:
        found = await export_rows.exported_photos(self._graph, [each.number for each in sidecars])
        photos = {each.photo.number: each for each in found}
        sidecars = [each for each in sidecars if each.number in photos]
        answers = await self._sidecars([_order(each, photos[each.number]) for each in sidecars])
        for each, answer in zip(sidecars, answers, strict=True):
            batch.refused += ((each.shown, doubt) for doubt in answer.doubts)
            labels = answer.labels
            if labels is None:
                continue
            if labels.regions and photos[each.number].orientation is None:
                batch.refused.append((each.shown, NOT_TURNED))
                labels = replace(labels, regions=())
            batch.records[each.number] = _record(photos[each.number], each.shown, labels)
        return batch

    async def _sidecars(self, sidecars: Sequence[SidecarToRead]) -> Sequence[ReadSidecar]:
        """Reads all sidecars in one call. If one of them kills the reader or takes too long, the list is halved until
        it is found."""
        try:
            return await retry_while_busy(lambda: read_sidecars(self._pool, os.fsencode(self._folder), sidecars))
        except Unreadable as error:
            if len(sidecars) == 1:
                return [ReadSidecar(None, (error.public_message,))]
        half = len(sidecars) // 2
        return [*await self._sidecars(sidecars[:half]), *await self._sidecars(sidecars[half:])]


def _preferred(names: Sequence[str]) -> Sequence[str]:
    """Returns the files to which a sidecar without their extension belongs, which are the raw files if there are any. A
    JPEG beside a raw file has its own sidecar or no labels."""
    return [name for name in names if name.rpartition(".")[2].lower() in RAW.extensions] or names


def _order(sidecar: _MatchedSidecar, row: ExportedPhoto) -> SidecarToRead:
    return SidecarToRead(sidecar.path, row.photo.width, row.photo.height, row.orientation or 1)


def _rounds(sidecars: Sequence[_MatchedSidecar]) -> Iterator[list[_MatchedSidecar]]:
    """Yields the sidecars in lists that have each photo once. A photo in several folders may have several sidecars,
    which must be merged one after the other."""
    remaining = list(sidecars)
    while remaining:
        first: dict[int, _MatchedSidecar] = {}
        for each in remaining:
            first.setdefault(each.number, each)
        yield list(first.values())
        remaining = [each for each in remaining if first[each.number] is not each]


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


def _property_marks(sidecar: SidecarLabels) -> Iterator[PropertyMark]:
    """Yields what the sidecar states. What the photo says already, or a person said, stays when it is merged."""
    if sidecar.description.title is not None:
        yield PropertyMark(PhotoProperty.TITLE, {"title": sidecar.description.title})
    if sidecar.description.caption is not None:
        yield PropertyMark(PhotoProperty.CAPTION, {"caption": sidecar.description.caption})
    if (taken := sidecar.taken) is not None:
        date = dict(zip(STORED[PhotoProperty.DATE].parts, date_parts(taken), strict=True))
        yield PropertyMark(PhotoProperty.DATE, {**date})
    if (at := sidecar.location) is not None:
        position = {"latitude": at.latitude, "longitude": at.longitude, "altitude": at.altitude}
        yield PropertyMark(PhotoProperty.POSITION, {**position})


def _record(row: ExportedPhoto, path: str, sidecar: SidecarLabels) -> PhotoRecord:
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
        row.photo.id,
        row.photo.content_hash,
        (path,),
        marks=tuple(marks),
        faces=tuple(faces),
        rating=ValueMark(sidecar.rating),
        favourite=ValueMark(sidecar.favourite),
        properties=tuple(_property_marks(sidecar)),
        description=sidecar.description,
    )
