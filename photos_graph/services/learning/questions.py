"""Chooses the questions about tags, once for each model and the photos that it predicted."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import features, questions
from photos_graph.graph.learning.large_faces import portraits
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.model.jobs import Job
from photos_graph.model.learning import ModelKind, Question
from photos_graph.services.learning import examples
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import ASK, AskOrder
from photos_graph.services.learning.portraits import tags_without_portraits
from photos_graph.services.learning.prediction import guesses_of
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool

MAX_QUESTIONS, MAX_PER_TAG = 200, 20  # questions about all tags, and in addition about each of them
MAX_IN_ALL = 300
MESSAGE = "Choosing questions for the review queue"


@dataclass(frozen=True, slots=True)
class QuestionStage:
    graph: Graph
    index: Index
    models: ModelVersions
    pool: WorkerPool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Writes the questions. Raises Cancelled, and the errors of the worker."""
        active = await self.models.active(ModelKind.TAGS)
        if active is None:
            return None
        guesses = guesses_of(self.settings, active[0].id)
        if not await asyncio.to_thread(guesses.exists):
            return None
        photos = await features.described(self.graph, self.settings.learn.backbone)
        stamp = f"{active[0].id} {len(photos)}"
        if await questions.stamp(self.graph, ModelKind.TAGS) == stamp:
            return None
        search = self.index.search
        with scratch(self.settings.learn_dir, "asking") as folder:
            file = folder / "examples.json"
            await asyncio.to_thread(examples.write, examples.labelled_photos(search, photos), file)
            spared = folder / "spared.json"
            await asyncio.to_thread(spared.write_text, json.dumps(await self._spared()))
            order = AskOrder(
                graph=kept_neighbours(self.settings),
                guesses=guesses,
                examples=file,
                thresholds={row.id: row.threshold for row in search.tags},
                count=MAX_QUESTIONS,
                each=MAX_PER_TAG,
                most=MAX_IN_ALL,
                spared=spared,
            )
            await progress.step(0, None, MESSAGE)
            answer, _ = await with_progress(self.pool.call(ASK, order), progress, MESSAGE)
        asked = [
            Question(ModelKind.TAGS, each.photo_id, None, each.tag_id, row.name, each.score, each.reason)
            for each in answer.questions
            if (row := search.tags.get(each.tag_id)) is not None
        ]
        await self.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, stamp, asked))
        return f"{len(asked):,} questions are in the review queue."

    async def _spared(self) -> dict[str, list[str]]:
        """Returns the tags that portraits do not have, by what people answered, and the portraits."""
        search = self.index.search
        settled = await tags_without_portraits(self.graph, search, [row.id for row in search.tags])
        large = await portraits(self.graph) & search.sets.visible if settled else BitMap()
        return {"tags": sorted(settled), "photos": search.photo_ids(large)}
