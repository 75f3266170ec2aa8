"""Imports the labels of some photos in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from photos_graph.graph import due
from photos_graph.graph.faces import assignments, cluster_pages, match_requests, persons, regions, visibility
from photos_graph.graph.labels import properties, ratings, stacks, tag_edges, tags
from photos_graph.graph.labels.edits import Edit, SingleEdit, StackPlace, Value, grouped, grouped_faces
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import export_rows
from photos_graph.graph.library.export_rows import ExportedPhoto
from photos_graph.graph.writing import LabelWriter
from photos_graph.library.places import Gazetteer
from photos_graph.model.labels import LabelKind
from photos_graph.model.properties import PhotoProperty
from photos_graph.services.datasets.exports.records import PhotoRecord
from photos_graph.services.datasets.imports.merge_rules import (
    Importer,
    MergedFaces,
    merged_faces,
    merged_property,
    merged_tags,
    merged_value,
)
from photos_graph.services.datasets.imports.outcome import Outcome, record_change, resolve_persons, resolve_tags
from photos_graph.services.labels.property_editing import follow_position
from photos_graph.services.labels.tag_rules import differences

HasTag = Callable[[int, str], bool]  # (number of a photo, id of a tag) -> whether the photo has the tag, not predicted


async def write_photos(
    writer: LabelWriter,
    records: Mapping[int, PhotoRecord],
    importer: Importer,
    has_tag: HasTag,
    gazetteer: Gazetteer,
) -> Outcome:
    """Writes the records, which are given by the numbers of their photos."""

    async def work(tx: LabelTransaction) -> Outcome:
        known = {row.photo.number: row for row in await export_rows.exported_photos(tx, list(records))}
        return await _LabelBatch(tx, importer, known, has_tag, gazetteer).write(records)

    return await writer.commit(work)


class _LabelBatch:
    """The labels of some photos, merged and written within one transaction."""

    def __init__(
        self,
        tx: LabelTransaction,
        importer: Importer,
        known: Mapping[int, ExportedPhoto],
        has_tag: HasTag,
        gazetteer: Gazetteer,
    ) -> None:
        self._gazetteer = gazetteer
        self._has_tag = has_tag
        self._tx = tx
        self._importer = importer
        self._known = known
        self._outcome = Outcome()
        self._changed: set[int] = set()

    async def write(self, records: Mapping[int, PhotoRecord]) -> Outcome:
        records = {number: record for number, record in records.items() if number in self._known}
        tree = await tags.tag_tree(self._tx)
        await self._write_tags(records, tree)
        rated = [await self._write_values(records, kind) for kind in (LabelKind.RATING, LabelKind.FAVOURITE)]
        stated = await self._write_properties(records)
        stacked = await self._write_stacks(records)
        await self._write_faces(records)
        self._tx.touch(labelled=self._changed)
        self._changed.update(*rated, stated, stacked)
        self._outcome.changed = len(self._changed)
        return self._outcome

    async def _write_tags(self, records: Mapping[int, PhotoRecord], tree: TagTree) -> None:
        singles: list[SingleEdit] = []
        for number, record in records.items():
            existing = self._known[number].edges
            marks, refused = resolve_tags(record.marks, tree)
            self._refuse(record, refused)
            if self._importer.undated:  # a sidecar also lists tags that the photo inherits from its folders
                marks = [
                    (id_, m) for id_, m in marks if m.excluded or id_ in existing or not self._has_tag(number, id_)
                ]
            singles += (
                (number, *each) for each in differences(existing, merged_tags(existing, marks, tree.up, self._importer))
            )
        edits = grouped(singles)
        made = await tag_edges.apply(self._tx, tree, edits, self._importer.by)
        record_change(self._tx, LabelKind.TAGS, made, self._importer, self._outcome)
        self._changed |= {number for edit in edits for number in edit.photos}

    async def _write_values(self, records: Mapping[int, PhotoRecord], kind: LabelKind) -> list[int]:
        singles: list[SingleEdit] = []
        for number, record in records.items():
            photo = self._known[number]
            existing, mark = (
                (photo.rating, record.rating) if kind is LabelKind.RATING else (photo.favourite, record.favourite)
            )
            if (value := merged_value(existing, mark, self._importer)) is not None:
                singles.append((number, existing, value, None))
        edits = grouped(singles)
        await ratings.write(self._tx, kind, edits)
        record_change(self._tx, kind, edits, self._importer, self._outcome)
        return [number for edit in edits for number in edit.photos]

    async def _write_stacks(self, records: Mapping[int, PhotoRecord]) -> list[int]:
        singles: list[SingleEdit] = []
        for number, record in records.items():
            existing, mark = self._known[number].stack, record.stack
            if mark is None or mark.at is None or (existing.at_ms is not None and existing.at_ms >= mark.at):
                continue
            place = StackPlace(mark.stack, mark.kind, mark.rank, mark.at, mark.by)
            singles.append((number, existing, place, None))
        edits = grouped(singles)
        await stacks.write(self._tx, edits)
        record_change(self._tx, LabelKind.STACKS, edits, self._importer, self._outcome)
        return [number for edit in edits for number in edit.photos]

    async def _write_properties(self, records: Mapping[int, PhotoRecord]) -> list[int]:
        singles: list[SingleEdit] = []
        for number, record in records.items():
            for mark in record.properties:
                existing = self._known[number].properties[mark.property]
                if (value := merged_property(existing, mark, self._importer)) is not None:
                    singles.append((number, existing, value, mark.property.value))
        edits = grouped(singles)
        await properties.write(self._tx, edits)
        if moved := [n for edit in edits if edit.label_id == PhotoProperty.POSITION for n in edit.photos]:
            await follow_position(self._tx, moved, self._gazetteer)
        record_change(self._tx, LabelKind.PROPERTIES, edits, self._importer, self._outcome)
        return [number for edit in edits for number in edit.photos]

    async def _write_faces(self, records: Mapping[int, PhotoRecord]) -> None:
        resolved = await resolve_persons(
            self._tx, set().union(*(_person_names(record) for record in records.values())), self._importer
        )
        ids = resolved.ids
        merged: dict[int, MergedFaces] = {}
        for number, record in records.items():
            faces = [
                replace(face, marks=tuple(mark for mark in face.marks if mark.person in ids)) for face in record.faces
            ]
            of_photo = merged[number] = merged_faces(self._known[number].faces, faces, ids, self._importer)
            unusable = sorted(_person_names(record) - ids.keys())
            self._refuse(record, [*of_photo.refused, *(resolved.refused[name] for name in unusable)])
        await persons.put(self._tx, resolved.new)
        await self._create_faces(merged)
        await self._write_assignments(merged, tuple(Edit(None, state, id_) for id_, state in resolved.new.items()))
        await self._set_covers(merged)

    def _refuse(self, record: PhotoRecord, reasons: Iterable[str]) -> None:
        path = record.files[0] if record.files else record.id
        self._outcome.refused += ((path, reason) for reason in reasons)

    async def _create_faces(self, merged: Mapping[int, MergedFaces]) -> None:
        sides = ("x", "y", "width", "height")
        rows = [
            {"id": id_, "number": number, "source": face.source, **dict(zip(sides, face.box, strict=True))}
            for number, faces in merged.items()
            for id_, face in faces.new.items()
        ]
        await regions.add_faces(self._tx, rows)
        photos = sorted({number for number, faces in merged.items() if faces.new})
        await due.make_due(self._tx, due.FACES, photos)
        await visibility.mark(self._tx, photos)
        self._changed.update(photos)

    async def _write_assignments(self, merged: Mapping[int, MergedFaces], of_persons: tuple[Edit, ...]) -> None:
        singles: list[SingleEdit] = []
        photo_of: dict[str, int] = {}
        for number, faces in merged.items():
            existing = {face.id: face.edges for face in self._known[number].faces}
            changed: list[SingleEdit] = [
                (id_, *each)
                for id_, assertions in faces.assertions.items()
                for each in differences(existing.get(id_, {}), assertions)
            ]
            changed += ((id_, Value(None), Value(True), None) for id_ in faces.ignored)
            singles += changed
            photo_of |= dict.fromkeys([*faces.assertions, *faces.ignored], number)
            if changed:
                self._changed.add(number)
        edits = grouped_faces(singles)
        await assignments.write(self._tx, edits, photo_of)
        await cluster_pages.recount(self._tx, {id_ for edit in edits for id_ in edit.faces})
        if edits:
            await match_requests.note(self._tx)
        record_change(self._tx, LabelKind.FACES, (*of_persons, *edits), self._importer, self._outcome)

    async def _set_covers(self, merged: Mapping[int, MergedFaces]) -> None:
        """Sets the imported covers of persons who have none here."""
        covers = {person: face for faces in merged.values() for person, face in faces.covers.items()}
        states = await persons.states(self._tx, covers)
        changed = {id_: replace(state, cover=covers[id_]) for id_, state in states.items() if state.cover is None}
        await persons.put(self._tx, changed)
        edits = tuple(Edit(states[id_], state, id_) for id_, state in changed.items())
        record_change(self._tx, LabelKind.FACES, edits, self._importer, self._outcome)


def _person_names(record: PhotoRecord) -> set[str]:
    return {mark.person for face in record.faces for mark in face.marks}
