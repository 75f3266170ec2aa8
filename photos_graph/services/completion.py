"""Completes changes of labels that took too long for the call that asked for them."""

from __future__ import annotations

from typing import cast

from photos_graph.jobs.background import BackgroundWrites
from photos_graph.jobs.progress import Progress
from photos_graph.model.job_arguments import ChangeArguments
from photos_graph.model.jobs import Job
from photos_graph.services.labels.predicted_tags import PredictedTags
from photos_graph.services.undo import Changes


class ChangeCompletion:
    """Waits until this process no longer writes a change, and does what is left of it. That is all of it if the process
    that was asked for the change was killed."""

    def __init__(self, writes: BackgroundWrites, answers: PredictedTags, changes: Changes) -> None:
        self._writes = writes
        self._answers = answers
        self._changes = changes

    async def run(self, job: Job, progress: Progress) -> str:
        """Handles the job. What is left is what the labels still lack, so it may run any number of times."""
        asked = cast(Job[ChangeArguments], job).arguments
        await self._writes.finished(asked.change_id)
        if asked.undoes is not None:
            await self._changes.complete(asked)
        else:
            await self._answers.complete(asked, progress)
        return "The change is complete."
