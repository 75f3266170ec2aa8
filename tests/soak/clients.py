"""The clients of a soak: each lane sends one operation after the other, and learns what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from tests.soak import album_operations, face_operations, photo_operations, review_operations
from tests.soak.lanes import Lane, Operation

REFUSED = frozenset({"BAD_INPUT", "NOT_FOUND", "CONFLICT", "FORBIDDEN", "UNAUTHENTICATED"})  # nothing was done then
PAUSE = 0.04  # seconds at most between two operations
UNDO = 0.12  # share of the operations that are an undo

Make = Callable[[Lane], Operation | None]
KINDS: tuple[tuple[Make, ...], ...] = (
    photo_operations.OPERATIONS,
    album_operations.OPERATIONS,
    face_operations.OPERATIONS,
)


class Clients:
    """Lets the lanes work while the gate is open."""

    def __init__(self, lanes: list[Lane], http: httpx.AsyncClient) -> None:
        self.lanes = lanes
        self._http = http
        self._open = asyncio.Event()
        self._busy: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to work when the gate is open."""
        self._tasks = [asyncio.create_task(self._work(lane)) for lane in self.lanes]

    def go_on(self) -> None:
        """Opens the gate."""
        self._open.set()

    async def pause(self) -> None:
        """Closes the gate, and waits until each lane knows what came of its last operation, or that nobody knows."""
        self._open.clear()
        while self._busy:
            self._raise_failures()
            await asyncio.sleep(0.01)
        self._raise_failures()

    async def stop(self) -> None:
        """Ends the work."""
        await self.pause()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _raise_failures(self) -> None:
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    async def _work(self, lane: Lane) -> None:
        while True:
            await self._open.wait()
            if lane.pending is not None:  # until it is known what came of it
                await asyncio.sleep(0.02)
                continue
            self._busy.add(lane.name)
            try:
                operation = await self._chosen(lane)
                if operation is not None:
                    await self._send(lane, operation)
            finally:
                self._busy.discard(lane.name)
            await asyncio.sleep(lane.random.uniform(0, PAUSE))

    async def _chosen(self, lane: Lane) -> Operation | None:
        if lane.random.random() < UNDO and (undo := lane.undo()) is not None:
            return undo
        if lane.random.random() < review_operations.SHARE:
            return await review_operations.answer(lane, self._http)
        return lane.random.choice(lane.random.choice(KINDS))(lane)

    async def _send(self, lane: Lane, operation: Operation) -> None:
        request = {"query": operation.document, "variables": operation.variables}
        try:
            answer: dict[str, Any] = (await self._http.post("/graphql", json=request)).json()
        except (httpx.TransportError, ValueError) as error:
            lane.lose_sight(operation, repr(error))
            return
        errors = answer.get("errors")
        if not errors:
            lane.done(operation, answer["data"]["r"], answer["data"].get("lastDeletion"))
        elif all(error.get("extensions", {}).get("code") in REFUSED for error in errors):
            lane.refuse(operation, errors[0]["message"])
        else:
            lane.lose_sight(operation, str(errors[0]))
