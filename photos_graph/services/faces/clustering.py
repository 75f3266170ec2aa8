"""The job that clusters faces and matches them with persons in a process of its own, and writes the differences.

The similarities of faces are stored in the data directory, so that only new faces are compared with the others. The
file is built again if it is damaged or belongs to another model.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from pyroaring import BitMap
from safetensors.numpy import load

from photos_graph.faces import catalogue
from photos_graph.faces.recognition import Recognised
from photos_graph.faces.sightings import Floats
from photos_graph.fingerprints import fingerprint_texts
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import cluster_pages, clusters, passing_over
from photos_graph.graph.faces.clusters import Cluster, Joined, PersonMatch
from photos_graph.graph.faces.face_table import FaceTable
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import questions
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.learn.review import FaceQuestion
from photos_graph.model.job_arguments import ClusterArguments
from photos_graph.model.jobs import Job
from photos_graph.model.learning import Model, ModelKind
from photos_graph.services.faces import clustering_plan, review_questions
from photos_graph.services.faces.clustering_faces import write_faces
from photos_graph.services.faces.clustering_plan import ComparedFaces, MatchChanges
from photos_graph.services.faces.clustering_tasks import (
    CLUSTER_FACES,
    KNOWN_FACES,
    ClusterAnswer,
    ClusterOrder,
    KnownFaces,
    SimilaritiesFile,
)
from photos_graph.services.faces.kept_faces import KeptFaces
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool
from photos_graph.written_files import written_whole

log = logging.getLogger(__name__)

MAX_SECONDS = 6 * 3600.0
MESSAGE = "Grouping faces"
BATCH_SIZE = 1000  # faces in one commit


def group_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which starts with the first clustering and ends after a period without work."""
    faces = settings.faces
    folders = [_folder(settings), settings.learn_dir]
    return WorkerPool((KNOWN_FACES, CLUSTER_FACES), 1, faces.memory_bytes, MAX_SECONDS, 1, faces.idle_seconds, folders)


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "faces"


class ActiveModels(Protocol):
    """Returns the active model of a kind and its file."""

    async def active(self, kind: ModelKind) -> tuple[Model, Path] | None: ...


class ClusterJob:
    """Clusters all faces again, or adds new faces to the existing clusters, as the job's arguments say."""

    def __init__(
        self,
        graph: Graph,
        index: Index,
        writer: LabelWriter,
        models: ActiveModels,
        pool: WorkerPool,
        settings: Settings,
    ) -> None:
        self._writer = writer
        self._models = models
        self._graph = graph
        self._index = index
        self._pool = pool
        self._settings = settings
        self._model = settings.faces.embedder
        row = catalogue.embedder(self._model)
        self._cut = settings.faces.cut or row.cut
        # The file holds the pairs for one cut. A cut that is lowered by hand needs pairs that the file lacks.
        self._floor = round(min(row.floor, self._cut - 0.01), 4)
        self._folder = _folder(settings)
        self._path = self._folder / "similar.safetensors"
        self._file = SimilaritiesFile(self._path, self._model, self._floor)
        self._faces = KeptFaces(graph, index, writer, self._model, settings.faces.idle_seconds)

    async def run(self, job: Job[ClusterArguments], progress: Progress) -> str:
        """Returns the closing message. Raises Cancelled, Unavailable, and the errors of the child."""
        await progress.step(0, None, "Reading faces")
        async with self._faces.taken(whole=job.arguments.full) as faces:
            return await self._matched(job, faces, progress)

    async def _matched(self, job: Job[ClusterArguments], faces: FaceTable, progress: Progress) -> str:
        # What takes time for each face is done in threads, so that people who look at pages do not wait for it.
        if not faces.taking_part.any():  # results of another model stay until this one has described faces
            return f"No face has features of {self._model} yet."
        compared, vectors = await self._compared(faces, progress)
        order = compared.order
        full = job.arguments.full or 2 * len(compared.new) > len(order)
        active = await self._models.active(ModelKind.PERSONS)
        now = await clusters.clusters(self._graph)
        found, outliers = await self._found(faces, compared, vectors, now, active and active[1], full, progress)
        del vectors
        moves = await asyncio.to_thread(clustering_plan.moves, faces, order, found.groups, now)
        matches = await asyncio.to_thread(clustering_plan.matches, faces, order, found)
        strangers = await asyncio.to_thread(clustering_plan.passed_over, faces, order, found)
        self._faces.changed(moves.photos | BitMap(faces.photos[matches.faces]))
        await progress.step(len(order), len(order), "Storing similarities")
        await self._write_strangers(*strangers, progress)
        await self._write_moves(moves, progress)
        await self._write_matches(faces, matches, active[0].id if active is not None else self._model, progress)
        asked = await asyncio.to_thread(review_questions.chosen, self._index.search, faces, order, found, outliers)
        await self._graph.transaction(lambda tx: questions.replace(tx, ModelKind.PERSONS, job.id, asked))
        count = sum(number for size, number in (await cluster_pages.sizes(self._graph)).items() if size > 0)
        applied = int((found.applied >= 0).sum())
        return f"{len(order):,} faces, {count:,} clusters without a name, {applied:,} faces recognised."

    async def _compared(self, faces: FaceTable, progress: Progress) -> tuple[ComparedFaces, Floats]:
        """Compares the faces with the file. Returns the difference, without faces that have disappeared since they were
        read, and the vectors of those that the file lacks."""
        known, _ = await with_progress(self._pool.call(KNOWN_FACES, self._file), progress, MESSAGE)
        if known.damaged:
            log.warning("The stored similarities of faces are damaged and are computed again: %s", known.damaged)
        compared = await asyncio.to_thread(_difference, known, faces)
        ids = faces.ids_of(compared.new)
        found = await clusters.vectors(self._graph, ids, self._model)
        is_there = np.array([id_ in found for id_ in ids], bool)
        dimensions = catalogue.embedder(self._model).dimensions
        vectors = np.array([found[id_] for id_ in ids if id_ in found], np.float32).reshape(-1, dimensions)
        return replace(compared, new=compared.new[is_there]), vectors

    async def _found(
        self,
        faces: FaceTable,
        compared: ComparedFaces,
        vectors: Floats,
        now: Mapping[str, Cluster],
        learnt: Path | None,
        full: bool,
        progress: Progress,
    ) -> tuple[Recognised, list[FaceQuestion]]:
        """Returns the result, and questions about named faces that may be of another person."""
        # These may give numbers to persons who have no face, so that the ids by their numbers come after them.
        number = faces.people.of
        owners = {
            faces.groups.of(id_): number(cluster.person_id)
            for id_, cluster in now.items()
            if cluster.person_id is not None
        }
        thresholds = {number(id_): least for id_, least in (await clusters.thresholds(self._graph)).items()}
        persons = tuple(faces.people.ids)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with scratch(self._folder, "grouping") as folder:
            given = folder / "faces.safetensors"
            await asyncio.to_thread(write_faces, given, faces, compared.order, vectors)
            cluster = ClusterOrder(
                file=self._file,
                gone=compared.gone,
                new=tuple(faces.ids_of(compared.new)),
                faces=given,
                persons=persons,
                owners=owners,
                thresholds=thresholds,
                learnt=learnt,
                cut=self._cut,
                full=full,
                clustering=self._settings.faces.clustering,
                asked=review_questions.MAX_QUESTIONS,
            )
            found, answer = await with_progress(self._clustered(cluster), progress, MESSAGE)
        return found, list(answer.outliers)

    async def _clustered(self, order: ClusterOrder) -> tuple[Recognised, ClusterAnswer]:
        async with self._pool.stream(CLUSTER_FACES, order, Priority.BACKGROUND) as chunks:
            coming = aiter(chunks)
            left, parts = int.from_bytes(await anext(coming), "little"), list[bytes]()
            while left > 0:
                parts.append(await anext(coming))
                left -= len(parts[-1])
            await self._keep(coming)
        return Recognised(**load(b"".join(parts))), chunks.answer

    async def _keep(self, content: AsyncIterator[bytes]) -> None:
        """Writes the new file, if there is one, while it arrives: of three million faces it has gigabytes."""
        if (first := await anext(content, None)) is None:
            return
        try:
            with written_whole(self._path) as file:
                await asyncio.to_thread(file.write, first)
                async for chunk in content:
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())  # otherwise closing would wait outside of a thread
        except OSError as error:  # the file only saves work
            log.warning("The similarities of faces could not be stored: %s.", error.strerror)
            async for _ in content:  # the answer comes after it
                pass

    async def _write_strangers(self, new: Sequence[tuple[str, float]], gone: Sequence[str], progress: Progress) -> None:
        """Writes which faces are ignored because they resemble ignored ones, and which are not any more."""
        for some in _batches(gone):

            async def taken_back(tx: LabelTransaction, some: Sequence[str] = some) -> None:
                await passing_over.take_back(tx, some)

            await self._writer.commit(taken_back)
        for start in range(0, len(new), BATCH_SIZE):

            async def over(
                tx: LabelTransaction, some: Sequence[tuple[str, float]] = new[start : start + BATCH_SIZE]
            ) -> None:
                await passing_over.pass_over(tx, some)

            await self._writer.commit(over)
            await progress.step(0, None, "Storing strangers")
        if new or gone:
            await self._writer.follow()

    async def _write_moves(self, moves: clustering_plan.Moves, progress: Progress) -> None:
        """Writes the moves. A face that moves from one cluster to another is in one of them after each commit."""
        leaving, counted = set(moves.leaving), set(moves.counted)
        coming = {id_ for each in moves.joined for id_ in each.face_ids}
        for some in _batches(sorted(leaving - coming)):
            await self._commit_moves(some, [], [], progress)
        for joined in _by_size(moves.joined):
            moved = [id_ for each in joined for id_ in each.face_ids if id_ in leaving]
            await self._commit_moves(moved, joined, [], progress)
        for some in _batches(sorted(counted)):
            await self._commit_moves([], [], some, progress)

    async def _commit_moves(
        self, leaving: Sequence[str], joined: Sequence[Joined], counted: Sequence[str], progress: Progress
    ) -> None:
        async def work(tx: LabelTransaction) -> None:
            await clusters.move(tx, leaving, joined, counted)

        await self._writer.commit(work)
        await progress.step(0, None, "Storing clusters")

    async def _write_matches(self, faces: FaceTable, matches: MatchChanges, model: str, progress: Progress) -> None:
        for start in range(0, len(matches.faces), BATCH_SIZE):
            some = list(matches.rows(faces, matches.faces[start : start + BATCH_SIZE]))

            async def work(tx: LabelTransaction, some: Sequence[tuple[str, tuple[PersonMatch, ...]]] = some) -> None:
                await clusters.replace_matches(tx, some, self._model, model)

            await self._writer.commit(work)
            await self._writer.follow()
            await progress.step(start + len(some), len(matches.faces), "Storing similarities")


def _difference(known: KnownFaces, faces: FaceTable) -> ComparedFaces:
    ids = np.frombuffer(known.ids, f"S{known.width}")
    return clustering_plan.difference(faces, ids, fingerprint_texts(known.fingerprints))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH_SIZE):
        yield ids[start : start + BATCH_SIZE]


def _by_size(joined: Sequence[Joined]) -> Iterator[list[Joined]]:
    """Yields clusters that have about BATCH_SIZE faces together."""
    some: list[Joined] = []
    size = 0
    for each in joined:
        some.append(each)
        size += len(each.face_ids) + 1
        if size >= BATCH_SIZE:
            yield some
            some, size = [], 0
    if some:
        yield some
