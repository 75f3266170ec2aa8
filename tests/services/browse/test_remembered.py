"""What was read stays in memory until it is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from photos_graph.remembered import Remembered, RememberedByNumber, RememberedUntilWritten

pytestmark = pytest.mark.anyio


class Source:
    """Returns how often it was read, for all ids but "none"."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def read(self, ids: Sequence[str]) -> dict[str, int]:
        self.asked.append(list(ids))
        await self.may_answer.wait()
        return {id_: len(self.asked) for id_ in ids if id_ != "none"}


async def test_what_is_known_is_not_read_again_until_it_is_forgotten() -> None:
    source = Source()
    remembered = Remembered(source.read, most=10)
    assert await remembered.of(["a", "b", "a"]) == {"a": 1, "b": 1}
    assert await remembered.of(["b", "c", "none"]) == {"b": 1, "c": 2}
    remembered.forget(["a"])
    assert await remembered.of(["a", "b"]) == {"a": 3, "b": 1}
    remembered.forget(None)
    assert await remembered.of(["b"]) == {"b": 4}
    assert source.asked == [["a", "b"], ["c", "none"], ["a"], ["b"]]


async def test_what_is_read_while_something_is_forgotten_is_not_kept() -> None:
    source = Source()
    source.may_answer.clear()
    remembered = Remembered(source.read, most=10)
    reading = asyncio.create_task(remembered.of(["a"]))
    await asyncio.sleep(0)
    remembered.forget(["a"])
    source.may_answer.set()
    assert await reading == {"a": 1}
    assert await remembered.of(["a"]) == {"a": 2}


async def test_the_oldest_are_dropped() -> None:
    source = Source()
    remembered = Remembered(source.read, most=2)
    for id_ in ("a", "b", "c"):
        await remembered.of([id_])
    assert await remembered.of(["b", "c"]) == {"b": 2, "c": 3}
    assert await remembered.of(["a"]) == {"a": 4}


async def test_values_are_forgotten_by_their_numbers_and_none_is_kept_of_those_that_were_dropped() -> None:
    source = Source()

    async def read(ids: Sequence[str]) -> dict[str, int]:
        await source.read(ids)
        return {id_: ord(id_) for id_ in ids}

    remembered = RememberedByNumber(read, most=2, number_of=lambda value: value)
    for id_ in ("a", "b", "c"):
        await remembered.of([id_])
    assert remembered._ids == {ord("b"): {"b"}, ord("c"): {"c"}}
    remembered.forget_numbers([ord("a"), ord("b")])
    assert (remembered.known("b"), remembered.known("c")) == (None, ord("c"))
    assert remembered._ids == {ord("c"): {"c"}}
    remembered.forget_numbers(None)
    assert (remembered.known("c"), remembered._ids) == (None, {})


async def test_values_of_one_number_are_forgotten_together_and_some_are_not_kept() -> None:
    source = Source()

    async def read(ids: Sequence[str]) -> dict[str, str]:
        return {id_: f"{id_}{asked}" for id_, asked in (await source.read(ids)).items()}

    remembered = RememberedByNumber(read, 10, lambda value: 7, lambda value: not value.startswith("c"))
    assert await remembered.of(["a", "b", "c"]) == {"a": "a1", "b": "b1", "c": "c1"}
    assert [remembered.known(id_) for id_ in "abc"] == ["a1", "b1", None]
    remembered.forget_numbers([6])
    assert await remembered.of(["a", "b"]) == {"a": "a1", "b": "b1"}
    remembered.forget_numbers([7])
    assert await remembered.of(["a", "b"]) == {"a": "a2", "b": "b2"}


async def test_values_are_kept_until_something_is_written() -> None:
    source, written = Source(), 0

    async def writes() -> int:
        return written

    remembered = RememberedUntilWritten(source.read, 10, writes)
    assert await remembered.of(["a"]) == await remembered.of(["a"]) == {"a": 1}
    written = 1
    source.may_answer.clear()
    first = asyncio.create_task(remembered.of(["a"]))
    await asyncio.sleep(0)
    written = 2  # while it is read
    source.may_answer.set()
    await first
    assert await remembered.of(["a"]) == {"a": 3}
