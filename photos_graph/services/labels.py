"""What people say about photos. Who wrote sees it: the index has it before the answer is given."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph import photos
from photos_graph.graph.connection import Graph
from photos_graph.model import BulkResult
from photos_graph.services.index import Index

MAX_PHOTOS = 10_000  # in one call


class Labels:
    def __init__(self, graph: Graph, index: Index) -> None:
        self._graph = graph
        self._index = index

    async def rate(self, photo_ids: Sequence[str], rating: int | None, by: str = "") -> BulkResult:
        """-1 (rejected) to 5; None: no rating, whatever the file says. Raises BadInput, NotFound before any change."""
        if rating is not None and not -1 <= rating <= 5:
            raise BadInput("A rating is -1 (rejected) to 5, or null for none.")
        ids = await self._known(photo_ids)
        result = await photos.rate(self._graph, ids, rating, by)
        await self._index.catch_up()
        return result

    async def favourite(self, photo_ids: Sequence[str], favourite: bool, by: str = "") -> BulkResult:
        """Raises BadInput, NotFound: nothing is changed."""
        ids = await self._known(photo_ids)
        result = await photos.favourite(self._graph, ids, favourite, by)
        await self._index.catch_up()
        return result

    async def _known(self, photo_ids: Sequence[str]) -> list[str]:
        ids = list(dict.fromkeys(photo_ids))
        if len(ids) > MAX_PHOTOS:
            raise BadInput(f"One call takes up to {MAX_PHOTOS:,} photos; these are {len(ids):,}.")
        known = await photos.photos_by_id(self._graph, ids)
        unknown = [id_ for id_ in ids if id_ not in known]
        if unknown:
            raise NotFound(f"{len(unknown):,} of these {len(ids):,} photos are not known; nothing was changed.")
        return ids
