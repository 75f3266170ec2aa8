"""Windows give the same pages as a sorted list, and read little of it."""

from __future__ import annotations

import random

import pytest

from photos_graph.graph.engine.windows import AFTER_ALL, BEFORE_ALL, FIRST_WINDOW, RankRegion, RankScale

pytestmark = pytest.mark.anyio

SCALE = RankScale(3)
MANY = 5_000


def made_ranks() -> list[str]:
    """Ranks of which half have the number 999, and a few have ids that do not start with hexadecimal digits."""
    drawn = random.Random(7)
    numbers = [*(drawn.randrange(999) for _ in range(MANY)), *[999] * MANY]
    ids = (f"{drawn.getrandbits(128):032x}" for _ in numbers)
    ranks = [SCALE.rank(number, id_) for number, id_ in zip(numbers, ids, strict=True)]
    return sorted([*ranks, *(f"{number:03d}{id_}" for number in (0, 5, 999) for id_ in ("c-1", "x", "0", "00ff"))])


RANKS = made_ranks()
REGIONS = [RankRegion(0, 999, MANY), RankRegion(999, 1000, MANY)]


async def page(after: str, before: str, limit: int, from_end: bool) -> tuple[list[str], int]:
    """Returns a page, and how many ranks an engine had to read for it."""
    read_ranks = 0

    async def read(least: str, most: str, wanted: int) -> list[str]:
        nonlocal read_ranks
        found = [rank for rank in RANKS if least < rank < most]
        read_ranks += len(found)
        return (found[::-1] if from_end else found)[:wanted]

    return await SCALE.read(read, REGIONS, after, before, limit, from_end), read_ranks


@pytest.mark.parametrize("from_end", [False, True])
async def test_pages_are_those_of_the_sorted_list(from_end: bool) -> None:
    drawn = random.Random(3)
    for limit in (1, 40, 2_000):
        for _ in range(12):
            after, before = sorted(drawn.sample([BEFORE_ALL, AFTER_ALL, *drawn.sample(RANKS, 12)], 2))
            expected = [rank for rank in RANKS if after < rank < before]
            found, _ = await page(after, before, limit, from_end)
            assert found == (expected[::-1] if from_end else expected)[:limit]


@pytest.mark.parametrize("from_end", [False, True])
async def test_a_page_reads_little_of_the_list(from_end: bool) -> None:
    for bound in (None, RANKS[MANY // 2], RANKS[MANY + MANY // 2]):
        after, before = (BEFORE_ALL, bound or AFTER_ALL) if from_end else (bound or BEFORE_ALL, AFTER_ALL)
        found, read_ranks = await page(after, before, 50, from_end)
        assert len(found) == 50 and read_ranks < 2 * FIRST_WINDOW
