"""Values that were read from the graph, kept in memory as long as the graph says the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Reads values by id or another key, and remembers the ``most`` that were read last.

    Who writes what a value is made of touches it, so that the index hears of it before the mutation answers. The owner
    of this object then calls ``forget``. What is being read at that moment is not remembered.
    """

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], most: int) -> None:
        self._read = read
        self._most = most
        self._known: dict[K, V] = {}
        self._forgotten = 0  # how often something was

    async def of(self, ids: Sequence[K]) -> dict[K, V]:
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

    def known(self, id_: K) -> V | None:
        return self._known.get(id_)

    def forget(self, ids: Iterable[K] | None) -> None:
        """Forgets the values of these ids, or all values if it is None."""
        self._forgotten += 1
        self._drop(list(self._known) if ids is None else ids)

    def _keep(self, read: Mapping[K, V]) -> None:
        self._known |= read

    def _drop(self, ids: Iterable[K]) -> None:
        for id_ in ids:
            self._known.pop(id_, None)


class RememberedUntilWritten(Remembered[K, V]):
    """Remembers values only as long as ``writes`` returns the same number, which each write changes. This suits values
    that change without a touch."""

    def __init__(
        self,
        read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]],
        most: int,
        writes: Callable[[], Awaitable[int]],
    ) -> None:
        super().__init__(read, most)
        self._writes = writes
        self._seen = -1

    async def of(self, ids: Sequence[K]) -> dict[K, V]:
        """Returns the values of those ids that have one. Takes one query for the number, and one for all that are not
        known."""
        # The number is read first: what is then read is at least as new, and is forgotten when the number grows.
        if (writes := await self._writes()) != self._seen:
            self._seen = writes
            self.forget(None)
        return await super().of(ids)


class RememberedByNumber(Remembered[str, V]):
    """Remembers values that have a number beside their id, by which they are forgotten. Several values may have one
    number. Those for which ``keeps`` is false are not remembered."""

    def __init__(
        self,
        read: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]],
        most: int,
        number_of: Callable[[V], int],
        keeps: Callable[[V], bool] = lambda value: True,
    ) -> None:
        super().__init__(read, most)
        self._number_of = number_of
        self._keeps = keeps
        self._ids: dict[int, set[str]] = {}  # of the values that are remembered

    def forget_numbers(self, numbers: Iterable[int] | None) -> None:
        """Forgets the values with these numbers, or all values if it is None."""
        if numbers is None:
            self.forget(None)
        else:
            self.forget([id_ for number in numbers for id_ in self._ids.get(number, ())])

    def _keep(self, read: Mapping[str, V]) -> None:
        kept = {id_: value for id_, value in read.items() if self._keeps(value)}
        super()._keep(kept)
        for id_, value in kept.items():
            self._ids.setdefault(self._number_of(value), set()).add(id_)

    def _drop(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            if (value := self._known.pop(id_, None)) is not None:
                number = self._number_of(value)
                self._ids[number].discard(id_)
                if not self._ids[number]:
                    del self._ids[number]
