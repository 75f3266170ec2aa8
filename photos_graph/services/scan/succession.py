"""The stage of a scan that looks at pictures which replaced others at the same path.

If the new picture is an edit of the old one, its photo succeeds the old photo. Otherwise both are kept for a person to
decide. What waits is a query, so a scan that was stopped, or killed, continues by asking it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from functools import partial

from photos_graph.errors import EngineUnavailable, PhotosGraphError, Unavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import photos, replacements, succession
from photos_graph.graph.library.replacements import ReplacedPhoto
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.cache import opened_rendition
from photos_graph.images.renditions import Renditions
from photos_graph.images.tasks import COMPARE, ComparisonOrder
from photos_graph.jobs.concurrency import map_unordered, retry_while_busy
from photos_graph.jobs.progress import Progress
from photos_graph.model.labels import LabelKind
from photos_graph.model.succession import Succession, View
from photos_graph.settings import Settings
from photos_graph.workers.port import Pool

BLOCK = 32  # replacements that are compared and written together


class PictureComparison:
    """Compares the pictures of two photos by their LARGE renditions, of which that of a replaced photo remains."""

    def __init__(self, graph: Graph, pool: Pool, renditions: Renditions, settings: Settings) -> None:
        self._graph = graph
        self._pool = pool
        self._renditions = renditions
        self._settings = settings

    async def view(self, old_id: str, new_id: str) -> View | None:
        """Returns what the new picture shows of the old one, or None if that is not clear, or if one of the renditions
        is not kept any more. Raises EngineUnavailable and Unavailable."""
        keys = await photos.photo_keys(self._graph, [old_id, new_id])
        paths = [await self._renditions.large(keys[id_]) for id_ in (old_id, new_id) if id_ in keys]
        found = [path for path in paths if path is not None]
        if len(found) < 2:
            return None
        images = self._settings.images
        try:
            with opened_rendition(found[0]) as old, opened_rendition(found[1]) as new:
                order = ComparisonOrder(old, new, images.max_pixels, images.max_bytes)
                compared, _ = await retry_while_busy(lambda: self._pool.call(COMPARE, order))
        except (EngineUnavailable, Unavailable):
            raise
        except PhotosGraphError:
            return None  # a rendition was removed meanwhile, or is damaged
        return compared.view


class SuccessionStage:
    """Settles the replacements that scans noted. It is used once."""

    def __init__(
        self, graph: Graph, comparison: PictureComparison, writer: LabelWriter, at_once: int, progress: Progress
    ) -> None:
        self._graph = graph
        self._comparison = comparison
        self._writer = writer
        self._at_once = at_once
        self._progress = progress
        self._succeeded = self._open = 0

    async def run(self) -> str:
        """Returns the end of the closing message. Raises Cancelled."""
        while waiting := await replacements.pending(self._graph, BLOCK):
            await self._progress.step(self._succeeded + self._open, None, "Comparing pictures that were replaced")
            held = [each.old_id for each in waiting if each.is_held]
            await self._writer.commit(partial(replacements.drop, old_ids=held))
            await self._settle([each for each in waiting if not each.is_held])
        return _said(self._succeeded, self._open)

    async def _settle(self, waiting: Sequence[ReplacedPhoto]) -> None:
        views: dict[str, View | None] = {}
        async with aclosing(map_unordered(waiting, self._view, self._at_once)) as compared:
            async for each, view in compared:
                views[each.old_id] = view
        await self._succeed(waiting, views)
        different = [each.old_id for each in waiting if views[each.old_id] is None]
        await self._writer.commit(partial(replacements.leave_open, old_ids=different))
        self._open += len(different)

    async def _view(self, each: ReplacedPhoto) -> View | None:
        return await self._comparison.view(each.old_id, each.new_id)

    async def _succeed(self, waiting: Sequence[ReplacedPhoto], views: Mapping[str, View | None]) -> None:
        successions = [
            Succession(each.old_number, each.new_number, view)
            for each in waiting
            if (view := views[each.old_id]) is not None
        ]

        async def work(tx: LabelTransaction) -> None:
            for each in successions:
                await succession.succeed(tx, [each])  # a change of its own, so that each can be undone alone

        if successions:
            await self._writer.write(LabelKind.SUCCESSION, work)
        self._succeeded += len(successions)


def _said(succeeded: int, left_open: int) -> str:
    said = ""
    if succeeded:
        which = "1 edited picture" if succeeded == 1 else f"{succeeded:,} edited pictures"
        said += f" {which} took over the labels of the earlier one."
    if left_open:
        which = (
            "1 picture was replaced by another" if left_open == 1 else f"{left_open:,} pictures were replaced by others"
        )
        said += f" {which} that may show something else: look at library.replacements."
    return said
