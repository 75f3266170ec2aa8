"""Starts trainings at scheduled times, and after users have given enough labels."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.events import Events, JobQueued
from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning import schedules
from photos_graph.index import Index
from photos_graph.jobs.cron import next_time
from photos_graph.jobs.queue import Jobs
from photos_graph.learn.dataset import MIN_EXAMPLES
from photos_graph.learn.persons import MIN_FACES
from photos_graph.model.learning import ModelKind, Schedule
from photos_graph.services.learning.triggers import TRAINING, LearningTriggers
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0  # between two checks for trainings that are due


class Schedules:
    """The schedules of trainings. ``clock`` returns seconds since the epoch."""

    def __init__(
        self,
        graph: Graph,
        index: Index,
        queue: Jobs,
        learning: LearningTriggers,
        events: Events,
        settings: Settings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._graph = graph
        self._index = index
        self._jobs = queue
        self._learning = learning
        self._enough = settings.learn.corrections
        self._events = events
        self._clock = clock

    async def all(self) -> list[Schedule]:
        return list((await schedules.schedules(self._graph)).values())

    async def set(self, kind: ModelKind, cron: str | None) -> bool:
        """Sets the times at which models are trained: ``cron`` in the time zone of this machine, or None for no
        schedule. Returns whether there is a schedule now. Raises BadInput."""
        next_ms = None if cron is None else next_time(cron, self._clock())
        await schedules.put(self._graph, kind, cron, next_ms)
        return cron is not None

    async def look(self) -> None:
        """Queues the trainings that are due. Several missed runs give one run. If two processes use the same graph,
        only one of them queues it. No training is queued while one of the same kind waits or runs."""
        for schedule in (await schedules.schedules(self._graph)).values():
            now = self._clock()
            by_clock = schedule.next_at is not None and schedule.next_at.timestamp() <= now
            by_corrections = bool(self._enough) and schedule.corrections >= self._enough
            if schedule.cron is not None and not by_clock:
                await self._keep_near(schedule, schedule.cron, now)
            if not by_clock and not by_corrections:
                continue
            if await self._jobs.unfinished(TRAINING[schedule.kind]):
                continue  # it is considered again when that has ended
            learn = self._has_enough(schedule.kind) and await self._learning.can_train(schedule.kind)
            if learn or by_clock:
                await self._claim(schedule, now, learn)

    async def _keep_near(self, schedule: Schedule, cron: str, now: float) -> None:
        """Sets the next time again if it is not the next one because the clock was set back."""
        next_ms = next_time(cron, now)
        if schedule.next_at is None or schedule.next_at.timestamp() * 1000 > next_ms:
            await schedules.put(self._graph, schedule.kind, cron, next_ms)

    async def _claim(self, schedule: Schedule, now: float, learn: bool) -> None:
        """Claims the run, so that no other process starts it too. Without ``learn``, it only sets the next time."""
        next_ms = None if schedule.cron is None else next_time(schedule.cron, now)

        async def work(tx: Transaction) -> bool:
            kind, enough = schedule.kind, self._enough if learn else 0
            if not await schedules.claim(tx, kind, round(now * 1000), next_ms, enough, learn):
                return False
            if learn:
                await jobs.make(tx, TRAINING[kind])
            return learn

        if await self._graph.transaction(work):
            log.info("A training of the model of %s is queued.", schedule.kind.lower())
            await self._events.publish(JobQueued())

    def _has_enough(self, kind: ModelKind) -> bool:
        """Returns whether there are enough labels to learn anything. A training that is bound to fail is not
        started."""
        search = self._index.search
        if kind is ModelKind.TAGS:
            return any(len(search.sets.tags.having(tag.id, confirmed=True)) >= MIN_EXAMPLES for tag in search.tags)
        seen = search.sets.persons
        return sum(len(seen.showing(person.id, confirmed=True)) > MIN_FACES for person in search.persons) > 1

    async def keep_looking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.look()
            except EngineUnavailable:
                log.warning("The graph engine does not answer. Schedules wait until it does.")
            except PhotosGraphError as error:
                log.warning("Schedules could not be checked: %s", error.public_message)
