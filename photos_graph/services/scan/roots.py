"""Roots: the folders of originals that make up the library."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph import paths
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders, removed_roots
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.queue import Jobs
from photos_graph.library import identity
from photos_graph.library.passing import unpack
from photos_graph.model.job_arguments import RemovalArguments
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.model.library import Root, RootContents, RootState
from photos_graph.services.scan.root_contents import contents_of
from photos_graph.settings import Settings


async def refreshed(root: Root) -> Root:
    """Returns the root as its folder is now: ONLINE with a new marker, or OFFLINE with the old one."""
    state, marker = await asyncio.to_thread(identity.check, root.raw_path, root.marker)
    return replace(root, state=state, marker=marker)


class Roots:
    """The roots of the library. Those that are being removed are not among them."""

    def __init__(self, graph: Graph, index: Index, writer: LabelWriter, jobs: Jobs, settings: Settings) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._jobs = jobs
        self._settings = settings

    async def all(self) -> list[Root]:
        return await folders.roots(self._graph)

    async def by_id(self, root_ids: Sequence[str]) -> list[Root | None]:
        """Takes one query to the engine."""
        known = {root.id: root for root in await self.all()}
        return [known.get(id_) for id_ in root_ids]

    async def passed_over(self) -> Counter[str]:
        """Returns how many files of each extension the last scans of the roots passed over."""
        return sum((unpack(each) for each in await folders.passed_over(self._graph)), Counter())

    async def add(self, path: str, name: str | None = None) -> Root:
        """Adds a root. One that was removed gets its id and, unless another is given, its name again.

        Raises BadInput if the folder cannot be read, and Conflict if it overlaps another root."""
        raw = await asyncio.to_thread(paths.readable_folder, path)
        known, leaving = await self.all(), await folders.roots(self._graph, removing=True)
        for root in leaving:
            if paths.inside(root.raw_path, raw) or paths.inside(raw, root.raw_path):
                message = f"The root {root.name} is still being removed. Add it again when that job has ended."
                raise Conflict(message, about=path)
        for root in known:
            if paths.inside(root.raw_path, raw) or paths.inside(raw, root.raw_path):
                message = f"{paths.display(raw)} overlaps the root {root.name}, which was added before."
                raise Conflict(message, ("Root", root.id), about=path)
        paths.check_own_folders(self._settings.data_dir, self._settings.images.shared_cache_folder, [raw])
        before = await self._graph.reading(lambda tx: removed_roots.remembered(tx, raw))
        used, taken = {root.id for root in (*known, *leaving)}, {root.name for root in known}
        root = Root(
            id=before.root_id if before.root_id is not None and before.root_id not in used else uuid4().hex,
            name=before.name if name is None and before.name and before.name not in taken else _name(name, raw, taken),
            raw_path=raw,
            marker=await asyncio.to_thread(identity.marker, raw),
            state=RootState.ONLINE,
        )
        await folders.add_root(self._writer, root)
        await self._writer.follow()
        return root

    async def ensure(self, path: str) -> Root:
        """Returns the root with that path, and adds it if it is unknown. A known root may be offline."""
        raw = paths.absolute(path)
        for root in await self.all():
            if await asyncio.to_thread(_same, root.raw_path, raw):
                return root
        return await self.add(path)

    def contents(self, root_id: str) -> RootContents:
        """Returns what would not be shown any more if the root were removed."""
        return contents_of(self._index.search, root_id)

    async def start_removal(self, root_id: str) -> Job:
        """Queues a job that forgets the folders and files of the root. Originals, and the labels of photos, stay. If a
        root with the same path is added, its folders get their ids and tags back. Raises NotFound."""
        if await self.by_id([root_id]) == [None]:
            raise NotFound("There is no such root.", about=root_id)
        return await self._jobs.queue(JobKind.REMOVE_ROOT, RemovalArguments(root_id))

    async def remove(self, root_id: str) -> bool:
        """Removes the root as ``start_removal`` does, and waits until it is done, for a limited time.

        Returns False if the root is unknown. Raises Conflict if the job did not remove the root."""
        if await self.by_id([root_id]) == [None]:
            return False
        job = await self.start_removal(root_id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.web.timeout_seconds / 2):
                async for step in self._jobs.watch(job.id):
                    job = step
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            raise Conflict(f"The root was not removed. {job.message or ''}".rstrip(), about=root_id)
        await self._writer.follow()
        return True


def _same(known: bytes, raw: bytes) -> bool:
    return known == raw or (paths.inside(known, raw) and paths.inside(raw, known))


def _name(given: str | None, raw: bytes, taken: set[str]) -> str:
    """Returns the name that was given, or that of the folder, with a number if another root has it."""
    if given is not None:
        name = given.encode("utf-8", "replace").decode().strip()  # no engine accepts a lone surrogate
        if not name or "/" in name or len(name) > 255:
            raise BadInput("The name of a root must have 1 to 255 characters, without slashes.")
        if name in taken:
            raise Conflict(f"Another root is named {name}.", about=given)
        return name
    name = base = paths.display(os.path.basename(raw)) or "Photos"  # noqa: PTH119, raw bytes
    number = 2
    while name in taken:
        name, number = f"{base} {number}", number + 1
    return name
