"""Versions of trained models: which of them exist, which one is active, and their files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from photos_graph.array_files import Damaged
from photos_graph.errors import BadInput, NotFound, Unavailable
from photos_graph.events import Events, JobQueued
from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels import tags
from photos_graph.graph.labels.edits import Change, Edit, TagState, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import models, thresholds
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.shared_place import SharedPlace
from photos_graph.learn.registry import Registry
from photos_graph.learn.tags import TagModel
from photos_graph.model.job_arguments import PredictArguments
from photos_graph.model.jobs import JobKind
from photos_graph.model.labels import LabelKind
from photos_graph.model.learning import Model, ModelKind, ModelState, Trust
from photos_graph.services.learning.training_call import Trained
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

KEPT_VERSIONS, KEPT_REJECTED = 20, 3  # versions of a kind whose files are kept, so that they can be activated again
MIN_STORED_PROBABILITY = 0.3  # the lowest probability of stored predictions, which count if a user lowers a threshold
SHARED_FOLDER = "models"  # in the place that services share
DAMAGED = "Its file is damaged or missing."


class ModelVersions:
    """The versions of models. When one is activated, it queues the job that applies it to the library and publishes
    JobQueued. Several services have each other's versions if they share a place."""

    def __init__(
        self, graph: Graph, writer: LabelWriter, events: Events, settings: Settings, shared: SharedPlace | None = None
    ) -> None:
        self._graph = graph
        self._writer = writer
        self._events = events
        self._settings = settings
        self._follows = {ModelKind.TAGS: JobKind.PREDICT}
        if settings.faces.enabled != "off":
            self._follows[ModelKind.PERSONS] = JobKind.CLUSTER
        self._folder = settings.learn_dir / "models"
        self._registry = Registry(self._folder)
        self._shared = shared
        self._missed: set[str] = set()

    async def by_id(self, ids: Sequence[str]) -> list[Model | None]:
        """Returns the models, with None for an unknown id. Takes one query to the engine."""
        known = await models.models_by_id(self._graph, ids)
        return [known.get(id_) for id_ in ids]

    async def versions(self, kind: ModelKind | None = None) -> list[Model]:
        """Returns the versions, newest first."""
        return await models.versions(self._graph, kind)

    async def active(self, kind: ModelKind) -> tuple[Model, Path] | None:
        """Returns the active version and its file, or None.

        If its file is damaged, the newest intact version before it is activated. Returns None also if the version
        belongs to another backbone, or embedder, than the current one, or if only another service has its file.
        """
        every = await self.versions(kind)
        now = next((model for model in every if model.state is ModelState.ACTIVE), None)
        if now is None:
            return None
        reason = await self._why_not(now)
        if reason is None:
            return now, self._folder / now.file
        if reason != DAMAGED or self._is_elsewhere(now):
            return None
        log.error("The file of version %d of the model of %s is damaged.", now.version, kind.lower())
        for model in every:
            if model.state is ModelState.RETIRED and await self._why_not(model) is None:
                reason = f"Version {now.version} was active, and its file is damaged."
                await self._activate(model, reason, now)
                return replace(model, state=ModelState.ACTIVE, reason=reason), self._folder / model.file
        return None

    async def keep(self, id_: str, kind: ModelKind, trained: Trained) -> Model:
        """Stores a new version with its verdict.

        Its files are complete before the graph refers to it, and it is activated in the transaction that creates it, so
        that the state is consistent whenever the process ends.
        """
        version = 1 + max((model.version for model in await self.versions(kind)), default=0)
        name = await asyncio.to_thread(self._registry.save, kind, version, trained.model, trained.snapshot)
        if self._shared is not None:
            await self._shared.write(f"{SHARED_FOLDER}/{name}", trained.model)
        result = trained.result
        model = Model(
            id=id_,
            kind=kind,
            version=version,
            state=ModelState.CANDIDATE if result.state is ModelState.ACTIVE else result.state,
            trained_at=datetime.now(UTC),
            labels=len(result.per_label),
            examples=result.examples,
            metrics=result.metrics,
            per_label=result.per_label,
            reason=result.reason,
            snapshot=result.snapshot,
            file=name,
        )
        await self._forget_old(kind, name)
        if result.state is ModelState.ACTIVE:
            await self._activate(model, result.reason, new=True)
        else:
            await self._reject(model)
        return replace(model, state=result.state)

    async def activate(self, model_id: str) -> Model:
        """Activates the version that a user chose, even if it was rejected. Raises NotFound, and Unavailable if its
        file is damaged or if it belongs to another backbone, or embedder."""
        model = (await self.by_id([model_id]))[0]
        if model is None:
            raise NotFound("There is no such model.")
        if (reason := await self._why_not(model)) is not None:
            raise Unavailable(f"Version {model.version} cannot be used: {reason[0].lower()}{reason[1:]}")
        if model.state is not ModelState.ACTIVE:
            await self._activate(model, "A person chose it.")
        else:
            await self._graph.transaction(lambda tx: self._follow(tx, model.kind))
            await self._events.publish(JobQueued())
        found = (await self.by_id([model_id]))[0]
        return found if found is not None else model

    async def set_threshold(self, tag_id: str, threshold: float | None, by: str = "") -> str | None:
        """Sets a threshold that no later model changes, or gives it back to the models if it is None. If it is below
        MIN_STORED_PROBABILITY, all photos are predicted again. Returns the id of the change, if it changes something.
        Raises BadInput and NotFound."""
        if threshold is not None and not 0 <= threshold <= 1:
            raise BadInput("A threshold must be a probability from 0 to 1.")

        async def work(tx: LabelTransaction) -> str | None:
            before = await tags.states(tx, [tag_id])
            if threshold is None:
                await self._give_back(tx, tag_id)
                return _recorded(tx, tag_id, before[tag_id], (await tags.states(tx, [tag_id]))[tag_id], by)
            if not await models.set_threshold(tx, tag_id, threshold):
                raise NotFound("There is no such tag.")
            if threshold < MIN_STORED_PROBABILITY:
                await jobs.make(tx, JobKind.PREDICT, PredictArguments(everything=True))
            return _recorded(tx, tag_id, before[tag_id], (await tags.states(tx, [tag_id]))[tag_id], by)

        change_id = await self._writer.commit(work)
        await self._events.publish(JobQueued())
        await self._writer.follow()
        return change_id

    async def apply_settings(self) -> None:
        """Gives tags the thresholds that follow from the settings, which may have changed since the last start."""
        if await self._graph.reading(thresholds.counted) is self.counted:
            return

        async def work(tx: LabelTransaction) -> None:
            await thresholds.set_counted(tx, self.counted)
            if (active := await models.active_in(tx, ModelKind.TAGS)) is not None:
                await thresholds.give(tx, active.per_label, self.counted)

        await self._writer.commit(work)
        await self._writer.follow()

    @property
    def counted(self) -> Trust:
        """Returns the least trust of the tags whose predictions count."""
        return Trust(self._settings.learn.trust.upper())

    async def _give_back(self, tx: LabelTransaction, tag_id: str) -> None:
        if not await thresholds.give_back(tx, tag_id):
            raise NotFound("There is no such tag.")
        active = await models.active_in(tx, ModelKind.TAGS)
        own = [each for each in active.per_label if each.label_id == tag_id] if active is not None else []
        await thresholds.give(tx, own, self.counted, others=False)

    async def _reject(self, model: Model) -> None:
        """Stores a rejected version. The active model then predicts the photos that were described for the training."""

        async def work(tx: Transaction) -> None:
            await models.create(tx, model)
            if model.kind is ModelKind.TAGS:
                await self._follow(tx, model.kind)

        await self._graph.transaction(work)
        await self._events.publish(JobQueued())

    async def _activate(self, model: Model, reason: str, damaged: Model | None = None, *, new: bool = False) -> None:
        """Activates the version and queues the job that follows, in one transaction. So there is always exactly one
        active model of a kind, and its predictions will be made, whenever the process ends."""

        async def work(tx: LabelTransaction) -> None:
            if new:
                await models.create(tx, model)
            await models.activate(tx, model, reason, self.counted)
            if damaged is not None:
                await models.set_state(tx, damaged.id, ModelState.RETIRED, DAMAGED)
            await self._follow(tx, model.kind)

        await self._writer.commit(work)
        await self._events.publish(JobQueued())
        await self._writer.follow()

    async def _follow(self, tx: Transaction, kind: ModelKind) -> None:
        if kind in self._follows:
            await jobs.make(tx, self._follows[kind])

    async def _why_not(self, model: Model) -> str | None:
        """Returns why the version cannot be used, or None."""
        await self._fetch(model)
        try:
            learnt = await asyncio.to_thread(self._registry.load, model.file)
        except Damaged:
            return DAMAGED
        if isinstance(learnt, TagModel):
            seen_by, looks = learnt.backbone, self._settings.learn.backbone
        else:
            seen_by, looks = learnt.embedder, self._settings.faces.embedder
        if seen_by == looks:
            return None
        return f"It was trained on the features of {seen_by}, and the settings name {looks}."

    async def _fetch(self, model: Model) -> None:
        """Takes the file of a version that another service trained from the place that they share."""
        if self._shared is None or self._registry.has(model.file):
            return
        content = await self._shared.read(f"{SHARED_FOLDER}/{model.file}")
        if content is not None:
            with suppress(Damaged):
                await asyncio.to_thread(self._registry.put, model.file, content)

    def _is_elsewhere(self, model: Model) -> bool:
        """Returns whether another service may have the file, so that the version must not be replaced here."""
        if self._settings.graph.uri is None or self._registry.has(model.file):
            return False
        if model.id not in self._missed:
            self._missed.add(model.id)
            log.error(
                "Version %d of the model of %s is not used here, because its file is not in %s. If another service has "
                "trained it, set images.shared_cache_url for all services, or give them one folder for learn, and "
                "train again. Otherwise activate another version.",
                model.version,
                model.kind.lower(),
                self._folder,
            )
        return True

    async def _forget_old(self, kind: ModelKind, new: str) -> None:
        """Removes the files of old versions. It keeps the active one, and the newest of those that were active and of
        those that were rejected. The graph keeps the metrics of all versions."""
        every = await self.versions(kind)
        rejected = [model.file for model in every if model.state is ModelState.REJECTED][:KEPT_REJECTED]
        counted = [model.file for model in every if model.state is not ModelState.REJECTED][: KEPT_VERSIONS + 1]
        active = [model.file for model in every if model.state is ModelState.ACTIVE]
        kept = [*rejected, *counted, *active]
        await asyncio.to_thread(self._registry.forget_all_but, kind, [*kept, new])


def _recorded(tx: LabelTransaction, tag_id: str, before: TagState, after: TagState, by: str) -> str | None:
    if before == after:
        return None
    said = f"Set the threshold of {after.name} to {after.threshold}."
    if after.threshold_by is None:
        said = f"Gave the threshold of {after.name} back to the models."
    edits = (Edit(before, after, tag_id),)
    return tx.record(Change("SET_THRESHOLD", LabelKind.TAGS, by, now_ms(), edits, summary=said))
