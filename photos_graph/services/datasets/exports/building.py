"""An export while it is made: a folder beside the one that it becomes, with a note of each block that is whole.

A block is some hundred photos. Its note lists the files that were written for it and its records, and is written
last: after a kill, blocks with a note are not made again. The others are from their start, for nothing tells whether
what they left is whole, or still what the labels say.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from photos_graph.errors import BadInput
from photos_graph.kept import written_whole
from photos_graph.names import folded
from photos_graph.services.datasets.exports.records import PHOTO, PhotoRecord

WORK = ".work"  # in the folder while it is made: notes, and pictures on their way into shards


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the export, by its path in it."""

    path: str
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class SkippedPhoto:
    """A photo that is not in the export, or not whole; ``path`` of its first file."""

    photo: str
    path: str
    reason: str


class Building:
    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}.part")
        self._work = self.path / WORK

    def begin(self) -> None:
        """Raises OSError."""
        self._work.mkdir(parents=True, exist_ok=True)

    def is_begun(self) -> bool:
        return self._work.is_dir()

    @property
    def is_whole(self) -> bool:
        return self.target.is_dir()

    def work(self, name: str) -> Path:
        """A place for something that is not part of the export."""
        place = self._work / name
        place.parent.mkdir(exist_ok=True)
        return place

    def has(self, relative: str) -> bool:
        """At the end, when nothing lies there that is not of this export."""
        return (self.path / relative).exists()

    def read(self, relative: str) -> bytes:
        return (self.path / relative).read_bytes()

    def put(self, relative: str, data: Iterable[bytes]) -> Written:
        """Whole or not at all, as far as a killed process goes."""
        path = self._inside(relative)
        new = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.new")
        digest, size = hashlib.sha256(), 0
        try:
            with new.open("wb") as file:
                for piece in data:
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return Written(relative, digest.hexdigest(), size)

    def repeat(self, written: Written, relative: str) -> Written:
        """The same file under another path, sharing its bytes on the disk where that can be."""
        path = self._inside(relative)
        path.unlink(missing_ok=True)
        try:
            os.link(self.path / written.path, path)
        except OSError:
            shutil.copyfile(self.path / written.path, path)
        return Written(relative, written.sha256, written.size)

    def _inside(self, relative: str) -> Path:
        """Names in it come from names of folders, roots and tags."""
        if ".." in (parts := relative.split("/")) or "" in parts:
            raise BadInput(f"{relative} is no path in an export.")
        path = self.path / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    # blocks

    def is_noted(self, block: int) -> bool:
        """And its files are there: a machine that went down may have kept the note and lost some of them. Then the
        note goes, and all that it lists."""
        note = self._note(block)
        if not note.exists():
            return False
        files = [Written(**each) for each in _about(note)["files"]]
        if all(map(self._has_whole, files)):
            return True
        note.unlink()
        for each in files:
            (self.path / each.path).unlink(missing_ok=True)
        return False

    def _has_whole(self, written: Written) -> bool:
        path = self.path / written.path
        return path.exists() and path.stat().st_size == written.size

    def note(
        self, block: int, records: Iterable[PhotoRecord], files: Sequence[Written], left_out: Sequence[SkippedPhoto]
    ) -> None:
        with written_whole(self._note(block)) as file:
            about = {"files": [asdict(each) for each in files], "left_out": [asdict(each) for each in left_out]}
            file.write(json.dumps(about).encode() + b"\n")
            for record in records:
                file.write(PHOTO.dump_json(record, exclude_defaults=True) + b"\n")

    def records(self) -> Iterator[PhotoRecord]:
        """Of all blocks, in their order."""
        for path in self._notes():
            with path.open("rb") as file:
                next(file)
                for line in file:
                    yield PHOTO.validate_json(line)

    def files(self) -> Iterator[Written]:
        for about in self._abouts():
            yield from (Written(**each) for each in about["files"])

    def left_out(self) -> Iterator[SkippedPhoto]:
        for about in self._abouts():
            yield from (SkippedPhoto(**each) for each in about["left_out"])

    def _abouts(self) -> Iterator[dict[str, list[dict[str, Any]]]]:
        return (_about(path) for path in self._notes())

    def _notes(self) -> list[Path]:
        return sorted(self._work.glob("block-*.jsonl"))

    def _note(self, block: int) -> Path:
        return self._work / f"block-{block:06d}.jsonl"

    # the end

    def sweep(self) -> None:
        """What no note lists goes, with the folders that it leaves empty: it is of an earlier try, and labels may have
        been others then."""
        known = {each.path for each in self.files()}
        folders, lying = self._lying()
        strange = [path for path in lying if path not in known]
        # A file system may keep other case or accents in a name than those that it was given.
        alike = set(map(folded, strange))
        ours = {self._identity(each.path) for each in self.files() if folded(each.path) in alike}
        for path in strange:
            if self._identity(path) not in ours:
                (self.path / path).unlink()
        for folder in reversed(folders):
            with contextlib.suppress(OSError):  # not empty
                (self.path / folder).rmdir()

    def _lying(self) -> tuple[list[str], list[str]]:
        """The paths of all folders, outer ones first, and of all files, but for our own notes."""
        found: list[str] = []
        lying: list[str] = []
        for at, folders, files in os.walk(self.path):
            above = Path(at).relative_to(self.path)
            if not above.name:
                folders.remove(WORK)
            found += (str(above / name) for name in folders)
            lying += (str(above / name) for name in files)
        return found, lying

    def _identity(self, relative: str) -> tuple[int, int] | None:
        try:
            found = (self.path / relative).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def finish(self) -> None:
        """It gets its name, once all of it is on the disk: an fsync for each file takes longer than writing it. Notes
        go last, for without them all is made again."""
        os.sync()
        self.path.replace(self.target)
        self.tidy()

    def tidy(self) -> None:
        """The rest of ``finish``, where that was cut short."""
        work = self.target / WORK
        if work.is_dir():
            shutil.rmtree(work)


def _about(note: Path) -> dict[str, list[dict[str, Any]]]:
    with note.open("rb") as file:
        about: dict[str, list[dict[str, Any]]] = json.loads(next(file))
        return about
