"""Photos that look alike, answered from the kept graph of neighbours by a process that looks at a few places of it."""

from __future__ import annotations

from photos_graph.images.workers import Priority, WorkerPool
from photos_graph.services.index import Index
from photos_graph.services.neighbour_stage import kept_neighbours
from photos_graph.settings import Settings


class Alike:
    """``pool``: not the one of the jobs, which may be busy for minutes."""

    def __init__(self, index: Index, pool: WorkerPool, settings: Settings) -> None:
        self._index = index
        self._pool = pool
        self._path = kept_neighbours(settings)

    async def similar(self, photo_id: str, first: int) -> list[str]:
        """Ids of up to ``first`` photos that are shown, the most similar first; none before it was described.

        Raises Busy, Unavailable.
        """
        if first == 0 or not self._path.exists():
            return []
        search = self._index.search
        asked = first + MORE
        while True:
            argument = {"path": str(self._path), "photo": photo_id, "count": asked}
            result, _ = await self._pool.call("similar", argument, Priority.INTERACTIVE)
            shown = [id_ for id_, _ in result["similar"] if search.number_of(id_) is not None]
            if len(shown) >= first or len(result["similar"]) < asked or asked >= MOST:
                return shown[:first]
            asked *= 4


MORE = 20  # asked for beyond those wanted, since some may not be shown at the moment,
MOST = 5_000  # and more of them where many are not
