"""The job that follows a scan: it describes new photos, finds similar ones, and predicts their tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from photos_graph.jobs.progress import Progress
from photos_graph.model.job_arguments import PredictArguments
from photos_graph.model.jobs import Job
from photos_graph.services.learning.triggers import LearningTriggers


class LearningStage(Protocol):
    """A step of the job. A query finds what is due, so each step continues where it stopped."""

    async def run(self, job: Job[PredictArguments], progress: Progress) -> str | None:
        """Returns a sentence for the closing message, or None. Raises Cancelled."""


@dataclass(frozen=True, slots=True)
class PredictionJob:
    """Runs the stages one after the other. ``first`` is a stage that does not need the backbone."""

    learning: LearningTriggers
    first: LearningStage
    stages: Sequence[LearningStage]

    async def run(self, job: Job[PredictArguments], progress: Progress) -> str:
        """Returns the closing message. Raises Cancelled, and ModelUnavailable if learning is wanted but the backbone is
        missing."""
        sentences = [await self.first.run(job, progress)] if self.learning.is_on else []
        if (reason := await self.learning.reason_not_to()) is not None:
            return " ".join(sentence for sentence in (*sentences, reason) if sentence)
        by = await self.learning.goes_by()
        sentences += [await stage.run(job, progress) for stage in self.stages]
        await self.learning.predicted(by)
        return " ".join(sentence for sentence in sentences if sentence) or "There is nothing new."
