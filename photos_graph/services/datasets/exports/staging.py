"""The staging folder in which an export is built before it is renamed to its final path.

An export is written in blocks of some hundred photos. When a block is complete, a note of it is written, which lists
its files and its records. After a crash, blocks with a note are kept. Blocks without one are written again from the
start, because nothing tells whether their files are complete or still agree with the labels.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from photos_graph.errors import BadInput
from photos_graph.services.datasets.exports.leftovers import remove_leftovers
from photos_graph.services.datasets.exports.records import PHOTO, PhotoRecord
from photos_graph.written_files import written_whole

WORK = ".work"  # subfolder of the staging folder for notes and for pictures on their way into shards


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that belongs to an export. ``path`` is relative to the folder of the export."""

    path: str
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class SkippedPhoto:
    """A photo that the export does not contain, or not completely. ``path`` is the path of its first file."""

    photo: str
    path: str
    reason: str


class StagingFolder:
    """The hidden folder beside ``target`` in which an export is built."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}.part")
        self._work = self.path / WORK

    def create(self) -> None:
        """Creates the folder, which is its owner's alone: it will have pictures, names and positions. Raises OSError if
        that is not possible."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)
        self.path.chmod(0o700)  # also one that an earlier version began
        self._work.mkdir(mode=0o700, exist_ok=True)

    def exists(self) -> bool:
        """Returns whether the folder exists, because an export has begun and not finished."""
        return self._work.is_dir()

    @property
    def is_finished(self) -> bool:
        """True if the export has been renamed to its target."""
        return self.target.is_dir()

    def contains(self, relative: str) -> bool:
        """Returns whether the file exists. The answer is reliable only after ``remove_unlisted``."""
        return (self.path / relative).exists()

    def read(self, relative: str) -> bytes:
        """Returns the content of a file. Raises OSError."""
        return (self.path / relative).read_bytes()

    def put(self, relative: str, data: Iterable[bytes]) -> ExportedFile:
        """Writes a file, replacing any earlier one. If the process is killed, no incomplete file remains.

        Raises BadInput if the path is not a plain relative one, OSError if it cannot be written.
        """
        path = self._inside(relative)
        new = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.new")
        digest, size = hashlib.sha256(), 0
        try:
            with open(new, "wb", opener=_private) as file:
                for chunk in data:
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return ExportedFile(relative, digest.hexdigest(), size)

    def link(self, written: ExportedFile, relative: str) -> ExportedFile:
        """Puts the same file under a second path, as a hard link where the file system supports it."""
        path = self._inside(relative)
        path.unlink(missing_ok=True)
        try:
            os.link(self.path / written.path, path)
        except OSError:
            with (self.path / written.path).open("rb") as source, open(path, "wb", opener=_private) as copy:
                shutil.copyfileobj(source, copy)
        return ExportedFile(relative, written.sha256, written.size)

    def _inside(self, relative: str) -> Path:
        """Returns the absolute path. Raises BadInput if it would leave the folder, as a
        hostile name of a tag, folder or root could make it."""
        if ".." in (parts := relative.split("/")) or "" in parts:
            raise BadInput(f"{relative} is not a path inside an export.")
        path = self.path / relative
        for folder in reversed(path.parents[: len(parts) - 1]):
            folder.mkdir(mode=0o700, exist_ok=True)
        return path

    # blocks

    def has_block(self, block: int) -> bool:
        """Returns whether the block is complete: its note exists and so do all files that the note lists.

        After a power failure the note may exist without some of its files. In this case the note and its files are
        deleted.
        """
        note = self._note(block)
        if not note.exists():
            return False
        files = [ExportedFile(**each) for each in _header(note)["files"]]
        if all(map(self._is_complete, files)):
            return True
        note.unlink()
        for each in files:
            (self.path / each.path).unlink(missing_ok=True)
        return False

    def _is_complete(self, file: ExportedFile) -> bool:
        path = self.path / file.path
        return path.exists() and path.stat().st_size == file.size

    def record_block(
        self, block: int, records: Iterable[PhotoRecord], files: Sequence[ExportedFile], skipped: Sequence[SkippedPhoto]
    ) -> None:
        """Writes the note of a complete block: a line about its files and skipped photos, then a line per record."""
        with written_whole(self._note(block)) as file:
            header = {"files": [asdict(each) for each in files], "left_out": [asdict(each) for each in skipped]}
            file.write(json.dumps(header).encode() + b"\n")
            for record in records:
                file.write(PHOTO.dump_json(record, exclude_defaults=True) + b"\n")

    def records(self) -> Iterator[PhotoRecord]:
        """Yields the records of all blocks, in the order of the blocks."""
        for path in self._notes():
            with path.open("rb") as file:
                next(file)
                for line in file:
                    yield PHOTO.validate_json(line)

    def files(self) -> Iterator[ExportedFile]:
        """Yields the files of all blocks, in the order of the blocks."""
        for header in self._headers():
            yield from (ExportedFile(**each) for each in header["files"])

    def skipped(self) -> Iterator[SkippedPhoto]:
        """Yields the photos that were skipped in any block, in the order of the blocks."""
        for header in self._headers():
            yield from (SkippedPhoto(**each) for each in header["left_out"])

    def _headers(self) -> Iterator[dict[str, list[dict[str, Any]]]]:
        return (_header(path) for path in self._notes())

    def _notes(self) -> list[Path]:
        return sorted(self._work.glob("block-*.jsonl"))

    def _note(self, block: int) -> Path:
        return self._work / f"block-{block:06d}.jsonl"

    # completion

    def remove_unlisted(self) -> None:
        """Deletes the files that no note lists, and the folders that this leaves empty.

        Such files remain from an interrupted run, and the labels may have changed since.
        """
        remove_leftovers(self.path, {each.path for each in self.files()}, WORK)

    def finish(self) -> None:
        """Renames the folder to its target once everything is on the disk, and deletes the notes last.

        One sync of all file systems is much faster than one fsync per file.
        """
        os.sync()
        self.path.replace(self.target)
        self.remove_work()

    def remove_work(self) -> None:
        """Deletes the notes from the finished export. It is also called when ``finish`` was interrupted before it."""
        work = self.target / WORK
        if work.is_dir():
            shutil.rmtree(work)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _header(note: Path) -> dict[str, list[dict[str, Any]]]:
    with note.open("rb") as file:
        header: dict[str, list[dict[str, Any]]] = json.loads(next(file))
        return header
