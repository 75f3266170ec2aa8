"""The job that removes a root from the library."""

from __future__ import annotations

from photos_graph.errors import EngineUnavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import forgetting
from photos_graph.graph.writing import LabelWriter
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.queue import Jobs
from photos_graph.model.job_arguments import RemovalArguments, ScanArguments
from photos_graph.model.jobs import Job, JobKind


class RootRemoval:
    """Forgets the folders and files of a root. Originals, and the labels of photos, stay.

    What is left is what the graph still has of the root, so an interrupted removal goes on where it was. If it is
    cancelled or fails, the root stays, and a scan is queued that finds its files again.
    """

    def __init__(self, graph: Graph, writer: LabelWriter, jobs: Jobs) -> None:
        self._graph = graph
        self._writer = writer
        self._jobs = jobs

    async def run(self, job: Job[RemovalArguments], progress: Progress) -> str:
        """Handles the job. Raises Cancelled and EngineUnavailable."""
        root_id = job.arguments.root
        name = await forgetting.begin(self._graph, root_id)
        if name is None:
            return "The root is removed."
        try:
            files = await self._forget(root_id, name, progress)
        except EngineUnavailable:
            raise  # the job goes on when the engine is back
        except Exception:
            await forgetting.give_up(self._graph, root_id)
            await self._jobs.queue(JobKind.SCAN, ScanArguments((root_id,)))
            raise
        return f"{name} is removed with {files:,} files. If it is added again, everything that people said comes back."

    async def _forget(self, root_id: str, name: str, progress: Progress) -> int:
        done, total = 0, await forgetting.file_count(self._graph, root_id)
        while True:
            await progress.step(done, max(done, total), f"Removing {name}")
            gone = await forgetting.forget_files(self._writer, root_id)
            done += gone
            if not gone and await forgetting.forget_folders(self._writer, root_id):
                await self._writer.follow()
                return done
            await self._writer.follow()
