"""Shows which pictures were replaced by others at the same path, and lets people say that two photos are the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import photos, replacements, succession
from photos_graph.graph.writing import LabelWriter, writes
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.library import FileState
from photos_graph.model.succession import SAME_VIEW, Replacement, Succession
from photos_graph.remembered import RememberedUntilWritten
from photos_graph.search.listing import Listing, Stretch, mapped
from photos_graph.services.scan.succession import PictureComparison

_OPEN = "open"


class Replacements:
    def __init__(self, graph: Graph, writer: LabelWriter, comparison: PictureComparison) -> None:
        self._graph = graph
        self._writer = writer
        self._comparison = comparison
        self._counts = RememberedUntilWritten(self._counted, 1, partial(writes, graph))

    async def page(
        self, first: int | None, after: str | None, last: int | None = None, before: str | None = None
    ) -> Listing[Replacement]:
        """Returns the replacements about which a person must decide, by the id of the old photo. Raises BadInput for a
        cursor that is not valid."""
        stretch = Stretch.of(first, after, last, before)
        total = (await self._counts.of([_OPEN]))[_OPEN]
        found = await replacements.page(self._graph, stretch)
        page = stretch.listing(found, lambda each: (0, each.old_id), total)
        ids = [id_ for each in page.items for id_ in (each.old_id, each.new_id)]
        known = await photos.photos_by_id(self._graph, ids)
        return mapped(page, lambda each: Replacement(known[each.old_id], known[each.new_id], each.path))

    async def succeed(self, old_id: str, new_id: str, by: str = "") -> BulkResult:
        """Gives the labels of the old photo to the new one, with its faces where the pictures show them.

        Raises NotFound, BadInput if both are one photo, and Conflict if a file still holds the old photo.
        """
        if old_id == new_id:
            raise BadInput("A photo cannot succeed itself. Name two photos.")
        known = await photos.photos_by_id(self._graph, [old_id, new_id])
        if len(known) < 2:
            raise NotFound("One of these photos is not known. Nothing was changed.")
        files = (await photos.files_of(self._graph, [old_id])).get(old_id, [])
        if any(file.state is not FileState.MISSING for file in files):
            raise Conflict("A file still holds the old photo. Only a photo without a file can be succeeded.")
        view = await self._comparison.view(old_id, new_id) or SAME_VIEW
        each = Succession(known[old_id].number, known[new_id].number, view)

        async def work(tx: LabelTransaction) -> str | None:
            return await succession.succeed(tx, [each], by)

        return BulkResult(1, 1, await self._writer.write(LabelKind.SUCCESSION, work))

    async def _counted(self, keys: Sequence[str]) -> dict[str, int]:
        return {_OPEN: await replacements.count(self._graph)}
