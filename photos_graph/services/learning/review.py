"""The review queue: the questions of the models, without those that have been answered."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.learning import questions
from photos_graph.graph.learning.questions import AskedFace
from photos_graph.index import Index
from photos_graph.model.labels import BulkResult
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.search import Ref
from photos_graph.search.listing import Key, Listing, cursor_of, key_of
from photos_graph.services.faces.assignment import FaceAssignment
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.services.labels.tagging import Tagging

MAX_ITEMS = 1_000  # items in one call
STALE = "This is not an item of the review queue."


class Review:
    def __init__(self, graph: Graph, index: Index, tagging: Tagging, assignment: FaceAssignment) -> None:
        self._graph = graph
        self._index = index
        self._tagging = tagging
        self._assignment = assignment

    async def queue(
        self, kind: ModelKind | None, label_id: str | None, first: int, after: str | None
    ) -> Listing[Question]:
        """Returns a page of questions, best first. ``label_id`` limits it to one tag or person. Raises BadInput for an
        invalid cursor."""
        found = await questions.asked(self._graph, kind, label_id)
        faces = await self._faces([question for _, question in found])
        classes = self._tags_of({question.name for _, question in found if question.label_id is None})
        left = [pair for pair in found if not self._is_answered(pair[1], faces, classes)]
        start = key_of(after) if after is not None else (-1, "")
        rest = [pair for pair in left if (pair[0], pair[1].key) > start]
        page = rest[:first]
        return Listing(
            items=[question for _, question in page],
            cursors=[cursor_of(_key(pair)) for pair in page],
            has_next=len(rest) > first,
            has_previous=len(rest) < len(left),
            total=len(left),
        )

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
        tags = self._tags_of({tag.name for _, tag in photos if tag.name is not None})
        for photo, tag in photos:
            tag_id = tag.id if tag.id is not None else tags.get(tag.name or "")
            if tag_id is not None:
                no.setdefault(photo, []).append(tag_id)
            else:
                classes.append((photo, tag.name or ""))
        if classes:  # there is nothing to exclude yet
            await known_numbers(self._graph, [photo for photo, _ in classes])
            await self._graph.transaction(lambda tx: questions.deny_classes(tx, classes))
        done = await self._tagging.answer({}, no, by) if no else BulkResult(0, 0)
        return replace(done, matched=done.matched + len(classes), changed=done.changed + len(classes))

    async def _faces(self, found: Sequence[Question]) -> dict[str, AskedFace]:
        ids = [question.face_id for question in found if question.face_id is not None]
        return await questions.faces(self._graph, ids) if ids else {}

    def _is_answered(self, question: Question, faces: Mapping[str, AskedFace], classes: Mapping[str, str]) -> bool:
        search = self._index.search
        number = search.number_of(question.photo_id)
        if number is None:
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

    def _tags_of(self, classes: Collection[str]) -> dict[str, str]:
        """Returns, for each name that belongs to a tag, the id of the tag that a confirmation would assign."""
        found: dict[str, str] = {}
        if classes:
            tree = TagTree(self._index.search.tags)
            for name in classes:
                with contextlib.suppress(BadInput):  # several fit
                    if (row := tree.find(Ref(name=name))) is not None:
                        found[name] = row.id
        return found


def _key(pair: tuple[int, Question]) -> Key:
    return pair[0], pair[1].key


def _parted(keys: Sequence[str]) -> tuple[list[tuple[str, Ref]], list[tuple[str, str]]]:
    """Returns (photo, tag) and (face, person). Raises BadInput."""
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
    if photos and faces:
        raise BadInput("Answer items about tags and items about persons in separate calls.")
    return photos, faces
