"""Sets ratings and favourites of photos."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import ratings, stacks
from photos_graph.graph.library import photos
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import BulkResult, LabelKind

MAX_PHOTOS = 10_000  # photos in one call


class Ratings:
    def __init__(self, graph: Graph, writer: LabelWriter) -> None:
        self._graph = graph
        self._writer = writer

    async def rate(self, photo_ids: Sequence[str], rating: int | None, by: str = "") -> BulkResult:
        """Rates photos from -1 (rejected) to 5. None removes the rating, even if the file has one. Raises BadInput or
        NotFound before it changes anything."""
        if rating is not None and not -1 <= rating <= 5:
            raise BadInput("A rating must be from -1 (rejected) to 5, or null for no rating.")
        return await self._assert(LabelKind.RATING, photo_ids, rating, by)

    async def favourite(self, photo_ids: Sequence[str], favourite: bool, by: str = "") -> BulkResult:
        """Marks photos as favourites or not. Raises BadInput or NotFound before it changes anything."""
        return await self._assert(LabelKind.FAVOURITE, photo_ids, favourite, by)

    async def _assert(self, kind: LabelKind, photo_ids: Sequence[str], value: int | bool | None, by: str) -> BulkResult:
        numbers = await labelled_numbers(self._graph, photo_ids)
        return await self._writer.write(kind, lambda tx: ratings.assert_value(tx, kind, numbers, value, by))


async def known_numbers(graph: Graph, photo_ids: Sequence[str]) -> list[int]:
    """Returns the numbers of the photos, without duplicates. Raises BadInput if there are too many, and NotFound unless
    all of them exist."""
    ids = list(dict.fromkeys(photo_ids))
    if len(ids) > MAX_PHOTOS:
        raise BadInput(f"A call accepts up to {MAX_PHOTOS:,} photos, but got {len(ids):,}.")
    numbers = await photos.photo_numbers(graph, ids)
    if unknown := len(ids) - len(numbers):
        raise NotFound(f"{unknown:,} of these {len(ids):,} photos are not known. Nothing was changed.")
    return numbers


async def labelled_numbers(graph: Graph, photo_ids: Sequence[str]) -> list[int]:
    """Returns the numbers of the photos and of all others in their stacks, which get the same labels. Raises the errors
    of ``known_numbers``."""
    return await stacks.whole(graph, await known_numbers(graph, photo_ids))
