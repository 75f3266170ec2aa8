"""Random work on albums, in a process that is killed meanwhile, and what of it must be there afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.connection import Transaction
from photos_graph.index import Index
from photos_graph.services.labels.album_editing import AlbumChange, AlbumPhotos
from photos_graph.settings import Settings
from tests.kit.planted import photo_id

PHOTOS = range(7)
Albums = dict[str, list[int]]  # the numbers of the photos in their order, by the name of the album


def notes(settings: Settings) -> Path:
    """The file in which the process notes, before each step, what it leaves, and then that it was acknowledged."""
    return settings.data_dir / "album work"


def allowed(settings: Settings) -> list[Albums]:
    """What may be there after the process was killed: what was acknowledged last, and what the step after it leaves."""
    lines = [json.loads(line) for line in notes(settings).read_text().splitlines()]
    last = max(place for place, line in enumerate(lines) if line["acknowledged"])
    return [line["albums"] for line in lines[last:]]


async def work_on_albums(seed: int, queries: int) -> None:
    """Makes, fills, orders, empties and deletes albums, and takes it back, until so many queries of a transaction were
    run, or the index has followed so often."""
    settings = Settings()
    async with build(settings, run_jobs=False) as services:
        _kill_after(queries)
        await _Work(services, random.Random(seed), notes(settings)).go_on()


def _kill_after(queries: int) -> None:
    left = queries

    def counted(of: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def called(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return await of(*arguments, **named)

        return called

    Transaction.run = counted(Transaction.run)  # type: ignore[method-assign]
    Index.catch_up = counted(Index.catch_up)  # type: ignore[method-assign]


class _Work:
    """``now`` is what should be there, which the process works out by itself."""

    def __init__(self, services: Services, draw: random.Random, path: Path) -> None:
        self._services = services
        self._draw = draw
        self._path = path
        self._now: Albums = {}
        self._ids: dict[str, str] = {}
        self._last: tuple[str, Albums] | None = None  # the last change, and what was there before it
        self._made = 0

    async def go_on(self) -> None:
        self._note(self._now, acknowledged=True)
        while True:
            steps = [self._create, self._add, self._remove, self._move, self._delete, self._undo, self._undo]
            step = self._draw.choice(steps) if len(self._now) > 1 else self._create
            await step()

    async def _create(self) -> None:
        self._made += 1
        name, numbers = f"Album {self._made}", self._draw.sample(PHOTOS, 4)
        change = await self._done(
            {**self._now, name: numbers}, lambda: self._services.album_editing.create(name, _chosen(numbers))
        )
        self._ids[name] = change.album_id

    async def _add(self) -> None:
        name, numbers = self._some(), self._draw.sample(PHOTOS, 3)
        after = [*self._now[name], *(number for number in numbers if number not in self._now[name])]
        await self._done(
            {**self._now, name: after}, lambda: self._services.album_editing.add(self._ids[name], _chosen(numbers))
        )

    async def _remove(self) -> None:
        name, numbers = self._some(), self._draw.sample(PHOTOS, 2)
        after = [number for number in self._now[name] if number not in numbers]
        await self._done(
            {**self._now, name: after}, lambda: self._services.album_editing.remove(self._ids[name], _chosen(numbers))
        )

    async def _move(self) -> None:
        name = self._some()
        if not (order := list(self._now[name])):
            return
        moved = order.pop(self._draw.randrange(len(order)))
        await self._done(
            {**self._now, name: [*order, moved]},
            lambda: self._services.album_editing.move(self._ids[name], [photo_id(moved)]),
        )

    async def _delete(self) -> None:
        name = self._some()
        after = {other: numbers for other, numbers in self._now.items() if other != name}
        await self._done(after, lambda: self._services.album_editing.delete(self._ids[name]))

    async def _undo(self) -> None:
        if self._last is not None:
            change_id, before = self._last
            await self._done(before, lambda: self._undone(change_id))
            self._last = None

    async def _undone(self, change_id: str) -> AlbumChange:
        return AlbumChange("", await self._services.changes.undo(change_id))

    async def _done(self, after: Albums, step: Callable[[], Awaitable[AlbumChange]]) -> AlbumChange:
        self._note(after, acknowledged=False)
        change = await step()
        self._note(after, acknowledged=True)
        if change.result.change_id is not None:
            self._last = change.result.change_id, self._now
        self._now = after
        return change

    def _some(self) -> str:
        return self._draw.choice(sorted(self._now))

    def _note(self, albums: Albums, *, acknowledged: bool) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps({"acknowledged": acknowledged, "albums": albums}) + "\n")


def _chosen(numbers: list[int]) -> AlbumPhotos:
    return AlbumPhotos([photo_id(number) for number in numbers])
