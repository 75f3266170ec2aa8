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
