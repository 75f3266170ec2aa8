"""The file of a back-up: a ZIP archive that any program can open, with a checksum for each of its members.

    manifest.json               the format, its version, the schema of the graph, and of each member the size in bytes,
                                the number of records and the SHA-256
    graph/<Label>.jsonl         a node in each line, with the relationships that start at it
    graph/RemovedRoot.jsonl     what is remembered of roots that were removed
    data/...                    files of the data directory

The comment of the archive is the SHA-256 of the manifest. docs/backups.md and ``node_records`` describe the lines.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from photos_graph.errors import BadInput
from photos_graph.services.backups.node_records import decoded, encoded
from photos_graph.written_files import sync_folder

FORMAT, VERSION = "photos-graph backup", 1
MANIFEST = "manifest.json"
GRAPH, DATA = "graph/", "data/"
LINES_END = ".jsonl"
# What zipfile raises for an archive that is damaged.
_UNREADABLE = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
CHUNK_BYTES = 1024 * 1024
LEVEL = 3  # of compression: most of a back-up is vectors, which do not become smaller with more effort


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the archive. ``records``: how many lines it has."""

    bytes: int
    sha256: str
    records: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a back-up says about itself. ``schema``: the number of the newest migration of the graph. ``changes``: how
    many changes people had made before. ``whole``: they made none meanwhile, so it holds no change in part.
    ``created_at``: ISO 8601, UTC."""

    format: str
    version: int
    program: str
    schema: int
    created_at: str
    changes: int
    whole: bool
    members: Mapping[str, Member]

    def count(self, label: str) -> int:
        """Returns how many nodes with the label it holds."""
        member = self.members.get(f"{GRAPH}{label}{LINES_END}")
        return member.records if member else 0


_MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)


class ArchiveWriter:
    """Writes the members of an archive one after the other. ``written`` creates one."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}

    @contextmanager
    def records(self, name: str) -> Iterator[RecordsWriter]:
        """Yields what writes the lines of a member of the graph."""
        with self._archive.open(f"{GRAPH}{name}{LINES_END}", "w", force_zip64=True) as file:
            writer = RecordsWriter(file)
            yield writer
        self.members[f"{GRAPH}{name}{LINES_END}"] = writer.member()

    def add_file(self, name: str, path: Path) -> None:
        """Adds a file of the data directory. Raises OSError."""
        with path.open("rb") as source, self._archive.open(f"{DATA}{name}", "w", force_zip64=True) as file:
            writer = RecordsWriter(file)
            while chunk := source.read(CHUNK_BYTES):
                writer.write_bytes(chunk)
        self.members[f"{DATA}{name}"] = writer.member()

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest, which has to be last."""
        content = _MANIFEST.dump_json(manifest, indent=1)
        self._archive.writestr(MANIFEST, content)
        self._archive.comment = hashlib.sha256(content).hexdigest().encode()


class RecordsWriter:
    """Writes one member, and adds up what the manifest says of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._bytes = self._records = 0

    def write(self, records: list[dict[str, Any]]) -> None:
        """Writes a line for each record."""
        self.write_bytes(b"".join(encoded(record) for record in records))
        self._records += len(records)

    def write_bytes(self, content: bytes) -> None:
        """Writes bytes that are not records."""
        self._file.write(content)
        self._hash.update(content)
        self._bytes += len(content)

    def member(self) -> Member:
        """Returns what the manifest says of the member."""
        return Member(self._bytes, self._hash.hexdigest(), self._records)


@contextmanager
def written(path: Path) -> Iterator[ArchiveWriter]:
    """Creates the file when the block ends without an exception, and verifies it before it gets its name.

    Only its owner can read it, because it holds the secrets of the installation. Raises OSError, and BadInput if what
    was written cannot be read back.
    """
    partial = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123, a descriptor
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
                yield ArchiveWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        verify(partial)
        partial.replace(path)
        sync_folder(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


class Archive:
    """A back-up that is read. Use it as a context manager; every method raises BadInput if the file is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise BadInput(f"{path} is not a whole back-up: {error}.") from error
        try:
            self.manifest = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _manifest(self) -> Manifest:
        try:
            content = self._zip.read(MANIFEST)
            head = json.loads(content)
            is_ours, version = head["format"] == FORMAT, int(head["version"])
        except (KeyError, ValueError, TypeError, *_UNREADABLE) as error:
            raise BadInput(f"{self._path} is not a back-up of photos-graph.") from error
        if not is_ours:
            raise BadInput(f"{self._path} is not a back-up of photos-graph.")
        if version > VERSION:
            raise BadInput(
                f"{self._path} was written by a newer version of photos-graph ({head.get('program')}). Install that "
                "version to restore it."
            )
        if hashlib.sha256(content).hexdigest().encode() != self._zip.comment:
            raise self._damaged(MANIFEST)
        try:
            return _MANIFEST.validate_json(content)
        except ValidationError as error:
            raise self._damaged(MANIFEST) from error

    def _damaged(self, name: str) -> BadInput:
        return BadInput(f"{self._path} is damaged: {name} is not what was written. Use another back-up.")

    def check(self) -> Iterator[int]:
        """Reads everything, compares it with the checksums, and yields how many bytes were read so far."""
        names = {info.filename for info in self._zip.infolist()} - {MANIFEST}
        if names != set(self.manifest.members) or len(self._zip.infolist()) != len(names) + 1:
            raise BadInput(f"{self._path} is damaged: it does not hold what its manifest lists. Use another back-up.")
        total = 0
        for name, member in self.manifest.members.items():
            found, size = hashlib.sha256(), 0
            for chunk in self._chunks(name):
                found.update(chunk)
                size += len(chunk)
                total += len(chunk)
                yield total
            if (size, found.hexdigest()) != (member.bytes, member.sha256):
                raise self._damaged(name)

    def records(self, name: str) -> Iterator[dict[str, Any]]:
        """Yields the records of a member of the graph, if the archive has it."""
        member = f"{GRAPH}{name}{LINES_END}"
        if member not in self.manifest.members:
            return
        try:
            with self._zip.open(member) as file:
                for line in file:
                    yield decoded(line)
        except (ValueError, *_UNREADABLE) as error:
            raise self._damaged(member) from error

    def labels(self) -> list[str]:
        """Returns the names of the members of the graph."""
        return [
            name.removeprefix(GRAPH).removesuffix(LINES_END) for name in self.manifest.members if name.startswith(GRAPH)
        ]

    def files(self) -> list[str]:
        """Returns the paths of the files of the data directory, relative to it."""
        return [name.removeprefix(DATA) for name in self.manifest.members if name.startswith(DATA)]

    def copy_file(self, name: str, target: IO[bytes]) -> None:
        """Copies a file of the data directory to an open file."""
        for chunk in self._chunks(f"{DATA}{name}"):
            target.write(chunk)

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except _UNREADABLE as error:
            raise self._damaged(name) from error


def verify(path: Path) -> Manifest:
    """Reads the whole file, compares it with its checksums, and returns its manifest. Raises BadInput."""
    with Archive(path) as archive:
        for _ in archive.check():
            pass
        return archive.manifest
