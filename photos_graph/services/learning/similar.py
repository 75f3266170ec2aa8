"""Finds similar photos in the stored graph of neighbours, in a process that reads only small parts of the file."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.index import SeenIndex
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import SIMILAR, SimilarOrder
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

Asked = tuple[str, int]  # the id of a photo, and the number of results


class SimilarPhotos:
    """Finds similar photos. ``pool`` must not be the pool of the jobs, which may be busy for minutes."""

    def __init__(self, index: SeenIndex, pool: WorkerPool, settings: Settings) -> None:
        self._index = index
        self._pool = pool
        self._settings = settings
        self._path = kept_neighbours(settings)

    def over(self, index: SeenIndex) -> SimilarPhotos:
        """Returns what finds similar photos among those of another index."""
        return SimilarPhotos(index, self._pool, self._settings)

    async def similar(self, asked: Sequence[Asked]) -> list[list[str]]:
        """Returns, for each pair in ``asked``, the ids of visible photos that are not in its stack, the most similar
        first. The list is empty if the photo has not been described. Raises Busy and Unavailable."""
        found: dict[Asked, list[str]] = {}
        left = {key: key[1] + EXTRA_CANDIDATES for key in asked if key[1]} if self._path.exists() else {}
        while left:
            order = SimilarOrder(self._path, tuple((photo, count) for (photo, _), count in left.items()))
            answer, _ = await self._pool.call(SIMILAR, order, Priority.INTERACTIVE)
            again: dict[Asked, int] = {}
            for (key, count), alike in zip(left.items(), answer.photos, strict=True):
                found[key] = self._shown(key[0], [id_ for id_, _ in alike])[: key[1]]
                if len(found[key]) < key[1] and len(alike) == count < MAX_CANDIDATES:
                    again[key] = 4 * count
            left = again
        return [found.get(key, []) for key in asked]

    def _shown(self, photo_id: str, alike: Sequence[str]) -> list[str]:
        search = self._index.search
        number = search.number_of(photo_id)
        stack = search.stack_of(number) if number is not None else None
        own = stack.photo_ids if stack is not None else ()
        return [id_ for id_ in alike if search.number_of(id_) is not None and id_ not in own]


EXTRA_CANDIDATES = 20  # additional candidates, since some photos may not be visible at the moment
MAX_CANDIDATES = 5_000  # if too few candidates are visible, more are requested up to this number
