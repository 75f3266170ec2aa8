"""Compares photos that may show the same, and writes which of them do: copies at another size or edited, and shots of
one moment.

Which photos may show the same is known from the graph of neighbours and from the times of cameras. Their pictures
decide, since two photos of one place have features as much alike as a photo and its copy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap
from safetensors.numpy import load

from photos_graph.array_files import Damaged
from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.graph import jobs
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import compared, features
from photos_graph.graph.learning.compared import ComparedPhoto
from photos_graph.images.tasks import (
    MEASURE_SHARPNESS,
    RELATE,
    ComparisonOrder,
    Relation,
    RelationOrder,
    SharpnessOrder,
)
from photos_graph.index import Index
from photos_graph.jobs.concurrency import map_unordered, retry_while_busy, with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.learn.relations import Ints, distinct, joined
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.model.similar import SimilarKind
from photos_graph.search.arrays import numbers_of
from photos_graph.services.learning import similar_file, similar_rules
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import ALIKE_PAIRS, AlikePairsOrder
from photos_graph.services.learning.similar_file import Comparisons, PairEvidence
from photos_graph.services.learning.similar_rules import LEAST_ALIKE, SURELY_ALIKE, ShotTimes
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Pool

MESSAGE = "Comparing photos that look alike"
WAITING_PAIRS = 2  # additional pairs that wait for the workers, so that these have work while files are opened
BLOCK = 256  # pairs whose photos are read at once
SMALL_BLOCK = 5_000  # photos whose ThumbHashes are read at once
MAX_WAITING = 100  # jobs that are looked at
KEEP_EVERY = 16  # blocks after which the file is written; a crash loses the later ones
# What a comparison of pictures looks for: it tries all turns.
_SOUGHT_COPY = PairEvidence.SOUGHT_COPIES | PairEvidence.SOUGHT_TURNED


@dataclass(frozen=True, slots=True)
class SimilarStage:
    """The stage that compares the photos that were not compared yet. ``learner`` is the pool that holds the graph of
    neighbours, and ``pictures`` the one that opens pictures."""

    graph: Graph
    index: Index
    media: Media
    learner: WorkerPool
    pictures: Pool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Returns the closing sentence, or None if there was nothing to compare. Raises Cancelled."""
        await progress.step(0, None, MESSAGE)
        path = similar_file.similar_file(self.settings)
        known = await self._known()
        alike, surely = await self._alike(progress)
        await self._look_for_turned(known)
        turned = known.turned(ShotTimes.of(self.index.search))
        unknown = await asyncio.to_thread(self._unknown, known, alike, *self._shots())
        pairs = distinct(np.concatenate([unknown, turned]))
        certain = set(map(tuple, np.concatenate([surely, turned]).tolist()))
        compared_pairs = 0
        for start in range(0, len(pairs), BLOCK):
            if await self._has_to_give_way():
                break
            await progress.step(start, len(pairs), MESSAGE)
            known.add(await self._compared(pairs[start : start + BLOCK], certain))
            compared_pairs = min(start + BLOCK, len(pairs))
            if (start // BLOCK) % KEEP_EVERY == KEEP_EVERY - 1:
                await asyncio.to_thread(similar_file.save, known, path)
        times, _ = self._shots()
        copies, moments = await asyncio.to_thread(lambda: (known.copies(times), known.moments(times)))
        bursts = distinct(np.concatenate([moments, similar_rules.stacked_bursts(self.index.search)]))
        await self._measure(known, np.unique(np.concatenate([copies, bursts])), progress)
        known.shown = {SimilarKind.RESIZED: joined(copies), SimilarKind.BURST: joined(bursts)}
        await asyncio.to_thread(similar_file.save, known, path)
        return f"{compared_pairs:,} pairs of photos compared." if len(pairs) else None

    async def _has_to_give_way(self) -> bool:
        """Returns whether photos wait for the job that describes and predicts them, of which this is the last stage.
        The waiting job compares what is left."""
        waiting = await jobs.in_state(self.graph, JobState.QUEUED, MAX_WAITING)
        return any(job.kind is JobKind.PREDICT for job in waiting)

    def _shots(self) -> tuple[ShotTimes, BitMap]:
        """Returns copies, which a thread may read while the index changes."""
        return ShotTimes.of(self.index.search), self.index.search.sets.visible.copy()

    @staticmethod
    def _unknown(known: Comparisons, alike: Ints, times: ShotTimes, visible: BitMap) -> Ints:
        """Returns the pairs that have to be compared."""
        return known.unknown(distinct(np.concatenate([alike, similar_rules.moments(times, visible)])), times)

    async def _look_for_turned(self, known: Comparisons) -> None:
        """Compares the small pictures of the photos that came with those of all photos."""
        numbers = np.setdiff1d(numbers_of(self.index.search.sets.visible).astype(np.int64), known.small_of)
        found: list[tuple[Ints, npt.NDArray[np.uint8]]] = []
        for start in range(0, len(numbers), SMALL_BLOCK):
            photos = await compared.pictures(self.graph, numbers[start : start + SMALL_BLOCK].tolist())
            found.append(await asyncio.to_thread(similar_rules.small_pictures, photos))
        if found:
            every, small = (np.concatenate(each) for each in zip(*found, strict=True))
            await asyncio.to_thread(known.look_for_turned, every, small)

    async def _known(self) -> Comparisons:
        identity = await feed.identity(self.graph)
        try:
            found = await asyncio.to_thread(similar_file.load, similar_file.similar_file(self.settings))
        except Damaged:
            return Comparisons(identity)
        return found if found.graph == identity else Comparisons(identity)

    async def _alike(self, progress: Progress) -> tuple[Ints, Ints]:
        """Returns the pairs of numbers of photos whose features are alike, and those of them that are very much so."""
        backbone = self.settings.learn.backbone
        order = AlikePairsOrder(kept_neighbours(self.settings), backbone, LEAST_ALIKE)
        answer, chunks = await with_progress(self.learner.call(ALIKE_PAIRS, order), progress, MESSAGE)
        numbers = {photo.id: photo.number for photo in await features.described(self.graph, backbone)}
        of = np.array([numbers.get(id_, -1) for id_ in answer.ids], np.int64)
        if not answer.ids:
            return distinct(np.zeros((0, 2), np.int64)), distinct(np.zeros((0, 2), np.int64))
        arrays = load(b"".join(chunks))
        pairs = of[arrays["pairs"]]
        kept = (pairs >= 0).all(axis=1)
        return distinct(pairs[kept]), distinct(pairs[kept & (arrays["similar"] >= SURELY_ALIKE)])

    async def _compared(self, pairs: Ints, certain: Set[tuple[int, ...]]) -> dict[tuple[int, int], PairEvidence]:
        """Compares pairs, of which those that are ``certain`` need not have ThumbHashes that agree. Those of which a
        picture cannot be had now are left out."""
        times = ShotTimes.of(self.index.search)
        copies, moments = times.may_be_copies(pairs), times.may_be_moments(pairs)
        photos, keys = await self._photos(np.unique(pairs).tolist())
        found: dict[tuple[int, int], PairEvidence] = {}
        orders: list[tuple[ComparedPhoto, ComparedPhoto, bool, bool]] = []
        for pair, copy, moment in zip(map(tuple, pairs.tolist()), copies.tolist(), moments.tolist(), strict=True):
            if pair[0] not in photos or pair[1] not in photos:
                continue
            one, other = sorted((photos[number] for number in pair), key=lambda each: -each.width * each.height)
            is_likely = copy and (pair in certain or moment or similar_rules.looks_alike(one, other))
            if is_likely or moment:
                orders.append((one, other, is_likely, moment))
            elif copy:
                found[pair] = PairEvidence.SOUGHT_COPIES
        at_once = self.pictures.places + WAITING_PAIRS
        async with aclosing(map_unordered(orders, lambda order: self._relation(keys, *order), at_once)) as related:
            async for (one, other, copy, moment), relation in related:
                if relation is not None:
                    pair = (min(one.number, other.number), max(one.number, other.number))
                    found[pair] = _seen(relation, copy, moment)
        return found

    async def _relation(
        self, keys: Mapping[str, str], one: ComparedPhoto, other: ComparedPhoto, copy: bool, moment: bool
    ) -> Relation | None:
        images = self.settings.images
        try:
            pictures = [await self.media.large(keys[photo.id]) for photo in (one, other)]
            async with self.media.opened(*pictures) as (larger, smaller):
                comparison = ComparisonOrder(larger, smaller, images.max_pixels, images.max_bytes)
                asked = RelationOrder(comparison, copy, moment)
                relation, _ = await retry_while_busy(lambda: self.pictures.call(RELATE, asked))
        except EngineUnavailable:
            raise
        except PhotosGraphError:
            return None  # its root is offline, or it cannot be decoded
        return relation

    async def _measure(self, known: Comparisons, numbers: Ints, progress: Progress) -> None:
        """Measures how sharp the photos of groups are, unless that is known."""
        missing = [number for number in numbers.tolist() if number not in known.sharpness]
        for start in range(0, len(missing), BLOCK):
            await progress.step(start, len(missing), "Comparing how sharp photos are")
            photos, keys = await self._photos(missing[start : start + BLOCK])
            orders = [(number, keys[photo.id]) for number, photo in photos.items()]
            async with aclosing(map_unordered(orders, self._sharpness, self.pictures.places)) as measured:
                async for (number, _), sharpness in measured:
                    if sharpness is not None:
                        known.sharpness[number] = sharpness

    async def _photos(self, numbers: Sequence[int]) -> tuple[dict[int, ComparedPhoto], Mapping[str, str]]:
        """Returns the photos that exist, by number, and the keys of their renditions, by id."""
        photos = await compared.pictures(self.graph, numbers)
        keys = await self.media.keys([photo.id for photo in photos.values()])
        return {number: photo for number, photo in photos.items() if photo.id in keys}, keys

    async def _sharpness(self, order: tuple[int, str]) -> float | None:
        """Returns how sharp a photo is, by its number and the key of its renditions."""
        images = self.settings.images
        try:
            async with self.media.opened(await self.media.large(order[1])) as (file,):
                asked = SharpnessOrder(file, images.max_pixels, images.max_bytes)
                sharpness, _ = await retry_while_busy(lambda: self.pictures.call(MEASURE_SHARPNESS, asked))
        except EngineUnavailable:
            raise
        except PhotosGraphError:
            return None
        return sharpness


def _seen(relation: Relation, copy: bool, moment: bool) -> PairEvidence:
    """Returns what is known after pictures were compared. Those that are copies were not compared as shots."""
    if relation is Relation.RESIZED:
        return PairEvidence.COPIES | _SOUGHT_COPY
    sought = (_SOUGHT_COPY if copy else PairEvidence(0)) | (PairEvidence.SOUGHT_MOMENT if moment else PairEvidence(0))
    return sought | PairEvidence.ONE_MOMENT if relation is Relation.BURST else sought
