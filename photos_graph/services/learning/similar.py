"""Finds photos that look alike, from the stored graph of neighbours, in a process that reads only a few places of the
file."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.index import Index
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import SIMILAR, SimilarOrder
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

Asked = tuple[str, int]  # a photo's id, and how many are wanted


class SimilarPhotos:
    """``pool`` is not the one of the jobs, which may be busy for minutes."""

    def __init__(self, index: Index, pool: WorkerPool, settings: Settings) -> None:
        self._index = index
        self._pool = pool
        self._path = kept_neighbours(settings)

    async def similar(self, asked: Sequence[Asked]) -> list[list[str]]:
        """Returns, for each photo (id) and the number that is wanted, the ids of those that are shown, the most similar
        first; none if the photo has not been described. Raises Busy, Unavailable."""
        found: dict[Asked, list[str]] = {}
        left = {key: key[1] + EXTRA for key in asked if key[1]} if self._path.exists() else {}
        while left:
            order = SimilarOrder(self._path, tuple((photo, count) for (photo, _), count in left.items()))
            answer, _ = await self._pool.call(SIMILAR, order, Priority.INTERACTIVE)
            again: dict[Asked, int] = {}
            for (key, count), alike in zip(left.items(), answer.photos, strict=True):
                found[key] = [id_ for id_, _ in alike if self._index.search.number_of(id_) is not None][: key[1]]
                if len(found[key]) < key[1] and len(alike) == count < MAX_CANDIDATES:
                    again[key] = 4 * count
            left = again
        return [found.get(key, []) for key in asked]


EXTRA = 20  # additional candidates, since some photos may not be shown at the moment,
MAX_CANDIDATES = 5_000  # up to this number if many are not
