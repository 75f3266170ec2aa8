"""A folder for each tag, with the pictures that have it; above them train, val and test."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from photos_graph.services.datasets.exports.building import Building, Written
from photos_graph.services.datasets.exports.dataset_formats import Block
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.records import LibraryRecord, PhotoRecord

_NEVER = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^\.+|[. ]+$')  # in the names of folders, somewhere
_BETWEEN = "--"  # a tag and the one above it
_LONGEST = 180  # bytes of a name, which hashes and an extension follow: file systems take 255
WITHOUT = "It has no tag, and is in no class."


class ClassFolders:
    how_to_read = """\
Each folder below `train`, `val` and `test` is a class, as `keras.utils.image_dataset_from_directory`
and torchvision's `ImageFolder` read them; `classes.json` gives the path of the tag for each. A photo with several
tags is in several folders. Persons and boxes are not in this format."""

    def __init__(self, building: Building, pictures: Pictures) -> None:
        self._building = building
        self._pictures = pictures

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        block = Block()
        tagged = []
        for record in records:
            if record.tags:
                tagged.append(record)
            else:
                block.leave_out(record, WITHOUT)
        written = await self._pictures.write(
            block, tagged, lambda record, extension: place(record, record.tags[0].tag, extension)
        )
        for record in block.records:
            first = written[record.id]
            block.files.append(first)
            extension = PurePosixPath(first.path).suffix
            for tag in record.tags[1:]:
                again = place(record, tag.tag, extension)
                block.files.append(await asyncio.to_thread(self._building.repeat, first, again))
        return block

    def finish(self, library: LibraryRecord) -> Iterable[Written]:
        used = sorted({tag.tag for record in self._building.records() for tag in record.tags})
        classes = {folder_name(tag): tag for tag in used}
        yield self._building.put("classes.json", [json.dumps(classes, indent=1, ensure_ascii=False).encode()])


def place(record: PhotoRecord, tag: str, extension: str) -> str:
    stem = safe(PurePosixPath(record.files[0]).stem)
    return f"{record.split}/{folder_name(tag)}/{stem}-{record.id[:12]}{extension}"


def folder_name(tag: str) -> str:
    """Of a tag's path, on any file system; two tags never have the same."""
    plain = tag.replace("/", _BETWEEN)
    name = safe(plain)
    if name == plain and _BETWEEN not in tag:
        return name
    return f"{name}-{hashlib.sha256(tag.encode()).hexdigest()[:8]}"


def safe(name: str) -> str:
    cut = name.encode()[:_LONGEST].decode(errors="ignore")  # no half of a character
    return _NEVER.sub("_", cut) or "_"
