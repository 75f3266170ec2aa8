"""Shows the sheet of a tag, and takes what people say of it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from photos_graph.array_files import Damaged
from photos_graph.errors import BadInput, Conflict, NotFound, Unavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import models, sheets
from photos_graph.index import Index
from photos_graph.learn.sheets import draw_sheet
from photos_graph.model.labels import BulkResult, Tag
from photos_graph.model.learning import LabelMetrics, Model, ModelKind, Sheet
from photos_graph.model.search import Ref
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.learning.prediction import guesses_of
from photos_graph.services.learning.sheet_answers import sheet_answers
from photos_graph.services.learning.tag_scores import read_scores, tag_scores
from photos_graph.settings import Settings


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """The photos of a sheet that are still visible. ``threshold`` is the score from which the tag is given by itself,
    or None if it is not, and ``given_to`` the number of photos that it is given to."""

    photo_ids: tuple[str, ...]
    threshold: float | None
    given_to: int


class Sheets:
    def __init__(self, graph: Graph, index: Index, tagging: Tagging, settings: Settings) -> None:
        self._graph = graph
        self._index = index
        self._tagging = tagging
        self._settings = settings

    async def of_tag(self, tag_id: str) -> ShownSheet:
        """Returns the sheet of the tag that is to be judged, and draws one if there is none. It has no photos if there
        is nothing to judge.

        Raises NotFound for an unknown tag, Conflict if no model is active or the active one does not know the tag, and
        Unavailable while the library has not been predicted.
        """
        tag, model, metrics = await self._known(tag_id)
        drawn = await self._drawn(tag_id)
        sheet = self._open(tag_id, drawn) or await self._draw(tag, model, metrics, len(drawn))
        ids = sheet.photo_ids if sheet is not None else ()
        shown = tuple(id_ for id_ in ids if self._index.search.number_of(id_) is not None)
        return ShownSheet(shown, tag.threshold, metrics.given_to if tag.threshold is not None else 0)

    async def judge(self, tag_id: str, wrong: Sequence[str], by: str = "") -> BulkResult:
        """Answers the sheet that ``of_tag`` showed: the tag is wrong on these photos, and right on all others of it.
        Those become labels, and the threshold of the tag follows from them before this returns.

        Raises the same errors as ``of_tag``, Conflict if no sheet of the tag is open, and BadInput for a photo that is
        not on it.
        """
        await self._known(tag_id)
        sheet = self._open(tag_id, await self._drawn(tag_id))
        if sheet is None:
            raise Conflict("There is no sheet of this tag to judge. Ask for its `tagSheet` first.")
        if strange := set(wrong) - set(sheet.photo_ids):
            raise BadInput(f"{len(strange):,} of these photos are not on the sheet of this tag. Nothing was changed.")
        shown = [id_ for id_ in sheet.photo_ids if self._index.search.number_of(id_) is not None]
        yes = {id_: [Ref(id=tag_id)] for id_ in shown if id_ not in wrong}
        no = {id_: [tag_id] for id_ in shown if id_ in wrong}
        return await self._tagging.answer(yes, no, by, operation="JUDGE_SHEET")

    async def _known(self, tag_id: str) -> tuple[Tag, Model, LabelMetrics]:
        tag = self._index.search.tags.get(tag_id)
        if tag is None:
            raise NotFound("There is no such tag.")
        model = await models.active(self._graph, ModelKind.TAGS)
        if model is None:
            raise Conflict("No model of tags is active, so there is nothing to judge. Train one first.")
        metrics = next((each for each in model.per_label if each.label_id == tag_id), None)
        if metrics is None:
            raise Conflict(f"The active model does not know the tag {tag.name}. Train a model on examples of it first.")
        return tag, model, metrics

    async def _drawn(self, tag_id: str) -> list[Sheet]:
        every = (await sheets.of_tags(self._graph, [tag_id]))[tag_id]
        return [sheet for sheet in every if not sheet.is_audit]

    def _open(self, tag_id: str, drawn: Sequence[Sheet]) -> Sheet | None:
        """Returns the last sheet, unless it is judged or none of its photos is left."""
        if not drawn:
            return None
        last = drawn[-1]
        return None if sheet_answers(self._index.search, tag_id, [last]).is_judged(last) else last

    async def _draw(self, tag: Tag, model: Model, metrics: LabelMetrics, before: int) -> Sheet | None:
        """Draws the next sheet and stores it. Returns None if there is no photo to draw."""
        path = guesses_of(self._settings, model.id)
        try:
            stored = await asyncio.to_thread(read_scores, path, [tag.id])
        except Damaged:
            raise Unavailable("Tags are being predicted. Try again when the job has ended.") from None
        found = dict(tag_scores(self._index.search, stored)).get(tag.id)
        if found is None:
            return None
        scores, eligible = found.scores[found.eligible], found.eligible.nonzero()[0]
        id_ = f"{tag.id} {before}"
        drawn = draw_sheet(scores, zlib.crc32(id_.encode()))
        if not len(drawn.places):
            return None
        sheet = Sheet(
            id=id_,
            tag_id=tag.id,
            model_id=model.id,
            drawn_at=datetime.now(UTC),
            photo_ids=tuple(found.photo_ids[eligible[place]] for place in drawn.places.tolist()),
            chances=tuple(drawn.inclusion.tolist()),
            threshold=metrics.threshold,
            given_to=metrics.given_to,
        )
        return await self._graph.transaction(lambda tx: sheets.put(tx, sheet))
