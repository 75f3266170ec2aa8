"""Work on many things, a few of them at once."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from photos_graph.jobs.concurrency import map_unordered

pytestmark = pytest.mark.anyio


class Work:
    """Takes ``seconds`` for each thing; how many were at it at once, and which were not let end."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.running = self.most = 0
        self.cancelled: list[int] = []

    async def __call__(self, item: int) -> int:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.seconds)
            if item < 0:
                raise ValueError(item)
            return 10 * item
        except asyncio.CancelledError:
            self.cancelled.append(item)
            raise
        finally:
            self.running -= 1


async def test_everything_is_done_and_so_many_at_once() -> None:
    work = Work(0.01)
    assert sorted([pair async for pair in map_unordered(range(20), work, 3)]) == [
        (item, 10 * item) for item in range(20)
    ]
    assert work.most == 3
    assert [pair async for pair in map_unordered([], work, 3)] == []


async def test_nothing_goes_on_when_nobody_iterates_any_longer() -> None:
    async def work(item: int) -> int:
        return item if item == 0 else await slow(item)

    slow = Work(600)
    async with aclosing(map_unordered(range(5), work, 3)) as done:
        assert await anext(done) == (0, 0)
    assert slow.running == 0 and slow.cancelled == [1, 2]


async def test_what_goes_wrong_is_raised_and_ends_the_rest() -> None:
    slow = Work(600)

    async def work(item: int) -> int:
        return await (slow(item) if item else Work()(-1))

    with pytest.raises(ValueError, match="-1"):
        async for _ in map_unordered(range(5), work, 3):
            pass
    assert slow.running == 0 and slow.cancelled
