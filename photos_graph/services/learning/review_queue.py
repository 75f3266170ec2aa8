"""The questions in the review queue that are still worth asking."""

from __future__ import annotations

import contextlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import now_ms
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.learning import models, questions, skips
from photos_graph.graph.learning.questions import AskedFace
from photos_graph.graph.learning.skips import FOR_EVER
from photos_graph.index import Index
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.search import Ref
from photos_graph.remembered import RememberedUntilWritten
from photos_graph.search.listing import Key, Listing, cursor_of, key_of, window
from photos_graph.services.learning.portraits import scenery_on_portraits

MAX_QUEUE = 300  # questions in the queue, whatever it is limited to
LOOKED_AT = 600  # questions of which is asked at once whether somebody has answered them

NO_MODEL = "Nothing has been learnt yet. Tag some photos, and call `train`."
NOTHING = "Nothing is worth asking. A training, or new photos, may bring questions."
ANSWERED = "All questions are answered. The next training brings new ones."

Ranked = tuple[int, Question]
_ALL = "all"


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of the queue. ``reason`` says why the queue is empty; it is None if it is not."""

    listing: Listing[Question]
    reason: str | None


class ReviewQueue:
    def __init__(self, graph: Graph, index: Index) -> None:
        self._graph = graph
        self._index = index
        self._asked = RememberedUntilWritten(self._read, 1, partial(questions.revision, graph))

    async def page(
        self,
        kind: ModelKind | None,
        label_id: str | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> ReviewPage:
        """Returns a page of questions, best first. Raises BadInput for an invalid cursor."""
        asked = [
            (pair, key)
            for key, pair in (await self._open()).items()
            if kind in (None, pair[1].kind) and label_id in (None, pair[1].label_id)
        ]
        skipped = await skips.skipped(self._graph, now_ms())
        put_off = await self._unanswered([pair for pair, key in asked if key in skipped])
        denied = [each for _, each in put_off if each.kind is ModelKind.TAGS and skipped[each.key] == FOR_EVER]
        left = await self._left([pair for pair, key in asked if key not in skipped], denied)
        keys = [_key(pair) for pair in left]
        low = bisect_right(keys, key_of(after)) if after is not None else 0
        high = bisect_left(keys, key_of(before)) if before is not None else len(keys)
        start, end = window(low, high, first, last)
        page = left[start:end]
        listing = Listing(
            items=[self._now(question) for _, question in page],
            cursors=[cursor_of(_key(pair)) for pair in page],
            has_next=end < len(left),
            has_previous=start > 0,
            total=len(left),
        )
        if left:
            return ReviewPage(listing, None)
        waiting = [skipped[each.key] for _, each in await self._without_scenery(put_off, denied)]
        return ReviewPage(listing, await self._why_empty(kind, bool(asked), waiting))

    async def questions(self, keys: Sequence[str]) -> list[Question | None]:
        """Returns questions, also if they were answered or skipped since. Takes one query to the engine, and one more
        after questions were replaced."""
        found = await self._open()
        return [self._now(found[key][1]) if key in found else None for key in keys]

    def tags_of(self, classes: Collection[str]) -> dict[str, str]:
        """Returns, for each name that belongs to a tag, the id of the tag that a confirmation would assign."""
        found: dict[str, str] = {}
        if classes:
            tree = TagTree(self._index.search.tags)
            for name in classes:
                with contextlib.suppress(BadInput):  # several fit
                    if (row := tree.find(Ref(name=name))) is not None:
                        found[name] = row.id
        return found

    async def _open(self) -> dict[str, Ranked]:
        """Returns all questions by key, best first. They are read again when any were replaced."""
        return (await self._asked.of([_ALL]))[_ALL]

    async def _read(self, names: Sequence[str]) -> dict[str, dict[str, Ranked]]:
        return {_ALL: await questions.asked(self._graph)}

    async def _left(self, asked: Sequence[Ranked], denied: Sequence[Question]) -> list[Ranked]:
        """Returns the best questions that are worth asking, as many as the queue has. The others are not looked at,
        because there may be thousands."""
        left: list[Ranked] = []
        for start in range(0, len(asked), LOOKED_AT):
            unanswered = await self._unanswered(asked[start : start + LOOKED_AT])
            left += await self._without_scenery(unanswered, denied)
            if len(left) >= MAX_QUEUE:
                break
        return left[:MAX_QUEUE]

    async def _unanswered(self, asked: Sequence[Ranked]) -> list[Ranked]:
        """Returns the questions that nobody has answered."""
        faces = await self._faces([question for _, question in asked])
        classes = self.tags_of({question.name for _, question in asked if question.label_id is None})
        numbers = self._index.search.numbers_of([question.photo_id for _, question in asked]).tolist()
        return [
            pair
            for pair, number in zip(asked, numbers, strict=True)
            if not self._is_answered(pair[1], number, faces, classes)
        ]

    async def _without_scenery(self, asked: Sequence[Ranked], denied: Sequence[Question]) -> list[Ranked]:
        """Leaves out scenery on portraits, once people said that it is not there. ``denied`` are the questions that
        were answered so about what is no tag yet."""
        about_tags = [each for _, each in asked if each.kind is ModelKind.TAGS]
        scenery = await scenery_on_portraits(self._graph, self._index.search, about_tags, denied)
        return [pair for pair in asked if pair[1].key not in scenery]

    async def _faces(self, found: Sequence[Question]) -> dict[str, AskedFace]:
        ids = [question.face_id for question in found if question.face_id is not None]
        return await questions.faces(self._graph, ids) if ids else {}

    def _now(self, question: Question) -> Question:
        """Returns the question with the name that its label has now."""
        search = self._index.search
        rows = search.persons if question.kind is ModelKind.PERSONS else search.tags
        row = rows.get(question.label_id) if question.label_id is not None else None
        return replace(question, name=row.name) if row is not None else question

    def _is_answered(
        self, question: Question, number: int, faces: Mapping[str, AskedFace], classes: Mapping[str, str]
    ) -> bool:
        """``number`` is that of the photo, or -1 if it is not visible."""
        search = self._index.search
        if number < 0:
            return True
        if question.face_id is not None:
            known = question.label_id is not None and search.persons.get(question.label_id) is not None
            face = faces.get(question.face_id)
            return not known or face is None or face.settles(question)
        tag_id = question.label_id if question.label_id is not None else classes.get(question.name)
        if tag_id is None:
            return False
        tags = search.sets.tags
        if tags.rows.get(tag_id) is None:
            return True
        return number in tags.having(tag_id, confirmed=True) or tags.is_taken_off(tag_id, number)

    async def _why_empty(self, kind: ModelKind | None, asked: bool, waiting: Sequence[int]) -> str:
        """``asked``: whether there were any questions. ``waiting`` has the ends of the times of those that were
        skipped, in milliseconds since the epoch."""
        if soon := [end for end in waiting if end < FOR_EVER]:
            day = datetime.fromtimestamp(min(soon) / 1000, UTC).date()
            count = "One skipped question is" if len(soon) == 1 else f"{len(soon):,} skipped questions are"
            return f"{count} asked again from {day} on. All others are answered."
        if asked:
            return ANSWERED
        if kind is not ModelKind.PERSONS and await models.active_id(self._graph, ModelKind.TAGS) is None:
            return NO_MODEL
        return NOTHING


def _key(pair: Ranked) -> Key:
    return pair[0], pair[1].key
