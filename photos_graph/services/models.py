"""Versions of what was learnt: which there are, which one counts, and their files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from photos_graph.errors import BadInput, NotFound, Unavailable
from photos_graph.graph import changes, jobs, models
from photos_graph.graph.connection import Graph, Transaction
from photos_graph.graph.feed import touch
from photos_graph.kept import Damaged
from photos_graph.learn.registry import Registry
from photos_graph.model import JobKind, Model, ModelKind, ModelState
from photos_graph.services.index import Index
from photos_graph.services.training import Trained
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

KEPT = 20  # versions of a kind that can be gone back to
DAMAGED = "Its file is damaged or gone."


class Models:
    """``wake`` is told when a model took over, and a job was made with it that goes through the library again."""

    def __init__(self, graph: Graph, index: Index, settings: Settings, wake: Callable[[], None]) -> None:
        self._graph = graph
        self._index = index
        self._wake = wake
        self._follows = {ModelKind.TAGS: JobKind.PREDICT}
        if settings.faces.enabled != "off":
            self._follows[ModelKind.PERSONS] = JobKind.CLUSTER
        self._folder = settings.learn_dir / "models"
        self._registry = Registry(self._folder)

    async def by_id(self, ids: Sequence[str]) -> list[Model | None]:
        """One query to the engine."""
        known = await models.models_by_id(self._graph, ids)
        return [known.get(id_) for id_ in ids]

    async def versions(self, kind: ModelKind | None = None) -> list[Model]:
        """Newest first."""
        return await models.versions(self._graph, kind)

    async def active(self, kind: ModelKind) -> tuple[Model, Path] | None:
        """The one that counts, and its file. Where that is damaged the newest before it that is whole takes over."""
        every = await self.versions(kind)
        now = next((model for model in every if model.state is ModelState.ACTIVE), None)
        if now is None:
            return None
        if await self._is_whole(now):
            return now, self._folder / now.file
        log.error("the file of version %d of the model of %s is damaged", now.version, kind.lower())
        for model in every:
            if model.state is ModelState.RETIRED and await self._is_whole(model):
                reason = f"Version {now.version} took over and is damaged."
                await self._activate(model, reason, now)
                return replace(model, state=ModelState.ACTIVE, reason=reason), self._folder / model.file
        return None

    async def keep(self, id_: str, kind: ModelKind, trained: Trained) -> Model:
        """A new version, as it was judged. Its files are whole before the graph knows of it, and it takes over in the
        transaction that makes it: nothing is half done whenever the process ends."""
        version = 1 + max((model.version for model in await self.versions(kind)), default=0)
        name = await asyncio.to_thread(self._registry.save, kind, version, trained.model, trained.snapshot)
        model = Model(
            id=id_,
            kind=kind,
            version=version,
            state=ModelState.CANDIDATE if trained.state is ModelState.ACTIVE else trained.state,
            trained_at=datetime.now(UTC),
            labels=len(trained.per_label),
            examples=trained.examples,
            metrics=trained.metrics,
            per_label=trained.per_label,
            reason=trained.reason,
            snapshot=trained.snapshot_id,
            file=name,
        )
        await self._forget_old(kind, name)
        if trained.state is ModelState.ACTIVE:
            await self._activate(model, trained.reason, new=True)
        else:
            await self._graph.transaction(lambda tx: models.create(tx, model))
        return replace(model, state=trained.state)

    async def activate(self, model_id: str) -> Model:
        """As a person wants it, also one that was rejected. Raises NotFound, Unavailable where its file is damaged."""
        model = (await self.by_id([model_id]))[0]
        if model is None:
            raise NotFound("There is no such model.")
        if not await self._is_whole(model):
            raise Unavailable(f"Version {model.version} cannot be used: {DAMAGED[0].lower()}{DAMAGED[1:]}")
        if model.state is not ModelState.ACTIVE:
            await self._activate(model, "Somebody chose it.")
        found = (await self.by_id([model_id]))[0]
        return found if found is not None else model

    async def set_threshold(self, tag_id: str, threshold: float) -> None:
        """It stays, whatever models come. Raises BadInput, NotFound."""
        if not 0 <= threshold <= 1:
            raise BadInput("A threshold is a probability: from 0 to 1.")

        async def work(tx: Transaction) -> None:
            await changes.lock(tx)
            if not await models.set_threshold(tx, tag_id, threshold):
                raise NotFound("There is no such tag.")
            await touch(tx, tags=[tag_id])

        await self._graph.transaction(work)
        await self._index.catch_up()

    async def _activate(self, model: Model, reason: str, damaged: Model | None = None, *, new: bool = False) -> None:
        """All at once, with the job that follows: there is one active model of a kind at any time, and what it says
        will be known, whenever the process ends."""

        async def work(tx: Transaction) -> None:
            await changes.lock(tx)
            if new:
                await models.create(tx, model)
            tags = await models.activate(tx, model, reason)
            if damaged is not None:
                await models.set_state(tx, damaged.id, ModelState.RETIRED, DAMAGED)
            if model.kind in self._follows:
                await jobs.make(tx, self._follows[model.kind], {})
            await touch(tx, tags=tags)

        await self._graph.transaction(work)
        self._wake()
        await self._index.catch_up()

    async def _is_whole(self, model: Model) -> bool:
        try:
            await asyncio.to_thread(self._registry.load, model.file)
        except Damaged:
            return False
        return True

    async def _forget_old(self, kind: ModelKind, new: str) -> None:
        """Files of the active model and the newest others stay; what is known of the rest does."""
        every = await self.versions(kind)
        kept = [model.file for at, model in enumerate(every) if at < KEPT or model.state is ModelState.ACTIVE]
        await asyncio.to_thread(self._registry.forget_all_but, kind, [*kept, new])
