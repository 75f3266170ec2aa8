"""Rejects or confirms, for many photos at once, the tags that a model gives or suggests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from uuid import uuid4

from pyroaring import BitMap

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.caller import portion
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels import changes, tag_edges, tags
from photos_graph.graph.labels.change_summary import of_photos
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Change, Edit, grouped, now_ms
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.jobs.progress import Progress
from photos_graph.model.job_arguments import ChangeArguments
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.search import Ref
from photos_graph.search.filters import PhotoFilter
from photos_graph.services.browse.questions import Questions
from photos_graph.services.labels import tag_rules
from photos_graph.services.labels.folder_plan import reached
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.services.labels.tagging import check_tags

PHOTOS_PER_COMMIT = 5_000  # photos answered in one transaction, during which nobody else can write labels


@dataclass(frozen=True, slots=True)
class ChosenPhotos:
    """The photos that a call is about: those with these ids, those in a folder and below it, or those that a filter
    finds. Exactly one of the three is given."""

    ids: Sequence[str] | None = None
    folder_id: str | None = None
    filter: PhotoFilter | None = None


class _Answer(Enum):
    NO = "REJECT_TAGS"
    YES = "CONFIRM_TAGS"


@dataclass(frozen=True, slots=True)
class _Plan:
    """The photos whose tags are answered, by tag id, and those that are ``kept`` as they are, since a person spoke
    about the tag before. ``tree`` has the tags."""

    tree: TagTree
    answered: Mapping[str, BitMap]
    kept: BitMap = field(default_factory=BitMap)

    @property
    def photos(self) -> BitMap:
        return BitMap.union(BitMap(), *self.answered.values())


class PredictedTags:
    """Turns what a model says of photos into what a person says of them.

    Every method raises BadInput or NotFound before it changes anything. What a person said about a photo stays as it
    is, and is counted as ``kept``. The answers are one change, which can be undone. They are written in several
    transactions if there are many. Those that take too long for a call are written in the background, and by a job
    (``services/completion.py``) if the process is killed meanwhile.
    """

    def __init__(
        self, graph: Graph, index: Index, writer: LabelWriter, writes: BackgroundWrites, questions: Questions
    ) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._writes = writes
        self._questions = questions

    async def reject(
        self, refs: Sequence[Ref], chosen: ChosenPhotos, dry_run: bool = False, by: str = ""
    ) -> BulkResult:
        """States that none of the photos has the tags: those for which a model gives or suggests a tag, or a descendant
        of it, exclude it from now on."""
        return await self._answer(_Answer.NO, refs, chosen, dry_run, by)

    async def confirm(
        self, refs: Sequence[Ref], chosen: ChosenPhotos, dry_run: bool = False, by: str = ""
    ) -> BulkResult:
        """States that the photos that have the tags by prediction have them. Of photos that are chosen by their ids,
        suggestions below the threshold are confirmed too."""
        return await self._answer(_Answer.YES, refs, chosen, dry_run, by)

    async def _answer(
        self, answer: _Answer, refs: Sequence[Ref], chosen: ChosenPhotos, dry_run: bool, by: str
    ) -> BulkResult:
        check_tags(refs)
        numbers = await self._numbers(chosen)
        suggested = answer is _Answer.NO or chosen.ids is not None
        planned = await self._writer.preview(lambda tx: self._plan(answer, refs, tx, numbers, suggested=suggested))
        if dry_run:
            return BulkResult(len(numbers), len(planned.photos), kept=len(planned.kept))
        about = of_photos(answer.value, len(planned.photos), [planned.tree.get(id_).name for id_ in planned.answered])
        asked = ChangeArguments(
            change_id=uuid4().hex,
            operation=answer.value,
            by=by,
            at_ms=now_ms(),
            tag_ids=tuple(planned.answered),
            photos=planned.photos,
            suggested=suggested,
            summary=about,
        )
        written: list[Change] = []

        def result(is_complete: bool) -> BulkResult:
            changed = len({number for change in written for edit in change.edits for number in edit.photos})
            change_id = asked.change_id if changed or not is_complete else None
            return BulkResult(len(numbers), changed, change_id, len(planned.kept), is_complete)

        async def write() -> BulkResult:
            await self._write_portions(asked, written)
            return result(True)

        in_portions = len(asked.photos) > PHOTOS_PER_COMMIT
        return await self._writes.run(asked, write(), lambda: result(False), in_portions=in_portions)

    async def complete(self, asked: ChangeArguments, progress: Progress) -> None:
        """Writes what is left of answers that were ``asked`` for. Nothing is written if they were undone since."""
        await self._write_portions(asked, [], progress)

    async def _write_portions(
        self, asked: ChangeArguments, written: list[Change], progress: Progress | None = None
    ) -> None:
        """Writes the answers in several transactions, and appends the part of the change that each makes."""
        portions = list(_portions(asked.photos))
        for done, some in enumerate(portions):
            if progress is not None:
                await progress.step(done * PHOTOS_PER_COMMIT, len(asked.photos))

            async def work(tx: LabelTransaction, some: BitMap = some) -> Change:
                undone = await changes.is_undone(tx, asked.change_id)
                return await self._write(tx, asked, BitMap() if undone else some)

            with portion(is_last=done == len(portions) - 1):
                written.append(await self._writer.commit(work, caught_up=True))
        await self._writer.follow(LabelKind.TAGS, written)

    async def _write(self, tx: LabelTransaction, asked: ChangeArguments, numbers: BitMap) -> Change:
        """Writes the answers for these photos, as the index has them now, as a part of the change that was ``asked``
        for. Returns that part."""
        answer = _Answer(asked.operation)
        plan = await self._plan(answer, [Ref(id=id_) for id_ in asked.tag_ids], tx, numbers, suggested=asked.suggested)
        kind = AssertionKind.TAGGED if answer is _Answer.YES else AssertionKind.EXCLUDES
        assertion = Assertion(kind, asked.at_ms, asked.by, via="MANUAL" if answer is _Answer.YES else None)
        edits = await _write_edges(tx, plan, assertion)
        part = Change(
            asked.operation, LabelKind.TAGS, asked.by, asked.at_ms, edits, asked.change_id, summary=asked.summary
        )
        tx.record(part)
        return part

    async def _numbers(self, chosen: ChosenPhotos) -> BitMap:
        """Returns the numbers of the visible photos that are chosen. Raises BadInput, NotFound,
        TooComplex, and Unavailable if the filter has a text that cannot be looked for in the pictures now."""
        if [chosen.ids is None, chosen.folder_id is None, chosen.filter is None].count(False) != 1:
            raise BadInput("Give exactly one of the three: photos, a folder or a filter.")
        search = self._index.search
        if chosen.ids is not None:
            return BitMap(await known_numbers(self._graph, chosen.ids)) & search.sets.visible
        if chosen.folder_id is not None:
            if search.folders.get(chosen.folder_id) is None:
                raise NotFound("There is no such folder.", about=chosen.folder_id)
            return reached(search, [chosen.folder_id]) & search.sets.visible
        query = await self._questions.of_filter(chosen.filter)
        return self._index.search.evaluate(query).copy()

    async def _plan(
        self, answer: _Answer, refs: Sequence[Ref], tx: Transaction, numbers: BitMap, *, suggested: bool
    ) -> _Plan:
        """Plans the answers for these photos, with the index as it is now."""
        tree, sets = await tags.tag_tree(tx), self._index.search.sets.tags
        answered: dict[str, BitMap] = {}
        kept = BitMap()
        for tag_id in tree.wanted(refs):
            assigned, rejected = sets.having(tag_id, confirmed=True), sets.rejected(tag_id)
            if suggested:
                guessed = await tag_edges.guessed(tx, tree.below(tag_id), numbers)
            else:
                guessed = numbers & sets.predicted(tag_id)
            answered[tag_id] = guessed - assigned - rejected
            kept |= numbers & (rejected if answer is _Answer.YES else assigned)
        return _Plan(tree, answered, kept)


async def _write_edges(tx: LabelTransaction, plan: _Plan, assertion: Assertion) -> tuple[Edit, ...]:
    """Writes the answers, and returns what they change."""
    numbers = list(plan.photos)
    before = await tag_edges.of_photos(tx, numbers)
    after = {number: dict(before.get(number, {})) for number in numbers}
    for tag_id, photos in plan.answered.items():
        for number in photos:
            if assertion.kind is AssertionKind.TAGGED:
                after[number] = tag_rules.photo_tagged(after[number], [tag_id], plan.tree.up, assertion)
            else:
                after[number] = tag_rules.photo_rejected(after[number], tag_id, plan.tree.below, assertion)
    edits = grouped((n, *each) for n in after for each in tag_rules.differences(before.get(n, {}), after[n]))
    await tag_edges.write(tx, edits)
    return edits


def _portions(photos: BitMap) -> Iterator[BitMap]:
    for start in range(0, len(photos), PHOTOS_PER_COMMIT):
        yield BitMap(photos[start : start + PHOTOS_PER_COMMIT])
