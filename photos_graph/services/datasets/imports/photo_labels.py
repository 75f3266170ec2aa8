"""Imports the labels of some photos in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from photos_graph.graph import due
from photos_graph.graph.faces import assignments, cluster_pages, match_requests, persons, regions, visibility
from photos_graph.graph.labels import changes, export_rows, ratings, tag_edges, tags
from photos_graph.graph.labels.changes import SingleEdit, Value
from photos_graph.graph.labels.export_rows import ExportedPhoto
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model import LabelKind
from photos_graph.services.datasets.exports.records import PhotoRecord
from photos_graph.services.datasets.imports.merge_rules import (
    MergedFaces,
    Speaker,
    merged_faces,
    merged_tags,
    merged_value,
)
from photos_graph.services.datasets.imports.outcome import Outcome, meant_persons, note_change, placed_marks
from photos_graph.services.labels.tag_rules import differences

Has = Callable[[int, str], bool]  # a photo's number and a tag's id


async def write_photos(writer: LabelWriter, records: Mapping[int, PhotoRecord], speaker: Speaker, has: Has) -> Outcome:
    """Writes the records, by the numbers of their photos. ``has`` tells whether a photo has a tag in any way that a
    person confirmed."""

    async def work(tx: LabelTransaction) -> Outcome:
        known = {photo.number: photo for photo in await export_rows.exported_photos(tx, list(records))}
        return await _LabelBatch(tx, speaker, known, has).write(records)

    return await writer.commit(work)


class _LabelBatch:
    def __init__(self, tx: LabelTransaction, speaker: Speaker, known: Mapping[int, ExportedPhoto], has: Has) -> None:
        self._has = has
        self._tx = tx
        self._speaker = speaker
        self._known = known
        self._outcome = Outcome()
        self._changed: set[int] = set()

    async def write(self, records: Mapping[int, PhotoRecord]) -> Outcome:
        here = {number: record for number, record in records.items() if number in self._known}
        tree = await tags.tag_tree(self._tx)
        await self._tags(here, tree)
        rated = [await self._values(here, kind) for kind in (LabelKind.RATING, LabelKind.FAVOURITE)]
        await self._faces(here)
        self._tx.touch(labelled=self._changed)
        self._changed.update(*rated)
        self._outcome.changed = len(self._changed)
        return self._outcome

    async def _tags(self, records: Mapping[int, PhotoRecord], tree: TagTree) -> None:
        singles: list[SingleEdit] = []
        for number, record in records.items():
            own = self._known[number].edges
            marks, refused = placed_marks(record.marks, tree)
            self._refuse(record, refused)
            if self._speaker.undated:  # a sidecar has the tags of folders too, which photos need not carry themselves
                marks = [(id_, m) for id_, m in marks if m.excluded or id_ in own or not self._has(number, id_)]
            singles += ((number, *each) for each in differences(own, merged_tags(own, marks, tree.up, self._speaker)))
        edits = changes.grouped(singles)
        await tags.create(self._tx, tree.new, self._speaker.by)
        await tag_edges.write(self._tx, edits)
        await note_change(self._tx, LabelKind.TAGS, edits, self._speaker, self._outcome)
        self._changed |= {number for edit in edits for number in edit.photos}

    async def _values(self, records: Mapping[int, PhotoRecord], kind: LabelKind) -> list[int]:
        singles: list[SingleEdit] = []
        for number, record in records.items():
            photo = self._known[number]
            own, mark = (
                (photo.rating, record.rating) if kind is LabelKind.RATING else (photo.favourite, record.favourite)
            )
            if (value := merged_value(own, mark, self._speaker)) is not None:
                singles.append((number, own, value, None))
        edits = changes.grouped(singles)
        await ratings.write(self._tx, kind, edits)
        await note_change(self._tx, kind, edits, self._speaker, self._outcome)
        return [number for edit in edits for number in edit.photos]

    async def _faces(self, records: Mapping[int, PhotoRecord]) -> None:
        names = {mark.person for record in records.values() for face in record.faces for mark in face.marks}
        ids, fresh, refused = await meant_persons(self._tx, names, self._speaker)
        plans: dict[int, MergedFaces] = {}
        for number, record in records.items():
            faces = [
                replace(face, marks=tuple(mark for mark in face.marks if mark.person in ids)) for face in record.faces
            ]
            plan = plans[number] = merged_faces(self._known[number].faces, faces, ids, self._speaker)
            nobody = {mark.person for face in record.faces for mark in face.marks} - ids.keys()
            self._refuse(record, [*plan.refused, *(refused[name] for name in sorted(nobody))])
        await persons.put(self._tx, fresh)
        await self._make(plans)
        await self._name(plans)
        await self._show(plans)

    def _refuse(self, record: PhotoRecord, reasons: Iterable[str]) -> None:
        path = record.files[0] if record.files else record.id
        self._outcome.refused += ((path, reason) for reason in reasons)

    async def _make(self, plans: Mapping[int, MergedFaces]) -> None:
        sides = ("x", "y", "width", "height")
        rows = [
            {"id": id_, "number": number, "source": face.source, **dict(zip(sides, face.box, strict=True))}
            for number, plan in plans.items()
            for id_, face in plan.new.items()
        ]
        await regions.add_faces(self._tx, rows)
        made = sorted({number for number, plan in plans.items() if plan.new})
        await due.make_due(self._tx, due.FACES, made)
        await visibility.mark(self._tx, made)
        self._changed.update(made)

    async def _name(self, plans: Mapping[int, MergedFaces]) -> None:
        singles: list[SingleEdit] = []
        photo_of: dict[str, int] = {}
        for number, plan in plans.items():
            own = {face.id: face.edges for face in self._known[number].faces}
            changed: list[SingleEdit] = [
                (id_, *each) for id_, after in plan.after.items() for each in differences(own.get(id_, {}), after)
            ]
            changed += ((id_, Value(False), Value(True), None) for id_ in plan.ignored)
            singles += changed
            photo_of |= dict.fromkeys([*plan.after, *plan.ignored], number)
            if changed:
                self._changed.add(number)
        edits = changes.grouped_faces(singles)
        await assignments.write(self._tx, edits, photo_of)
        await cluster_pages.recount(self._tx, {id_ for edit in edits for id_ in edit.faces})
        if edits:
            await match_requests.note(self._tx)
        await note_change(self._tx, LabelKind.FACES, edits, self._speaker, self._outcome)

    async def _show(self, plans: Mapping[int, MergedFaces]) -> None:
        """Gives persons for whom nobody chose a cover here that of the export."""
        covers = {person: face for plan in plans.values() for person, face in plan.covers.items()}
        states = await persons.states(self._tx, covers)
        shown = {id_: replace(state, cover=covers[id_]) for id_, state in states.items() if state.cover is None}
        await persons.put(self._tx, shown)
