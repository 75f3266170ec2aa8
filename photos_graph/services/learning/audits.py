"""Asks each week about a few of the photos that tags were given to, drawn at random, in the review queue."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pyroaring import BitMap

from photos_graph.errors import PhotosGraphError
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning import models, questions, sheets
from photos_graph.index import Index
from photos_graph.model.labels import Tag
from photos_graph.model.learning import ModelKind, Question, Sheet

log = logging.getLogger(__name__)

CHECK_SECONDS = 60.0  # between two checks whether photos are to be drawn
EVERY_MS = 7 * 86_400_000
EACH, IN_ALL = 2, 40  # photos of one tag, and of all tags


class Audits:
    """The weekly audit of the tags that the active model gives. ``clock`` returns seconds since the epoch."""

    def __init__(self, graph: Graph, index: Index, clock: Callable[[], float] = time.time) -> None:
        self._graph = graph
        self._index = index
        self._clock = clock

    async def look(self) -> int:
        """Draws photos if a week has passed since the last time. Returns how many. If two processes use the same graph,
        only one of them draws. The same week gives the same photos."""
        now_ms = round(self._clock() * 1000)
        if not await self._graph.transaction(lambda tx: questions.claim_audit(tx, now_ms, now_ms + EVERY_MS)):
            return 0
        active = await models.active(self._graph, ModelKind.TAGS)
        if active is None:
            return 0
        given = {row.id: photos for row in self._index.search.tags if (photos := self._given(row))}
        earlier = await sheets.of_tags(self._graph, list(given))
        last = {
            tag_id: max((each.drawn_at.timestamp() for each in those if each.is_audit), default=0.0)
            for tag_id, those in earlier.items()
        }
        drawn: list[Sheet] = []
        for tag_id in sorted(given, key=lambda each: (last[each], -len(given[each]), each))[: IN_ALL // EACH]:
            drawn.append(self._drawn(tag_id, given[tag_id], active.id, now_ms))
        expected = {each.label_id: each.expected_precision for each in active.per_label}
        asked = [
            self._question(sheet, photo_id, expected.get(sheet.tag_id, 0.0))
            for sheet in drawn
            for photo_id in sheet.photo_ids
        ]

        async def work(tx: Transaction) -> None:
            for sheet in drawn:
                await sheets.put(tx, sheet)
            await questions.replace_audit(tx, asked)

        await self._graph.transaction(work)
        return len(asked)

    async def keep_looking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.look()
            except PhotosGraphError as error:
                log.warning("The photos of the weekly audit could not be drawn: %s", error.public_message)

    def _given(self, row: Tag) -> BitMap:
        """Returns the photos that have the tag by a prediction alone, and of which people say nothing."""
        if row.trust is None or row.threshold is None:
            return BitMap()
        search = self._index.search
        tags = search.sets.tags
        given = tags.put_on(row.id) - tags.having(row.id, confirmed=True)
        return search.collapsed(given - tags.excluded(row.id, confirmed=True))

    def _drawn(self, tag_id: str, given: BitMap, model_id: str, now_ms: int) -> Sheet:
        id_ = f"{tag_id} audit {now_ms // EVERY_MS}"
        count = min(EACH, len(given))
        places = random.Random(id_).sample(range(len(given)), count)  # noqa: S311
        row = self._index.search.tags.get(tag_id)
        return Sheet(
            id=id_,
            tag_id=tag_id,
            model_id=model_id,
            drawn_at=datetime.fromtimestamp(now_ms / 1000, UTC),
            photo_ids=tuple(self._index.search.photo_ids([given[place] for place in places])),
            chances=(count / len(given),) * count,
            threshold=row.threshold if row is not None else None,
            given_to=len(given),
            is_audit=True,
        )

    def _question(self, sheet: Sheet, photo_id: str, expected: float) -> Question:
        row = self._index.search.tags.get(sheet.tag_id)
        name = row.name if row is not None else ""
        reason = f"It was drawn at random from the {sheet.given_to:,} photos that the model gave this tag to."
        return Question(ModelKind.TAGS, photo_id, None, sheet.tag_id, name, expected, reason)
