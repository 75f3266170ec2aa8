"""The job that follows a scan: new photos are described, put beside those that are like them, and predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from photos_graph.jobs.progress import Progress
from photos_graph.model import Job
from photos_graph.services.learning.triggers import LearningTriggers


class LearningStage(Protocol):
    """Each goes on where it was: what is due is a query."""

    async def run(self, job: Job, progress: Progress) -> str | None:
        """A sentence for the closing message, if there is anything to say. Raises Cancelled."""


@dataclass(frozen=True, slots=True)
class PredictionJob:
    learning: LearningTriggers
    stages: Sequence[LearningStage]

    async def run(self, job: Job, progress: Progress) -> str:
        """The closing message. Raises Cancelled, and ModelUnavailable where learning is wanted without the backbone."""
        if (reason := await self.learning.reason_not_to()) is not None:
            return reason
        by = await self.learning.goes_by()
        said = [await stage.run(job, progress) for stage in self.stages]
        await self.learning.predicted(by)
        return " ".join(sentence for sentence in said if sentence) or "There is nothing new."
