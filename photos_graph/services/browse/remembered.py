"""Values that were read from the graph, kept in memory as long as the graph says the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

V = TypeVar("V")


class Remembered(Generic[V]):
    """Reads values by id, and remembers the ``most`` that were read last.

    Who writes what a value is made of touches it, so that the index hears of it before the mutation answers. The owner
    of this object then calls ``forget``. What is being read at that moment is not remembered.
    """

    def __init__(self, read: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]], most: int) -> None:
        self._read = read
        self._most = most
        self._known: dict[str, V] = {}
        self._forgotten = 0  # how often something was

    async def of(self, ids: Sequence[str]) -> dict[str, V]:
        """Returns the values of those ids that have one. Takes one query for all that are not known."""
        known = {id_: self._known[id_] for id_ in ids if id_ in self._known}
        if missing := [id_ for id_ in dict.fromkeys(ids) if id_ not in known]:
            before = self._forgotten
            read = await self._read(missing)
            known |= read
            if before == self._forgotten:
                self._known |= read
                for oldest in list(self._known)[: max(len(self._known) - self._most, 0)]:
                    del self._known[oldest]
        return known

    def known(self, id_: str) -> V | None:
        return self._known.get(id_)

    def forget(self, ids: Iterable[str] | None) -> None:
        """Forgets the values of these ids, or all values if it is None."""
        self._forgotten += 1
        if ids is None:
            self._known.clear()
            return
        for id_ in ids:
            self._known.pop(id_, None)
