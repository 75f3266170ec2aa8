"""Lets answers about photos move what is predicted for the photos like them, before the next training."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from photos_graph.errors import PhotosGraphError
from photos_graph.events import LabelsChanged
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels import scores
from photos_graph.graph.labels.scores import Score
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.learn.nearby import moved
from photos_graph.model.labels import LabelKind
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import NEAREST_ALIKE, SimilarIdsOrder
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

log = logging.getLogger(__name__)

MAX_ANSWERED = 1_000  # photos of one change whose neighbours are looked at; of more, an even sample

Neighbourhood = Mapping[int, Sequence[int]]  # numbers of photos -> numbers of their neighbours


class SimilarAnswers:
    """Moves the scores of the neighbours of photos that were answered, by the rule of ``learn.nearby.moved``.

    A score follows from what people say of the photo's own neighbours now, so that an undo moves it back. ``pool`` must
    not be that of the jobs, which may be busy for minutes.
    """

    def __init__(self, graph: Graph, index: Index, writer: LabelWriter, pool: WorkerPool, settings: Settings) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._pool = pool
        self._path = kept_neighbours(settings)

    async def labels_changed(self, event: LabelsChanged) -> None:
        """Follows a change of tags on photos. What cannot be done is left to the next training."""
        if event.kind is not LabelKind.TAGS or not event.photos or not self._path.exists():
            return
        tags = self._index.search.tags
        family = {up for id_ in event.photos for up in tags.self_and_ancestors(id_)}
        family |= {down for id_ in event.photos for down in tags.self_and_descendants(id_)}
        answered = sorted(set().union(*event.photos.values()))

        async def move() -> None:
            if given := self._given(family):
                near = await self._near(answered[:: -(-len(answered) // MAX_ANSWERED)])
                await self._move(given, {number for each in near.values() for number in each})

        await _as_far_as_possible(move)

    async def photos_arrived(self, numbers: Sequence[int]) -> None:
        """Lets photos that a model predicted for the first time follow the answers about their neighbours."""

        async def move() -> None:
            if given := self._given(row.id for row in self._index.search.tags):
                await self._move(given, numbers)

        await _as_far_as_possible(move)

    def _given(self, tag_ids: Iterable[str]) -> set[str]:
        """Returns those of the tags that a model gives."""
        tags = self._index.search.tags
        return {id_ for id_ in tag_ids if (row := tags.get(id_)) is not None and row.threshold is not None}

    async def _move(self, tag_ids: Collection[str], numbers: Iterable[int]) -> None:
        """Moves the scores of these tags on these photos."""
        given = await self._graph.reading(lambda tx: scores.scores_of(tx, sorted(numbers), tag_ids))
        near = await self._near(sorted({each.number for each in given}))
        if not near:
            return

        async def plan(tx: Transaction) -> list[tuple[Score, float]]:
            present = await scores.scores_of(tx, near, tag_ids)
            wanted = [(each, self._wanted(each, near[each.number])) for each in present]
            return [(each, new) for each, new in wanted if new != each.present]

        async def work(tx: LabelTransaction) -> None:
            if changes := await plan(tx):
                await scores.move(tx, changes)

        if await self._writer.preview(plan):
            await self._writer.commit(work, caught_up=True)
            await self._writer.follow()

    def _wanted(self, score: Score, near: Iterable[int]) -> float:
        """Returns the score that the tag should have on a photo with these neighbours."""
        search = self._index.search
        row = search.tags.get(score.tag_id)
        if row is None or row.threshold is None:
            return score.own
        tags = search.sets.tags
        confirmed, rejected = tags.having(row.id, confirmed=True), tags.rejected(row.id)
        if score.number in confirmed or score.number in rejected:
            return score.own
        yes, no = sum(each in confirmed for each in near), sum(each in rejected for each in near)
        return moved(score.own, row.threshold, yes, no)

    async def _near(self, numbers: Sequence[int]) -> Neighbourhood:
        """Returns the visible neighbours of those photos that are described and visible."""
        search = self._index.search
        shown = [number for number in numbers if number in search.sets.visible]
        if not shown:
            return {}
        order = SimilarIdsOrder(self._path, tuple(search.photo_ids(shown)))
        answer, _ = await self._pool.call(NEAREST_ALIKE, order, Priority.INTERACTIVE)
        found = {}
        for number, ids in zip(shown, answer.photos, strict=True):
            near = (search.number_of(id_) for id_ in ids)
            found[number] = [each for each in near if each is not None]
        return found


async def _as_far_as_possible(move: Callable[[], Awaitable[None]]) -> None:
    try:
        await move()
    except PhotosGraphError as error:
        log.warning("Similar photos do not follow the answers before the next training: %s", error)
