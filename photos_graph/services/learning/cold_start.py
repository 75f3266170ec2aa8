"""Suggests ImageNet's classes for a sample of photos, until the first model exists."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from photos_graph.errors import Busy, ModelUnavailable, PhotosGraphError, Unreadable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import now_ms
from photos_graph.graph.learning import features, questions, skips
from photos_graph.graph.learning.features import DescribedPhoto
from photos_graph.index import Index
from photos_graph.jobs.progress import Progress
from photos_graph.learn import catalogue
from photos_graph.learn.catalogue import CLASS_NAMES
from photos_graph.learn.classes import names
from photos_graph.learn.weights import BackboneWeights
from photos_graph.model.jobs import Job
from photos_graph.model.learning import ModelKind, Question
from photos_graph.services.learning.features_call import BATCH_SIZE, classify
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.port import Pool

SAMPLE_SIZE = 2_000  # photos that are classified
MAX_SUGGESTED, MAX_PER_CLASS = 300, 20  # suggestions in total, and of one class
MIN_PROBABILITY = 0.3  # lowest probability of a suggested class
RESAMPLE_GROWTH = 1.5  # the library must grow by this factor before a sample is classified again
PROGRESS = "Looking for tags to suggest"


@dataclass(frozen=True, slots=True)
class ColdStartStage:
    """The stage that suggests tags without a model. ``pool`` runs the backbone."""

    graph: Graph
    index: Index
    media: Media
    models: ModelVersions
    pool: Pool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Writes the suggestions. Raises Cancelled and ModelUnavailable."""
        learn = self.settings.learn
        if not learn.cold_start or CLASS_NAMES not in catalogue.backbone(learn.backbone).weights:
            return None  # this backbone has no classes
        if await self.models.active(ModelKind.TAGS) is not None:
            return None
        photos = await features.described(self.graph, learn.backbone)
        if not photos:
            return None
        stamp = f"classes {learn.backbone} {int(math.log(len(photos), RESAMPLE_GROWTH))}"
        if await questions.stamp(self.graph, ModelKind.TAGS) == stamp:
            return None
        try:
            called = await asyncio.to_thread(names, BackboneWeights(self.settings.models_dir, learn.weights))
        except ModelUnavailable:
            return None
        asked = await self._asked(self._sample(photos), called, progress)
        await self.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, stamp, asked))
        return f"{len(asked):,} suggestions are in the review queue." if asked else None

    def _sample(self, photos: Sequence[DescribedPhoto]) -> list[DescribedPhoto]:
        """Returns evenly spaced photos among those that are visible and have no tag."""
        sets = self.index.search.sets
        free = sets.visible - sets.stacks.covered - sets.tags.having_any(confirmed=True)
        open_ = [photo for photo in photos if photo.number in free]
        step = max(1.0, len(open_) / SAMPLE_SIZE)
        return [open_[int(at * step)] for at in range(min(SAMPLE_SIZE, len(open_)))]

    async def _asked(
        self, photos: Sequence[DescribedPhoto], called: Sequence[str], progress: Progress
    ) -> list[Question]:
        found: list[tuple[float, DescribedPhoto, str]] = []
        for start in range(0, len(photos), BATCH_SIZE):
            await progress.step(start, len(photos), PROGRESS)
            for photo, score, number in await self._likeliest(photos[start : start + BATCH_SIZE]):
                if score >= MIN_PROBABILITY:
                    found.append((score, photo, called[number]))
        denied = await skips.skipped(self.graph, now_ms())
        found = [each for each in found if f"{each[1].id}//{each[2]}" not in denied]
        taken: Counter[str] = Counter()
        asked: list[Question] = []
        for score, photo, name in sorted(found, key=lambda each: (-each[0], each[1].number)):
            if taken[name] < MAX_PER_CLASS and len(asked) < MAX_SUGGESTED:
                taken[name] += 1
                reason = f'ImageNet\'s classes, not your labels: "{name}" is likely, {score:.0%}.'
                asked.append(Question(ModelKind.TAGS, photo.id, None, None, name, score, reason))
        return asked

    async def _likeliest(self, photos: Sequence[DescribedPhoto]) -> list[tuple[DescribedPhoto, float, int]]:
        """Returns the most probable class of each photo that can be read."""
        readable: list[DescribedPhoto] = []
        files: list[int] = []
        keys = await self.media.keys([photo.id for photo in photos])
        async with AsyncExitStack() as closing:
            for photo in photos:
                if photo.id not in keys:
                    continue
                try:
                    picture = await self.media.large(keys[photo.id])
                    files += await closing.enter_async_context(self.media.opened(picture))
                except PhotosGraphError:
                    continue  # without a suggestion for this photo
                readable.append(photo)
            try:
                found = await classify(self.pool, files, self.settings)
            except (Busy, Unreadable):
                return []
        best = found.vectors.argmax(axis=1)
        return [
            (readable[at], float(found.vectors[row, best[row]]), int(best[row])) for row, at in enumerate(found.seen)
        ]
