"""The pictures of an export: LARGE renditions as JPEG, which carry no metadata, or copies of originals."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from photos_graph.errors import Busy, EngineUnavailable, PhotosGraphError
from photos_graph.jobs.concurrency import several
from photos_graph.model import ThumbnailFormat, ThumbnailSize
from photos_graph.services.datasets.exports.building import Building, Written
from photos_graph.services.datasets.exports.dataset_formats import Block
from photos_graph.services.datasets.exports.records import PhotoRecord
from photos_graph.services.media import Media

PIECE = 1024 * 1024  # bytes
DAMAGED = "Its picture is damaged where it is kept."

Place = Callable[[PhotoRecord, str], str]  # a record and the extension of its picture, with the dot -> path


class Pictures:
    def __init__(self, media: Media, building: Building, originals: bool, at_once: int) -> None:
        self.originals = originals
        self._media = media
        self._building = building
        self._at_once = at_once

    async def write(self, block: Block, records: Sequence[PhotoRecord], place: Place) -> dict[str, Written]:
        """A picture of each record where ``place`` says; by photo id. ``block`` gets the records with their pictures,
        and what cannot be had is left out of it. Raises EngineUnavailable."""
        found: dict[str, PhotoRecord] = {}
        written: dict[str, Written] = {}
        async for record, outcome in several(records, lambda record: self._outcome(record, place), self._at_once):
            if isinstance(outcome, PhotosGraphError):
                block.leave_out(record, outcome.public_message)
                continue
            try:
                width, height = await asyncio.to_thread(self._size, record, outcome)
            except UnidentifiedImageError:
                block.leave_out(record, DAMAGED)
                continue
            written[record.id] = outcome
            found[record.id] = replace(record, picture=(outcome.path, width, height))
        block.records += [found[record.id] for record in records if record.id in found]
        return written

    async def _outcome(self, record: PhotoRecord, place: Place) -> Written | PhotosGraphError:
        while True:
            try:
                return await (self._original(record, place) if self.originals else self._rendition(record, place))
            except Busy as busy:
                await asyncio.sleep(busy.retry_after)
            except EngineUnavailable:
                raise
            except PhotosGraphError as error:
                return error

    async def _rendition(self, record: PhotoRecord, place: Place) -> Written:
        large = await self._large(record.id)
        return await asyncio.to_thread(self._building.put, place(record, ".jpg"), large)

    async def _large(self, photo_id: str) -> list[bytes]:
        while True:
            rendition = await self._media.thumbnail(photo_id, ThumbnailSize.LARGE, ThumbnailFormat.JPEG)
            try:
                if rendition.path is not None:
                    return [await asyncio.to_thread(rendition.path.read_bytes)]
                return [] if rendition.chunks is None else [chunk async for chunk in rendition.chunks]
            except FileNotFoundError:
                continue  # thrown out of the cache in between
            finally:
                await rendition.aclose()

    async def _original(self, record: PhotoRecord, place: Place) -> Written:
        original = await self._media.original(record.id)
        file = os.fdopen(original.descriptor, "rb")
        return await asyncio.to_thread(self._copied, file, place(record, Path(original.name).suffix.lower()))

    def _copied(self, file: BinaryIO, relative: str) -> Written:
        with file:
            return self._building.put(relative, _pieces(file))

    def _size(self, record: PhotoRecord, written: Written) -> tuple[int, int]:
        """Of an original as it is displayed."""
        if self.originals:
            return record.width, record.height
        with Image.open(self._building.path / written.path) as image:
            return image.size


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
