"""Describes the photos that are due by features. The backbone examines a rendition of each photo once, and the result
is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning import features
from photos_graph.graph.learning.vectors import Floats
from photos_graph.jobs.progress import Progress
from photos_graph.model.jobs import Job
from photos_graph.services.learning.described import DuePhotos
from photos_graph.services.learning.features_call import PictureFeatures, describe
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.port import Pool


@dataclass(frozen=True, slots=True)
class _Features:
    pool: Pool
    settings: Settings

    stage = due.FEATURES
    message = "Analysing photos"

    @property
    def version(self) -> str:
        return self.settings.learn.backbone

    @property
    def places(self) -> int:
        return self.pool.places

    async def describe(self, files: Sequence[int]) -> PictureFeatures:
        return await describe(self.pool, files, self.settings)

    async def put(self, tx: Transaction, photos: Sequence[DuePhoto], vectors: Floats) -> None:
        await features.put(tx, self.version, photos, vectors)


@dataclass(frozen=True, slots=True)
class FeatureStage:
    """The stage that describes photos. ``pool`` runs the backbone."""

    graph: Graph
    media: Media
    pool: Pool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Returns the closing sentence. Raises Cancelled and ModelUnavailable."""
        photos = DuePhotos(self.graph, self.media, _Features(self.pool, self.settings))
        counts = await photos.describe(job, progress)
        return None if counts is None else counts.sentence("described")
