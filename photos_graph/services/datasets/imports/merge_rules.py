"""What the edges and values of a photo, folder or face become when an export or a sidecar is read. Pure.

Two persons' words: the later one counts. A person's word and a file's: the person's. What a sidecar says has no time,
so it never counts against what a person said here; tags that somebody took off stay off. What is said already stays as
it is, so that reading the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from photos_graph.boxes import paired
from photos_graph.graph.faces.detections import DETECTED
from photos_graph.graph.labels.changes import Assertion, AssertionKind, Value
from photos_graph.graph.labels.export_rows import ExportedFace
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.model import Box
from photos_graph.services.datasets.exports.records import FaceRecord, PersonMark, TagMark, ValueMark
from photos_graph.services.faces.assignment_rules import named
from photos_graph.tags import Up

BY_FILE = "IMPORTED"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who reads it in, and when. ``undated``: what is read says neither who said it nor when, so these did."""

    by: str
    at_ms: int
    undated: bool = False

    def edge(self, kind: AssertionKind, mark: TagMark | PersonMark) -> Assertion:
        via = mark.via or "MANUAL" if kind in (AssertionKind.TAGGED, AssertionKind.IS) else None
        recursive = mark.recursive if isinstance(mark, TagMark) and kind is AssertionKind.TAGGED else None
        if self.undated:
            return Assertion(kind, self.at_ms, self.by, via, recursive)
        return Assertion(kind, mark.at or 0, mark.by, via, recursive)

    def outdoes(self, new: Assertion, old: Assertion) -> bool:
        """Of two that do not say the same."""
        if old.via == BY_FILE and new.via != BY_FILE:
            return True
        if new.via == BY_FILE or self.undated:
            return False
        return new.at_ms > old.at_ms


def merged_tags(own: Assertions, marks: Iterable[tuple[str, TagMark]], up: Up | None, speaker: Speaker) -> Assertions:
    """``marks`` with the ids of their tags. A tag and an exclusion above it void one another on a photo, so of them too
    the one that counts stays alone. ``up`` is None of a folder, which may well exclude what comes from above and carry
    a tag below that."""
    after = dict(own)
    for tag_id, mark in marks:
        kind = AssertionKind.EXCLUDES if mark.excluded else AssertionKind.TAGGED
        new, old = speaker.edge(kind, mark), after.get(tag_id)
        if old is not None and (old.kind, old.via, old.recursive) == (new.kind, new.via, new.recursive):
            continue
        against = {tag_id} & after.keys()
        if up is not None:
            against |= _voided(after, tag_id, kind, up)
        if all(speaker.outdoes(new, after[id_]) for id_ in against):
            after = {id_: edge for id_, edge in after.items() if id_ not in against} | {tag_id: new}
    return after


def _voided(edges: Assertions, tag_id: str, kind: AssertionKind, up: Up) -> set[str]:
    """Tags of the edges that cannot stand beside one of that kind."""
    if kind is AssertionKind.TAGGED:
        return {id_ for id_ in up(tag_id) if id_ in edges and edges[id_].kind is AssertionKind.EXCLUDES}
    return {id_ for id_, edge in edges.items() if edge.kind is AssertionKind.TAGGED and tag_id in up(id_)}


def merged_value(own: Value, mark: ValueMark, speaker: Speaker) -> Value | None:
    """None: it stays as it is."""
    if speaker.undated:
        said = mark.value not in (None, False)
        return Value(mark.value, speaker.at_ms, speaker.by) if said and own.at_ms is None else None
    if mark.at is None or (own.at_ms is not None and own.at_ms >= mark.at):
        return None
    return Value(mark.value, mark.at, mark.by or "")


@dataclass(slots=True)
class MergedFaces:
    """What becomes of the faces of a photo. ``new``: those to be made; ``after``: edges by face id, of known and new
    ones; ``ignored``: ids; ``covers``: person id to the face that shows them; ``refused``: why a name was not taken."""

    new: dict[str, FaceRecord] = field(default_factory=dict)
    after: dict[str, Assertions] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    covers: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def merged_faces(
    own: Sequence[ExportedFace], records: Sequence[FaceRecord], persons: Mapping[str, str], speaker: Speaker
) -> MergedFaces:
    """``records`` are those faces of which anything is said that have most in common with them; else new ones.
    ``persons``: names to ids."""
    found = MergedFaces(after={face.id: dict(face.edges) for face in own})
    pairs = paired([Box(*record.box) for record in records], [face.box for face in own])
    for place, record in enumerate(records):
        known = own[pairs[place]] if place in pairs else None
        if known is None and record.source == DETECTED and not record.marks and not record.ignored:
            continue  # a detector finds it again
        face_id = known.id if known else uuid4().hex
        if known is None:
            found.new[face_id] = record
            found.after[face_id] = {}
        for mark in record.marks:
            _say(found, face_id, persons[mark.person], mark, speaker)
        if record.ignored and not (known and known.ignored) and not _is_named(found.after[face_id]):
            found.ignored.append(face_id)
        who = next((mark.person for mark in record.marks if not mark.never), None)
        if record.cover and who and _is(found.after[face_id].get(persons[who])):
            found.covers[persons[who]] = face_id
    return found


def _say(found: MergedFaces, face_id: str, person_id: str, mark: PersonMark, speaker: Speaker) -> None:
    edges = found.after[face_id]
    new, old = speaker.edge(AssertionKind.IS_NOT if mark.never else AssertionKind.IS, mark), edges.get(person_id)
    if old is not None and (old.kind, old.via) == (new.kind, new.via):
        return
    if old is not None and not speaker.outdoes(new, old):
        return
    if mark.never:
        edges[person_id] = new
        return
    others = [edge for id_, edge in edges.items() if id_ != person_id and _is(edge)]
    if not all(speaker.outdoes(new, edge) for edge in others):
        found.refused.append(f"The face of {mark.person} has another name here already.")
    elif any(_is(other.get(person_id)) for id_, other in found.after.items() if id_ != face_id):
        found.refused.append(f"{mark.person} is in this photo by another face already.")
    else:
        found.after[face_id] = named(edges, person_id, new)


def _is(edge: Assertion | None) -> bool:
    return edge is not None and edge.kind is AssertionKind.IS


def _is_named(edges: Assertions) -> bool:
    return any(_is(edge) for edge in edges.values())
