"""The review queue: the questions of the models, and what people answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import now_ms
from photos_graph.graph.learning.skips import FOR_EVER
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.model.labels import BulkResult
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.search import Ref
from photos_graph.services.faces.assignment import FaceAssignment
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.learning.review_queue import ReviewPage, ReviewQueue
from photos_graph.services.learning.skipping import skip_until

MAX_ITEMS = 1_000  # items in one call
STALE = "This is not an item of the review queue."
DAY_MS = 86_400_000


class Review:
    """Questions that are skipped are not asked again for ``skip_days``."""

    def __init__(
        self,
        graph: Graph,
        index: Index,
        writer: LabelWriter,
        tagging: Tagging,
        assignment: FaceAssignment,
        skip_days: float,
    ) -> None:
        self._graph = graph
        self._writer = writer
        self._tagging = tagging
        self._assignment = assignment
        self._skip_ms = round(skip_days * DAY_MS)
        self._queue = ReviewQueue(graph, index)

    async def queue(
        self,
        kind: ModelKind | None,
        label_id: str | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> ReviewPage:
        """Returns a page of questions, best first. ``label_id`` limits it to one tag or person. Raises BadInput for an
        invalid cursor."""
        return await self._queue.page(kind, label_id, first, after, last, before)

    async def questions(self, keys: Sequence[str]) -> list[Question | None]:
        """Returns questions, also if they were answered or skipped since, until the next training replaces them. Takes
        one query to the engine."""
        return await self._queue.questions(keys)

    async def confirm(self, keys: Sequence[str], by: str = "") -> BulkResult:
        """Records that the questions, all about tags or all about persons, are answered with yes.

        A question that was answered before, or is no longer asked, is accepted too, because its key says what it is
        about. Raises BadInput, NotFound and Conflict.
        """
        photos, faces = _parted(keys)
        if faces:
            return await self._assignment.answer(faces, yes=True, by=by)
        yes: dict[str, list[Ref]] = {}
        for photo, tag in photos:
            yes.setdefault(photo, []).append(tag)
        return await self._tagging.answer(yes, {}, by)

    async def reject(self, keys: Sequence[str], by: str = "") -> BulkResult:
        """Records that the questions are answered with no. They are never asked again, and the proposed labels are
        never predicted. Raises the same errors as ``confirm``."""
        photos, faces = _parted(keys)
        if faces:
            return await self._assignment.answer(faces, yes=False, by=by)
        no: dict[str, list[str]] = {}
        classes: list[tuple[str, str]] = []
        tags = self._queue.tags_of({tag.name for _, tag in photos if tag.name is not None})
        for photo, tag in photos:
            tag_id = tag.id if tag.id is not None else tags.get(tag.name or "")
            if tag_id is not None:
                no.setdefault(photo, []).append(tag_id)
            else:
                classes.append((photo, tag.name or ""))
        denied = BulkResult(0, 0)
        if classes:  # there is nothing to exclude yet
            await known_numbers(self._graph, [photo for photo, _ in classes])
            denied = await skip_until(self._writer, [f"{photo}//{name}" for photo, name in classes], FOR_EVER, by)
        if not no:
            return denied
        done = await self._tagging.answer({}, no, by)
        return replace(done, matched=done.matched + denied.matched, changed=done.changed + denied.changed)

    async def skip(self, keys: Sequence[str], by: str = "") -> BulkResult:
        """Records that a person cannot answer the questions, which are not asked again for a while. Raises BadInput."""
        _parted(keys, mixed=True)
        return await skip_until(self._writer, keys, now_ms() + self._skip_ms, by)


def _parted(keys: Sequence[str], mixed: bool = False) -> tuple[list[tuple[str, Ref]], list[tuple[str, str]]]:
    """Returns (photo, tag) and (face, person). Raises BadInput, also for both together unless they may be ``mixed``."""
    if len(keys) > MAX_ITEMS:
        raise BadInput(f"A call accepts up to {MAX_ITEMS:,} items, but got {len(keys):,}.")
    photos: list[tuple[str, Ref]] = []
    faces: list[tuple[str, str]] = []
    for key in dict.fromkeys(keys):
        photo, _, rest = key.partition("/")
        if rest.startswith("/"):
            photos.append((photo, Ref(name=rest[1:])))
            continue
        match rest.split("/"):
            case [tag] if tag:
                photos.append((photo, Ref(id=tag)))
            case [face, person] if face and person:
                faces.append((face, person))
            case _:
                raise BadInput(STALE)
    if photos and faces and not mixed:
        raise BadInput("Answer items about tags and items about persons in separate calls.")
    return photos, faces
