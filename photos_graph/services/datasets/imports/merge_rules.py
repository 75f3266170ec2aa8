"""The rules by which imported labels are merged with those of the library, as pure functions.

Of two assertions by persons, the later one wins. An assertion by a person wins over one by a file. The labels of a
sidecar have no time, so they never override what a person asserted here, and tags that a person removed stay removed.
Equal assertions stay as they are, so that importing the same labels again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from uuid import uuid4

from photos_graph.boxes import paired
from photos_graph.graph.faces.detections import DETECTED
from photos_graph.graph.labels.edits import Assertion, AssertionKind, PropertyValue, Value
from photos_graph.graph.labels.properties import STORED
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.library.export_rows import ExportedFace
from photos_graph.model.faces import Box
from photos_graph.services.datasets.exports.records import FaceRecord, PersonMark, PropertyMark, TagMark, ValueMark
from photos_graph.services.faces.assignment_rules import named
from photos_graph.services.labels.property_rules import check_parts, is_alike
from photos_graph.tags import Up

BY_FILE = "IMPORTED"


@dataclass(frozen=True, slots=True)
class Importer:
    """The user who imports labels, and when. If the labels are ``undated``, that is also their provenance. ``unclear``
    has the names, as keys, that the export does not use for one person without a note and a birthday."""

    by: str
    at_ms: int
    undated: bool = False
    unclear: frozenset[str] = frozenset()

    def assertion(self, kind: AssertionKind, mark: TagMark | PersonMark) -> Assertion:
        """Returns the assertion that an imported mark stands for."""
        via = mark.via or "MANUAL" if kind in (AssertionKind.TAGGED, AssertionKind.IS) else None
        recursive = mark.recursive if isinstance(mark, TagMark) and kind is AssertionKind.TAGGED else None
        if self.undated:
            return Assertion(kind, self.at_ms, self.by, via, recursive)
        return Assertion(kind, mark.at or 0, mark.by, via, recursive)

    def overrides(self, new: Assertion, old: Assertion) -> bool:
        """Returns whether a new assertion wins over an old one that contradicts it."""
        if old.via == BY_FILE and new.via != BY_FILE:
            return True
        if new.via == BY_FILE or self.undated:
            return False
        return new.at_ms > old.at_ms


def merged_tags(
    existing: Assertions, marks: Iterable[tuple[str, TagMark]], up: Up | None, importer: Importer
) -> Assertions:
    """Returns the assertions of a photo or folder after ``marks``, given with the ids of their tags, are merged in.

    On a photo, a tag and an exclusion of one of its ancestors contradict each other, so only the winner stays. A folder
    may have both, and ``up`` is None for it.
    """
    merged = dict(existing)
    for tag_id, mark in marks:
        kind = AssertionKind.EXCLUDES if mark.excluded else AssertionKind.TAGGED
        new, old = importer.assertion(kind, mark), merged.get(tag_id)
        if old is not None and (old.kind, old.via, old.recursive) == (new.kind, new.via, new.recursive):
            continue
        against = {tag_id} & merged.keys()
        if up is not None:
            against |= _contradicted(merged, tag_id, kind, up)
        if all(importer.overrides(new, merged[id_]) for id_ in against):
            merged = {id_: edge for id_, edge in merged.items() if id_ not in against} | {tag_id: new}
    return merged


def _contradicted(edges: Assertions, tag_id: str, kind: AssertionKind, up: Up) -> set[str]:
    """Returns the tags of the assertions that a new assertion of this kind contradicts."""
    if kind is AssertionKind.TAGGED:
        return {id_ for id_ in up(tag_id) if id_ in edges and edges[id_].kind is AssertionKind.EXCLUDES}
    return {id_ for id_, edge in edges.items() if edge.kind is AssertionKind.TAGGED and tag_id in up(id_)}


def merged_value(existing: Value, mark: ValueMark, importer: Importer) -> Value | None:
    """Returns the new value, or None if the present one stays."""
    if importer.undated:
        is_set = mark.value not in (None, False)
        return Value(mark.value, importer.at_ms, importer.by) if is_set and existing.at_ms is None else None
    if mark.at is None or (existing.at_ms is not None and existing.at_ms >= mark.at):
        return None
    return Value(mark.value, mark.at, mark.by or "")


def parts_of(mark: PropertyMark) -> tuple[str | float | None, ...]:
    """Returns the values of the mark in the order in which the graph holds them."""
    return tuple(mark.values.get(part) for part in STORED[mark.property].parts)


def merged_property(existing: PropertyValue, mark: PropertyMark, importer: Importer) -> PropertyValue | None:
    """Returns the new value, or None if the present one stays."""
    parts = check_parts(mark.property, parts_of(mark))
    if importer.undated:
        stays = existing.at_ms is not None or is_alike(mark.property, existing.values, parts)
        return None if stays else PropertyValue(parts, importer.at_ms, importer.by)
    if mark.at is None or (existing.at_ms is not None and existing.at_ms >= mark.at):
        return None
    return PropertyValue(parts, mark.at, mark.by or "")


@dataclass(slots=True)
class MergedFaces:
    """The faces of a photo after the merge.

    ``new`` holds the faces to create and ``assertions`` those of known and new faces, both by face id. ``ignored``
    holds ids of faces, ``covers`` the face id of a person's cover by person id, ``refused`` reasons why a name was not
    assigned.
    """

    new: dict[str, FaceRecord] = field(default_factory=dict)
    assertions: dict[str, Assertions] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    covers: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def merged_faces(
    existing: Sequence[ExportedFace], records: Sequence[FaceRecord], persons: Mapping[str, str], importer: Importer
) -> MergedFaces:
    """Returns the faces of a photo after the records are merged in. ``persons`` maps names to ids.

    A record is matched with the face whose box overlaps its own most; without such a face, it becomes a new one.
    """
    merged = MergedFaces(assertions={face.id: dict(face.edges) for face in existing})
    pairs = paired([Box(*record.box) for record in records], [face.box for face in existing])
    said = {
        (existing[at].id, persons[mark.person])
        for index, at in pairs.items()
        for mark in records[index].marks
        if not mark.never
    }
    for index, record in enumerate(records):
        known = existing[pairs[index]] if index in pairs else None
        if known is None and record.source == DETECTED and not record.marks and not record.ignored:
            continue  # the detector will find it again
        face_id = known.id if known else uuid4().hex
        if known is None:
            merged.new[face_id] = record
            merged.assertions[face_id] = {}
        for mark in record.marks:
            elsewhere = {id_ for id_ in merged.assertions if id_ != face_id and (id_, persons[mark.person]) not in said}
            _merge_mark(merged, face_id, persons[mark.person], mark, importer, elsewhere)
            said.add((face_id, persons[mark.person]))
        if (
            record.ignored
            and not (known and known.ignored and not known.passed_over)
            and not _is_named(merged.assertions[face_id])
        ):
            merged.ignored.append(face_id)
        person = next((mark.person for mark in record.marks if not mark.never), None)
        if record.cover and person and _is(merged.assertions[face_id].get(persons[person])):
            merged.covers[persons[person]] = face_id
    return merged


def _merge_mark(
    merged: MergedFaces, face_id: str, person_id: str, mark: PersonMark, importer: Importer, elsewhere: Set[str]
) -> None:
    """``elsewhere`` are the other faces of which the records do not say that they are this person too."""
    edges = merged.assertions[face_id]
    new, old = importer.assertion(AssertionKind.IS_NOT if mark.never else AssertionKind.IS, mark), edges.get(person_id)
    if old is not None and (old.kind, old.via) == (new.kind, new.via):
        return
    if old is not None and not importer.overrides(new, old):
        return
    if mark.never:
        edges[person_id] = new
        return
    others = [edge for id_, edge in edges.items() if id_ != person_id and _is(edge)]
    if not all(importer.overrides(new, edge) for edge in others):
        merged.refused.append(f"The face of {mark.person} has another name here.")
    elif any(_is(merged.assertions[id_].get(person_id)) for id_ in elsewhere):
        merged.refused.append(f"{mark.person} is in this photo by another face already.")
    else:
        merged.assertions[face_id] = named(edges, person_id, new)


def _is(edge: Assertion | None) -> bool:
    return edge is not None and edge.kind is AssertionKind.IS


def _is_named(edges: Assertions) -> bool:
    return any(_is(edge) for edge in edges.values())
