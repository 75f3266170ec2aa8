"""The FOLDERS format: a folder for each tag with its pictures, below a folder for each split."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from photos_graph.names import tag_names
from photos_graph.paths import portable_name
from photos_graph.services.datasets.exports.dataset_formats import Block
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.records import LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder

_SEPARATOR = "--"  # between a tag and its parent
_MAX_NAME_BYTES = 180  # file systems allow 255, and a hash and an extension are appended
UNTAGGED = "It has no tag, so it belongs to no class."


class ClassFolders:
    """The writer of the FOLDERS format. Photos without a tag are skipped."""

    how_to_read = """\
Each folder in `train`, `val` and `test` is a class, as `keras.utils.image_dataset_from_directory` and
`ImageFolder` of torchvision read it. `classes.json` has the path of the tag of each class. A photo with several tags is
in several folders. This format has no persons and no boxes."""

    def __init__(self, staging: StagingFolder, pictures: Pictures) -> None:
        self._staging = staging
        self._pictures = pictures

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Writes the pictures of a block into the folders of their tags."""
        block = Block()
        tagged = []
        for record in records:
            if record.tags:
                tagged.append(record)
            else:
                block.skip(record, UNTAGGED)
        pictures = await self._pictures.write(
            block, tagged, lambda record, extension: picture_path(record, record.tags[0].tag, extension)
        )
        for record in block.records:
            first = pictures[record.id]
            block.files.append(first)
            extension = PurePosixPath(first.path).suffix
            for tag in record.tags[1:]:
                path = picture_path(record, tag.tag, extension)
                block.files.append(await asyncio.to_thread(self._staging.link, first, path))
        return block

    def finish(self, library: LibraryRecord) -> Iterable[ExportedFile]:
        """Writes ``classes.json`` with the path of the tag for each folder."""
        tags = sorted({tag.tag for record in self._staging.records() for tag in record.tags})
        classes = {folder_name(tag): tag for tag in tags}
        yield self._staging.put("classes.json", [json.dumps(classes, indent=1, ensure_ascii=False).encode()])


def picture_path(record: PhotoRecord, tag: str, extension: str) -> str:
    """Returns the path of the picture in the class of the tag, relative to the export."""
    stem = safe_name(PurePosixPath(record.files[0]).stem)
    return f"{record.split}/{folder_name(tag)}/{stem}-{record.id[:12]}{extension}"


def folder_name(tag: str) -> str:
    """Returns a folder name for the path of a tag that every file system accepts. Two tags never get the same name."""
    plain = _SEPARATOR.join(tag_names(tag))
    name = safe_name(plain)
    if name == plain and _SEPARATOR not in tag:
        return name
    return f"{name}-{hashlib.sha256(tag.encode()).hexdigest()[:8]}"


def safe_name(name: str) -> str:
    """Returns the name shortened, in a form that every common file system accepts."""
    shortened = name.encode()[:_MAX_NAME_BYTES].decode(errors="ignore")  # drops a character that was cut in two
    return portable_name(shortened)
