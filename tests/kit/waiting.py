"""Waiting for what other tasks and processes do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 900  # seconds until a test believes that what it waits for will never come: a guard, not a measure of speed


async def until(condition: Callable[[], object]) -> None:
    """Raises TimeoutError when it does not become true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


class Pauses:
    """Pauses between questions whether something is done. Each pause is longer than the one before, because frequent
    questions would slow down what the test waits for."""

    def __init__(self, longest: float = 1.0) -> None:
        """``longest`` is in seconds."""
        self._seconds, self._longest = 0.02, longest

    async def __call__(self) -> None:
        await asyncio.sleep(self._seconds)
        self._seconds = min(1.3 * self._seconds, self._longest)
