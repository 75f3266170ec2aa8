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
                self._keep(read)
                self._drop(list(self._known)[: max(len(self._known) - self._most, 0)])
        return known

    def known(self, id_: str) -> V | None:
        return self._known.get(id_)

    def forget(self, ids: Iterable[str] | None) -> None:
        """Forgets the values of these ids, or all values if it is None."""
        self._forgotten += 1
        self._drop(list(self._known) if ids is None else ids)

    def _keep(self, read: Mapping[str, V]) -> None:
        self._known |= read

    def _drop(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self._known.pop(id_, None)


class RememberedByNumber(Remembered[V]):
    """Remembers values that have a number beside their id, by which they are forgotten."""

    def __init__(
        self, read: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]], most: int, number_of: Callable[[V], int]
    ) -> None:
        super().__init__(read, most)
        self._number_of = number_of
        self._ids: dict[int, str] = {}  # of the values that are remembered

    def forget_numbers(self, numbers: Iterable[int] | None) -> None:
        """Forgets the values with these numbers, or all values if it is None."""
        if numbers is None:
            self.forget(None)
        else:
            self.forget([self._ids[number] for number in numbers if number in self._ids])

    def _keep(self, read: Mapping[str, V]) -> None:
        super()._keep(read)
        self._ids |= {self._number_of(value): id_ for id_, value in read.items()}

    def _drop(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            if (value := self._known.pop(id_, None)) is not None:
                self._ids.pop(self._number_of(value), None)
