"""Looks at the times of folders now and then, since network file systems send no events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.graph import folders
from photos_graph.graph.connection import Graph
from photos_graph.library.walk import FoundFolder, KnownFolder, Rules, walk
from photos_graph.model import Root, RootState
from photos_graph.services.jobs import Jobs
from photos_graph.services.roots import refreshed

log = logging.getLogger(__name__)


Told = Callable[[], Awaitable[None]]


async def poll(graph: Graph, jobs: Jobs, rules: Rules, came_back: Told | None = None) -> None:
    """One look at every root: those that went away are OFFLINE, those that changed get a quick scan, all the same one
    so that files moved between them are seen as moved. ``came_back`` is told where one is ONLINE again."""
    is_back = False
    changed = []
    for root in await folders.roots(graph):
        now = await refreshed(root)
        if now != root:
            await folders.set_root_state(graph, now)
        is_back = is_back or (root.state is RootState.OFFLINE and now.state is RootState.ONLINE)
        if now.state is RootState.OFFLINE:
            continue
        records = await folders.folders_of(graph, root.id)
        known = {r.raw: KnownFolder(r.key[len(root.id) + 1 :], r.mtime_ns) for r in records if not r.missing}
        if await asyncio.to_thread(_changed, now, rules, known):
            changed.append(root.id)
    # A scan that runs writes the times of folders at its end: until then all that it looks at is news.
    if changed and not await jobs.scanning():
        await jobs.scan(*changed, quick=True)
    if is_back and came_back is not None:
        await came_back()


def _changed(root: Root, rules: Rules, known: dict[bytes, KnownFolder]) -> bool:
    """Whether a folder has another time than the last scan found. One that came or went shows in the one above it."""
    return any(isinstance(found, FoundFolder) and found.listed for found in walk(root.raw_path, rules, known))


async def keep_polling(graph: Graph, jobs: Jobs, rules: Rules, seconds: float, came_back: Told | None = None) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await poll(graph, jobs, rules, came_back)
        except EngineUnavailable:
            log.warning("the engine does not answer; folders are looked at again in %g s", seconds)
        except PhotosGraphError as error:
            log.warning("folders were not looked at: %s", error.public_message)
