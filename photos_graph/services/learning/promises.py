"""Keeps the promises of predicted tags: chooses a threshold again when photos were judged, and withdraws a tag when
people correct more of it than it promised."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pyroaring import BitMap

from photos_graph.array_files import Damaged
from photos_graph.errors import PhotosGraphError
from photos_graph.events import LabelsChanged
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import models, sheets, thresholds
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.learn.sheets import MIN_EXAMPLES, choose_threshold, most
from photos_graph.model.labels import LabelKind, Tag
from photos_graph.model.learning import LabelMetrics, Model, ModelKind, Sheet
from photos_graph.services.learning.prediction import guesses_of
from photos_graph.services.learning.promise_rules import audited, chosen_again, flooding, measured_first
from photos_graph.services.learning.sheet_answers import sheet_answers
from photos_graph.services.learning.tag_scores import (
    TagScores,
    counted_corrections,
    read_scores,
    tag_scores,
)
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

Remeasured = Callable[[LabelMetrics], LabelMetrics]


class Promises:
    """The promises of the active model of tags.

    What people say is looked at after each change of labels, before the mutation answers. Only tags of which a set in
    the index was replaced are looked at more closely, so most changes cost a comparison of references.
    """

    def __init__(
        self, graph: Graph, index: Index, writer: LabelWriter, versions: ModelVersions, settings: Settings
    ) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._versions = versions
        self._settings = settings
        self._seen: dict[str, tuple[BitMap | None, ...]] = {}
        self._turn = asyncio.Lock()

    async def labels_changed(self, event: LabelsChanged) -> None:
        """Follows a change of labels. Errors are logged, because the change itself is committed."""
        if event.kind not in (LabelKind.TAGS, LabelKind.SUCCESSION):
            return
        try:
            async with self._turn:
                if changed := self._changed():
                    await self._audit(changed)
        except (PhotosGraphError, Damaged, OSError):
            log.exception("What was said about predicted tags could not be compared with their promises.")

    async def measure(self) -> None:
        """Takes what people say now as the state that later corrections are compared with, after the library was
        predicted."""
        async with self._turn:
            self._changed()
            search = self._index.search
            library, looked_at = len(search.collapsed(search.sets.visible)), self._looked_at()
            rules = {row.id: self._first(row, library, looked_at) for row in search.tags if row.trust is not None}
            await self._remeasure(None, rules)

    def _first(self, tag: Tag, library: int, looked_at: int) -> Remeasured:
        """Returns the rule for a tag after the library was predicted. ``library`` counts its photos, and ``looked_at``
        those that people gave any tag."""
        search = self._index.search
        now = counted_corrections(search, tag.id)
        labelled = len(search.collapsed(search.sets.tags.having(tag.id, confirmed=True)))
        limit = most(labelled, looked_at, library, self._settings.learn.flood)

        def rule(metrics: LabelMetrics) -> LabelMetrics:
            if labelled >= MIN_EXAMPLES and metrics.threshold == tag.threshold:
                metrics = flooding(metrics, now.left, limit, library)
            return measured_first(metrics, now)

        return rule

    def _looked_at(self) -> int:
        """Counts the photos that people gave any tag."""
        search = self._index.search
        return len(search.collapsed(search.sets.tags.having_any(confirmed=True)))

    def _changed(self) -> list[str]:
        """Returns the predicted tags of which people said something since the last call."""
        tags, labels = self._index.search.sets.tags, self._index.search.sets.labels
        now: dict[str, tuple[BitMap | None, ...]] = {}
        for row in tags.rows:
            if row.trust is not None:
                above = tags.rows.self_and_ancestors(row.id)
                excluded = (labels.excluded.get(tag_id) for tag_id in above)
                now[row.id] = (tags.having(row.id, confirmed=True), tags.inherited(row.id), *excluded)
        before, self._seen = self._seen, now
        return [tag_id for tag_id, sets in now.items() if not _same(sets, before.get(tag_id))]

    async def _audit(self, changed: Sequence[str]) -> None:
        active = await models.active(self._graph, ModelKind.TAGS)
        if active is None:
            return
        drawn = await sheets.of_tags(self._graph, changed)
        metrics = {each.label_id: each for each in active.per_label}
        known = [tag_id for tag_id in changed if tag_id in metrics]
        counts = {id_: len(sheet_answers(self._index.search, id_, drawn[id_]).judged(drawn[id_])) for id_ in known}
        rejudged = [tag_id for tag_id in known if counts[tag_id] != metrics[tag_id].judged]
        if rejudged:
            await self._choose(active, {tag_id: drawn[tag_id] for tag_id in rejudged})
        await self._correct(active, [metrics[tag_id] for tag_id in known if tag_id not in rejudged])

    async def _choose(self, active: Model, drawn: Mapping[str, Sequence[Sheet]]) -> None:
        """Chooses the thresholds of these tags again, from their sheets and the scores of the whole library."""
        found = await self._scores(active, drawn)
        rules: dict[str, Remeasured] = {}
        for tag_id, scores in found.items():
            judged = scores.judged(sheet_answers(self._index.search, tag_id, drawn[tag_id]), drawn[tag_id])
            chosen = await asyncio.to_thread(
                choose_threshold,
                scores.scores[scores.eligible],
                scores.scores[scores.confirmed],
                judged,
                self._settings.learn.precision,
                self._most(scores),
                scores.scores[scores.lacking],
            )
            now = scores.corrections(chosen.threshold if chosen.threshold is not None else chosen.would_be)
            rules[tag_id] = partial(chosen_again, chosen=chosen, now=now)
        await self._remeasure(active, rules)

    async def _correct(self, active: Model, metrics: Iterable[LabelMetrics]) -> None:
        """Compares the corrections of these tags with their promises."""
        search, promised = self._index.search, self._settings.learn.precision
        now = {}
        withdrawn: dict[str, float] = {}
        for each in metrics:
            row = search.tags.get(each.label_id)
            if each.threshold is not None and row is not None and row.threshold == each.threshold:
                now[each.label_id] = counted_corrections(search, each.label_id)
            elif each.threshold is None and each.measured is not None and each.measured.threshold is not None:
                withdrawn[each.label_id] = each.measured.threshold
        for tag_id, scores in (await self._scores(active, withdrawn)).items():
            now[tag_id] = scores.corrections(withdrawn[tag_id])
        rules: dict[str, Remeasured] = {
            tag_id: partial(audited, now=those, promised=promised) for tag_id, those in now.items()
        }
        await self._remeasure(active, rules)

    def _most(self, scores: TagScores) -> int:
        flood = self._settings.learn.flood
        return most(int(scores.confirmed.sum()), self._looked_at(), len(scores.scores), flood)

    async def _scores(self, active: Model, tag_ids: Iterable[str]) -> dict[str, TagScores]:
        """Returns the scores of these tags, or nothing while the active model has not predicted the library yet."""
        path, wanted = guesses_of(self._settings, active.id), list(tag_ids)
        if not wanted or not await asyncio.to_thread(path.exists):
            return {}
        return dict(tag_scores(self._index.search, await asyncio.to_thread(read_scores, path, wanted)))

    async def _remeasure(self, active: Model | None, rules: Mapping[str, Remeasured]) -> None:
        """Replaces the metrics of these tags, and gives them their thresholds. Does nothing if another version became
        active."""
        if not rules:
            return

        async def work(tx: LabelTransaction) -> list[str]:
            model = await models.active_in(tx, ModelKind.TAGS)
            if model is None or (active is not None and model.id != active.id):
                return []
            after = tuple(rules[each.label_id](each) if each.label_id in rules else each for each in model.per_label)
            changed = [each for each, before in zip(after, model.per_label, strict=True) if each != before]
            if changed:
                await models.set_metrics(tx, replace(model, per_label=after))
                await thresholds.give(tx, changed, self._versions.counted, others=False)
            return [why for each in changed if (why := each.why_not(each.name)) is not None]

        for said in await self._writer.commit(work):
            log.info(said)
        await self._writer.follow()


def _same(sets: tuple[BitMap | None, ...], before: tuple[BitMap | None, ...] | None) -> bool:
    """Returns whether these are the same objects. A set in the index is replaced when it changes."""
    return before is not None and len(sets) == len(before) and all(a is b for a, b in zip(sets, before, strict=True))
