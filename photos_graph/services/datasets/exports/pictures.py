"""The pictures of an export, which are LARGE renditions in JPEG without metadata, or copies of the originals."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from photos_graph.errors import EngineUnavailable, NotFound, PhotosGraphError
from photos_graph.images.sealing import read_picture
from photos_graph.jobs.concurrency import map_unordered, retry_while_busy
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.services.datasets.exports.dataset_formats import Block
from photos_graph.services.datasets.exports.records import PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder
from photos_graph.services.media import Media

CHUNK = 1024 * 1024  # bytes
DAMAGED = "Its picture in the cache is damaged."

PicturePath = Callable[[PhotoRecord, str], str]  # (record, extension of its picture with the dot) -> path in the export


class Pictures:
    """Writes the pictures of an export, ``concurrency`` of them at a time."""

    def __init__(self, media: Media, staging: StagingFolder, originals: bool, concurrency: int) -> None:
        self.originals = originals
        self._media = media
        self._staging = staging
        self._concurrency = concurrency

    async def write(
        self, block: Block, records: Sequence[PhotoRecord], path_of: PicturePath
    ) -> dict[str, ExportedFile]:
        """Writes the pictures of the records to the paths that ``path_of`` returns. Returns the files by photo id.

        Adds the records with their pictures to the block, and skips the photos whose picture cannot be read. Raises
        EngineUnavailable.
        """
        complete: dict[str, PhotoRecord] = {}
        written: dict[str, ExportedFile] = {}
        keys = {} if self.originals else await self._media.keys([record.id for record in records])
        async for record, outcome in map_unordered(
            records, lambda record: self._outcome(record, keys, path_of), self._concurrency
        ):
            if isinstance(outcome, PhotosGraphError):
                block.skip(record, outcome.public_message)
                continue
            try:
                width, height = await asyncio.to_thread(self._size, record, outcome)
            except UnidentifiedImageError:
                block.skip(record, DAMAGED)
                continue
            written[record.id] = outcome
            complete[record.id] = replace(record, picture=(outcome.path, width, height))
        block.records += [complete[record.id] for record in records if record.id in complete]
        return written

    async def _outcome(
        self, record: PhotoRecord, keys: Mapping[str, str], path_of: PicturePath
    ) -> ExportedFile | PhotosGraphError:
        write = self._original if self.originals else partial(self._rendition, keys)
        try:
            return await retry_while_busy(lambda: write(record, path_of))
        except EngineUnavailable:
            raise
        except PhotosGraphError as error:
            return error

    async def _rendition(self, keys: Mapping[str, str], record: PhotoRecord, path_of: PicturePath) -> ExportedFile:
        if record.id not in keys:
            raise NotFound("There is no such photo.")
        large = await self._large(keys[record.id])
        return await asyncio.to_thread(self._staging.put, path_of(record, ".jpg"), large)

    async def _large(self, photo_key: str) -> list[bytes]:
        while True:
            rendition = await self._media.thumbnail(photo_key, ThumbnailSize.LARGE, ThumbnailFormat.JPEG)
            try:
                if rendition.path is not None:
                    return [await asyncio.to_thread(read_picture, rendition.path)]
                return [] if rendition.chunks is None else [chunk async for chunk in rendition.chunks]
            except FileNotFoundError:
                continue  # the cache evicted it in the meantime, or it was damaged
            finally:
                await rendition.aclose()

    async def _original(self, record: PhotoRecord, path_of: PicturePath) -> ExportedFile:
        original = await self._media.original(record.id)
        file = os.fdopen(original.descriptor, "rb")
        return await asyncio.to_thread(self._copy, file, path_of(record, Path(original.name).suffix.lower()))

    def _copy(self, file: BinaryIO, relative: str) -> ExportedFile:
        with file:
            return self._staging.put(relative, _chunks(file))

    def _size(self, record: PhotoRecord, written: ExportedFile) -> tuple[int, int]:
        """Returns the width and height in pixels. Those of an original are as displayed."""
        if self.originals:
            return record.width, record.height
        with Image.open(self._staging.path / written.path) as image:
            return image.size


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
