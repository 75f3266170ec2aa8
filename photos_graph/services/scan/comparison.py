"""Compares one root on disk with the graph: which files are new, changed, moved, back, or gone.

New and changed files are written as PENDING before any is opened. No file is judged missing here, because a file that
vanished may turn up under another path when the new ones are read (``services.scan``).
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import uuid4

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import failures, files, folders, removed_roots
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.files import FileRecord, Signature
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.graph.writing import LabelWriter
from photos_graph.jobs.progress import Progress
from photos_graph.library.passing import unpack
from photos_graph.library.walking import (
    DirectoryRules,
    Found,
    FoundFile,
    FoundFolder,
    KnownFolder,
    Problem,
    SidecarFile,
    walk,
)
from photos_graph.model.library import FileState, Root
from photos_graph.paths import encode_raw
from photos_graph.services.scan.folder_batches import FolderBatch, batches

ROWS = 1000  # files written in one commit


class Comparison:
    """Compares a root and writes the result. Afterwards, it knows what has vanished. It is used once."""

    def __init__(
        self, graph: Graph, writer: LabelWriter, root: Root, rules: DirectoryRules, progress: Progress
    ) -> None:
        self._graph = graph
        self._writer = writer
        self._root = root
        self._rules = rules
        self._progress = progress
        self._by_key: dict[str, StoredFolder] = {}
        self._by_id: dict[str, StoredFolder] = {}
        self._by_inode: dict[int, list[str]] = {}
        self._before: Mapping[str, str] = {}  # ids that folders had before the root was removed
        self._seen: set[str] = set()  # folder ids
        self._moved: set[str] = set()  # file ids
        self._problems: list[Problem] = []
        self._fresh = self._reread = False
        self.held = 0  # files that the root had before
        self.files = 0  # looked at
        self.moving = 0  # of these, with a video that is their moving part
        self.vanished: list[FileRecord] = []
        self.vanished_folders: list[StoredFolder] = []
        self.ignored: list[FileRecord] = []  # not found, but still there: nobody looks there any more
        self.stamps: list[StoredFolder] = []  # to be written after everything in the folders

    async def run(self, scope: StoredFolder | None = None, quick: bool = False, reread: bool = False) -> None:
        """Runs the comparison. ``scope`` limits it to the tree of a folder; ``quick`` trusts the times of folders, as a
        poll does; ``reread`` takes all files for changed.

        Raises RootOffline if the root cannot be opened, and Cancelled.
        """
        await folders.rekey_files(self._writer, await folders.folders_to_rekey(self._graph, self._root.id))
        for record in await folders.folders_of(self._graph, self._root.id):
            self._remember(record)
        kept = await self._graph.reading(lambda tx: removed_roots.remembered(tx, self._root.raw_path))
        self._before = kept.folders
        self._fresh, self._reread = len(self._by_id) == 1, reread
        base = scope.raw if scope else b""
        known = {
            r.raw: KnownFolder(self._below(r), r.mtime_ns, r.ignore_stamp)
            for r in self._by_id.values()
            if quick and not r.missing
        }
        found = self._walk(base, known)
        source = batches(found)
        coming = asyncio.create_task(asyncio.to_thread(next, source, None))
        try:
            self.held = await files.present_count(self._graph, self._root.id)  # before anything is written
            while (batch := await coming) is not None:
                # The disk is read while the engine answers.
                coming = asyncio.create_task(asyncio.to_thread(next, source, None))
                await self._compare(batch)
                await self._progress.step(0, None, f"Looking: {self.files:,} files")
        finally:
            await asyncio.gather(coming, return_exceptions=True)
        await self._note_problems(scope.key if scope else self._root.id)
        await self._find_vanished(base)

    @property
    def passed_over(self) -> Counter[str]:
        """The files in the whole root that are not photos, by extension."""
        now = self._by_id | {record.id: record for record in self.stamps}
        gone = {record.id for record in self.vanished_folders}
        counts: Counter[str] = Counter()
        for record in now.values():
            if record.passed_over and not record.missing and record.id not in gone:
                counts += unpack(record.passed_over)
        return counts

    def _walk(self, base: bytes, known: Mapping[bytes, KnownFolder]) -> Iterator[Found]:
        key = self._below(next(r for r in self._by_id.values() if r.raw == base))
        return walk(self._root.raw_path, self._rules, known, start=base, start_key=key)

    def _below(self, record: StoredFolder) -> str:
        """Returns the folder's key relative to the root, as the walk writes it."""
        return record.key[len(self._root.id) + 1 :]

    def _key(self, below: str) -> str:
        return f"{self._root.id}/{below}" if below else self._root.id

    def _remember(self, record: StoredFolder) -> None:
        self._by_id[record.id] = record
        self._by_key[record.key] = record
        if record.inode:
            self._by_inode.setdefault(record.inode, []).append(record.id)

    # -- folders

    async def _compare(self, batch: FolderBatch) -> None:
        put: list[StoredFolder] = []
        rekeyed: list[str] = []
        known_before: list[str] = []
        records: list[tuple[StoredFolder, FoundFolder, list[FoundFile]]] = []
        for found, found_files in batch.folders:
            record = self._by_key.get(self._key(found.key))
            if record is None and (old := await self._moved_from(found, found_files)):
                moved = self._move_tree(old, found)
                put += moved
                rekeyed += [each.id for each in moved]
                record = moved[0]
            if record is None:
                record = self._new(found)
                put.append(record)
            else:
                known_before.append(record.id)
                # A name may look the same and have other bytes, because Unicode writes an accent in two ways.
                if record.missing or record.raw != found.relative:
                    record = replace(record, raw=found.relative, missing=False, mtime_ns=0)
                    self._remember(record)
                    put.append(record)
            self._seen.add(record.id)
            if found.listed:
                records.append((record, found, found_files))
                self.stamps.append(
                    replace(
                        record,
                        inode=found.inode,
                        mtime_ns=found.mtime_ns,
                        ignore_stamp=found.ignore_stamp,
                        passed_over=found.passed_over,
                    )
                )
        await folders.put_folders(self._writer, self._root.id, list({r.id: r for r in put}.values()))
        await folders.rekey_files(self._writer, rekeyed)
        self._problems += batch.problems
        listed = {record.id for record, _, _ in records}
        known = await files.known_files(self._graph, [id_ for id_ in known_before if id_ in listed])
        await self._compare_files(records, known)

    def _new(self, found: FoundFolder) -> StoredFolder:
        parent = self._by_key[self._key(found.key.rpartition("/")[0])]
        id_ = self._before.get(encode_raw(found.relative))
        if id_ is None or id_ in self._by_id:  # it may have moved since it came back
            id_ = uuid4().hex
        # Without a time, so that a poll does not take the folder for known before its files are.
        record = StoredFolder(id_, self._key(found.key), found.name, found.relative, parent.id, found.inode, 0)
        self._remember(record)
        return record

    async def _moved_from(self, found: FoundFolder, found_files: Iterable[FoundFile]) -> StoredFolder | None:
        """Returns the folder that has moved here: same inode, its old path gone, and the same time or an entry in
        common.

        The last condition is needed because inodes are reused: a new folder often has the inode of one that was just
        deleted.
        """
        for old in await asyncio.to_thread(self._gone_with_inode, found):
            if old.mtime_ns and old.mtime_ns == found.mtime_ns:
                return old
            if await asyncio.to_thread(self._has_folder_of, old, found):
                return old
            # A folder that changed just before the walk has no time that can be compared.
            known = (await files.known_files(self._graph, [old.id])).get(old.id, {})
            if any(file.name in known and known[file.name].inode == file.inode for file in found_files):
                return old
        return None

    def _gone_with_inode(self, found: FoundFolder) -> list[StoredFolder]:
        known = [self._by_id[id_] for id_ in self._by_inode.get(found.inode, ()) if id_ not in self._seen]
        return [old for old in known if old.inode == found.inode and not self._still_there(old.raw)]

    def _has_folder_of(self, old: StoredFolder, found: FoundFolder) -> bool:
        below = [r.raw.rpartition(b"/")[2] for r in self._by_id.values() if r.parent_id == old.id]
        return any(os.path.lexists(b"/".join((self._root.raw_path, found.relative, name))) for name in below)

    def _move_tree(self, old: StoredFolder, found: FoundFolder) -> list[StoredFolder]:
        """Returns the folder and all folders below it with their new keys, itself first."""
        parent = self._by_key[self._key(found.key.rpartition("/")[0])]
        new_key = self._key(found.key)
        below = [r for r in self._by_id.values() if r.key.startswith(old.key + "/")]
        for record in (old, *below):
            self._by_key.pop(record.key, None)
        moved = [
            replace(
                old, key=new_key, name=found.name, raw=found.relative, parent_id=parent.id, missing=False, mtime_ns=0
            )
        ]
        for record in below:
            raw = found.relative + record.raw[len(old.raw) :]
            moved.append(replace(record, key=new_key + record.key[len(old.key) :], raw=raw))
        for record in moved:
            self._by_id[record.id] = record
            self._by_key[record.key] = record
        return moved

    def _still_there(self, raw: bytes) -> bool:
        """Returns whether the entry exists, by listing the folder, because a file system that ignores case would find
        the old spelling of a new name."""
        parent, _, name = raw.rpartition(b"/")
        try:
            return name in os.listdir(self._root.raw_path + b"/" + parent)  # noqa: PTH208, raw bytes
        except OSError:
            return False

    # -- files

    async def _compare_files(
        self,
        records: Iterable[tuple[StoredFolder, FoundFolder, list[FoundFile]]],
        known: dict[str, dict[str, FileRecord]],
    ) -> None:
        pending: list[FileRecord] = []
        back: list[FileRecord] = []
        appeared: list[FileRecord] = []
        unchanged: list[str] = []
        for folder, _, found_files in records:
            remembered = known.get(folder.id, {})
            self.files += len(found_files)
            self.moving += sum(file.video is not None for file in found_files)
            for file in found_files:
                before = remembered.pop(file.name, None)
                if before and _unchanged(before, file):
                    unchanged.append(before.id)
                    continue
                now = _record(before.id if before else uuid4().hex, folder.id, file)
                if before is None:
                    appeared.append(now)
                elif before.signature != now.signature:
                    pending.append(now)
                else:
                    back.append(now)
            self.vanished += [gone for gone in remembered.values() if gone.state is not FileState.MISSING]
        moved = {} if self._fresh else await self._moved_files(appeared)
        pending += [file for file in appeared if file.id not in moved]
        for chunk in _chunks([*back, *moved.values()]):
            await files.move_files(self._writer, chunk)
        for chunk in _chunks(pending):
            await files.put_pending(self._graph, chunk, self._progress.job_id)
        for start in range(0, len(unchanged) if self._reread else 0, ROWS):
            await files.reread(self._graph, unchanged[start : start + ROWS], self._progress.job_id)

    async def _moved_files(self, appeared: list[FileRecord]) -> dict[str, FileRecord]:
        """Returns, by their new ids, those that are known files under a new path: same inode, size and time, and the
        old path is gone."""
        moved: dict[str, FileRecord] = {}
        candidates: dict[int, list[FileRecord]] = {}
        for chunk in _chunks(appeared):
            candidates |= await files.files_by_inode(self._graph, self._root.id, [file.inode for file in chunk])
        listings: dict[bytes, set[bytes]] = {}
        for file in appeared:
            for old in candidates.get(file.inode, ()):
                if old.id in self._moved or old.signature[:3] != file.signature[:3]:
                    continue
                if old.signature != file.signature or await asyncio.to_thread(self._file_there, old, listings):
                    continue
                moved[file.id] = replace(file, id=old.id)
                self._moved.add(old.id)
                break
        return moved

    def _file_there(self, old: FileRecord, listings: dict[bytes, set[bytes]]) -> bool:
        folder = self._by_id[old.folder_id]
        if folder.raw not in listings:
            listings[folder.raw] = self._listing(folder.raw)
        return old.raw_name in listings[folder.raw]

    def _listing(self, folder: bytes) -> set[bytes]:
        try:
            return set(os.listdir(self._root.raw_path + b"/" + folder))  # noqa: PTH208, raw bytes
        except OSError:
            return set()

    # -- what is gone

    async def _note_problems(self, key: str) -> None:
        noted = [
            ReadFailure(self._nearest(problem.key).id, f"{self._root.name}/{problem.key}", "walk", problem.reason)
            for problem in self._problems
        ]
        await failures.put_folder_failures(self._graph, self._root.id, key, noted, self._progress.job_id)

    def _nearest(self, below: str) -> StoredFolder:
        while (record := self._by_key.get(self._key(below))) is None:
            below = below.rpartition("/")[0]
        return record

    async def _find_vanished(self, base: bytes) -> None:
        gone = [
            record
            for record in self._by_id.values()
            if record.id not in self._seen
            and not record.missing
            and (not base or record.raw == base or record.raw.startswith(base + b"/"))
            and not self._spared(record.key)
        ]
        for start in range(0, len(gone), 500):
            known = await files.known_files(self._graph, [record.id for record in gone[start : start + 500]])
            self.vanished += [f for each in known.values() for f in each.values() if f.state is not FileState.MISSING]
        self.vanished_folders = gone
        self.vanished = [
            file
            for file in self.vanished
            if file.id not in self._moved and not self._spared(f"{self._by_id[file.folder_id].key}/{file.name}")
        ]
        there = await asyncio.to_thread(self._still_on_disk)
        self.ignored = [file for file in self.vanished if file.id in there]
        self.vanished = [file for file in self.vanished if file.id not in there]

    def _still_on_disk(self) -> set[str]:
        by_folder: dict[str, dict[bytes, str]] = {}
        for file in self.vanished:
            by_folder.setdefault(file.folder_id, {})[file.raw_name] = file.id
        there: set[str] = set()
        for folder_id, ids in by_folder.items():
            there.update(ids[name] for name in self._listing(self._by_id[folder_id].raw) if name in ids)
        return there

    def _spared(self, key: str) -> bool:
        """Returns whether the entry lies at or below something that could not be examined, so that it must not be
        judged gone."""
        blocked = (self._key(problem.key) for problem in self._problems)
        return any(key == at or key.startswith(at + "/") for at in blocked)


def _unchanged(before: FileRecord, file: FoundFile) -> bool:
    same = before.signature == _signature(file) and before.raw_name == _last(file.relative)
    same = same and before.video == file.video
    return same and before.state is not FileState.MISSING


def _last(relative: bytes) -> bytes:
    return relative.rpartition(b"/")[2]


def _signature(file: FoundFile) -> Signature:
    return file.size, file.mtime_ns, file.inode, _stamp(file)


def _stamp(file: FoundFile) -> str | None:
    """Returns a text that changes when a file beside the photo does."""
    sidecar, takeout = (_stamp_of(each) for each in (file.sidecar, file.takeout))
    return f"{sidecar or ''}+{takeout}" if takeout else sidecar


def _stamp_of(beside: SidecarFile | None) -> str | None:
    return f"{beside.size}:{beside.mtime_ns}" if beside else None


def _record(id_: str, folder_id: str, file: FoundFile) -> FileRecord:
    return FileRecord(
        id=id_,
        name=file.name,
        raw_name=_last(file.relative),
        folder_id=folder_id,
        size=file.size,
        mtime_ns=file.mtime_ns,
        inode=file.inode,
        sidecar=_last(file.sidecar.relative) if file.sidecar else None,
        sidecar_stamp=_stamp(file),
        takeout=_last(file.takeout.relative) if file.takeout else None,
        video=file.video,
    )


def _chunks(records: list[FileRecord]) -> Iterator[list[FileRecord]]:
    for start in range(0, len(records), ROWS):
        yield records[start : start + ROWS]
