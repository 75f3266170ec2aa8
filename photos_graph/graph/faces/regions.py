"""Turns faces that other programs marked in files into faces, and their names into persons. People overrule files.

As with keywords, only the differences from the last reading of a file count. A name that a person removed therefore
does not come back. When a region disappears from the file, only the face and the name that it contributed are removed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import uuid4

from photos_graph.boxes import SAME_FACE_OVERLAP, overlap
from photos_graph.errors import BadInput
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import assignments, cluster_pages, persons
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.labels.edits import Assertion, AssertionKind, PersonState, SingleEdit, grouped_faces, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box, Region
from photos_graph.names import checked_person_name, person_key

DIGITS = 5  # decimals of the sides of a stored box

Regions = frozenset[Region]


def packed(regions: Iterable[Region]) -> list[str]:
    """Returns the regions as a photo stores them."""
    return sorted(
        json.dumps([*(round(side, DIGITS) for side in _sides(region.box)), region.name], ensure_ascii=False)
        for region in regions
    )


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def unpacked(stored: Iterable[str] | None) -> Regions:
    """Returns the regions that a photo stores."""
    return frozenset(map(_unpacked, stored or ()))


REGIONS: LiteralString = """
UNWIND $numbers AS number MATCH (p:Photo {number: number}) RETURN number, p.regions AS regions
"""


async def of_photos(tx: Transaction, numbers: Sequence[int]) -> dict[int, Regions]:
    """Returns, by photo number, the regions of the file that speaks for a photo, as it was last read."""
    return {row["number"]: unpacked(row["regions"]) for row in await tx.run(REGIONS, numbers=list(numbers))}


def _unpacked(text: str) -> Region:
    *sides, name = json.loads(text)
    return Region(Box(*sides), name)


@dataclass(slots=True)
class _Face:
    id: str
    box: Box
    imported: bool
    ignored: bool
    edges: assignments.Edges = field(default_factory=dict)  # by person id


FACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face)
OPTIONAL MATCH (f)-[r:IS|IS_NOT]->(x:Person)
RETURN number, f.id AS id, f.x AS x, f.y AS y, f.width AS width, f.height AS height, f.source AS source,
  coalesce(f.ignored, false) AND f.passedOver IS NULL AS ignored,
  x.id AS person, type(r) AS kind, r.at AS at, r.by AS by, r.via AS via
"""


async def _faces(tx: Transaction, numbers: Sequence[int]) -> dict[int, list[_Face]]:
    found: dict[int, dict[str, _Face]] = {}
    for row in await tx.run(FACES, numbers=list(numbers)):
        faces = found.setdefault(row["number"], {})
        if row["id"] not in faces and None not in (row["x"], row["y"], row["width"], row["height"]):
            box = Box(row["x"], row["y"], row["width"], row["height"])
            faces[row["id"]] = _Face(row["id"], box, row["source"] == "IMPORTED", row["ignored"])
        if row["person"] is not None and row["id"] in faces:
            edge = Assertion(AssertionKind(row["kind"]), row["at"], row["by"], row["via"])
            faces[row["id"]].edges[row["person"]] = edge
    return {number: list(faces.values()) for number, faces in found.items()}


@dataclass(slots=True)
class _Edits:
    """The effects of the regions. ``names`` maps the keys of names to the ids of persons; ``shared`` has the keys of
    names that several persons have, of whom a file cannot tell which one it means."""

    names: dict[str, str]
    shared: frozenset[str]
    assertion: Assertion
    new_persons: dict[str, PersonState] = field(default_factory=dict)
    new_faces: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    named: list[SingleEdit] = field(default_factory=list)

    def person(self, name: str) -> str:
        key = person_key(name)
        if key not in self.names:
            self.names[key] = uuid4().hex
            self.new_persons[self.names[key]] = PersonState(name, False, False, None, self.assertion.at_ms, "")
        return self.names[key]


async def apply(tx: LabelTransaction, before: Mapping[int, Regions], now: Mapping[int, Regions]) -> None:
    """Creates and names the faces of regions that were added, and undoes this for regions that were removed."""
    none: Regions = frozenset()
    changed = sorted(number for number, regions in now.items() if regions != before.get(number, none))
    if not changed:
        return
    names = {name for number in changed for region in now[number] | before.get(number, none) if (name := _name(region))}
    edits = _edits(await persons.named(tx, names))
    faces = await _faces(tx, changed)
    for number in changed:
        stored, old = faces.get(number, []), before.get(number, none)
        _undo_regions(stored, old, now[number], edits)
        _add_region_faces(number, [face for face in stored if face.id not in edits.removed], now[number] - old, edits)
    await persons.put(tx, edits.new_persons)
    photo_of = {face.id: number for number, stored in faces.items() for face in stored}
    await _write(tx, edits, changed, photo_of | {row["id"]: row["number"] for row in edits.new_faces})


def _edits(named: Mapping[str, Sequence[str]]) -> _Edits:
    single = {key: ids[0] for key, ids in named.items() if len(ids) == 1}
    shared = frozenset(named.keys() - single.keys())
    return _Edits(single, shared, Assertion(AssertionKind.IS, now_ms(), "", via="IMPORTED"))


def _undo_regions(faces: Sequence[_Face], old: Regions, now: Regions, edits: _Edits) -> None:
    for region in _in_order(old - now):
        face = _at(faces, region.box)
        if face is None:
            continue
        left = [other for other in now if overlap(face.box, other.box) >= SAME_FACE_OVERLAP]
        # The name stays if the file only moved the region, or marks the face by another name too.
        stays = {key for other in left if (key := _key(other)) and (other in old or key == _key(region))}
        person = _named_by(face, region, stays, edits.names)
        if person is not None:
            edits.named.append((face.id, face.edges.pop(person), None, person))
        if face.imported and not face.edges and not face.ignored and not left:
            edits.removed.append(face.id)


def _named_by(face: _Face, region: Region, stays: Collection[str], names: Mapping[str, str]) -> str | None:
    """Returns the id of the person whom the region assigned to the face, which ``names`` gives.

    If that person has been renamed or merged since, this is the person whom a file assigned to the face, unless the
    file has another name for it. ``stays`` are the keys of the names that the file still has for the face.
    """
    key = _key(region)
    imported = (id_ for id_, edge in face.edges.items() if edge.kind is AssertionKind.IS and edge.via == "IMPORTED")
    person = next(imported, None)
    return person if key is not None and (names.get(key) == person or not stays) else None


def _add_region_faces(number: int, faces: list[_Face], added: Regions, edits: _Edits) -> None:
    taken: set[str] = set()
    for region in _in_order(added):
        face = _at([each for each in faces if each.id not in taken], region.box)
        if face is None:
            face = _Face(uuid4().hex, region.box, True, False)
            faces.append(face)
            sides = dict(zip(("x", "y", "width", "height"), _sides(region.box), strict=True))
            edits.new_faces.append({"id": face.id, "number": number, "source": "IMPORTED", **sides})
        taken.add(face.id)
        if (name := _name(region)) is None or any(edge.kind is AssertionKind.IS for edge in face.edges.values()):
            continue
        # People may have rejected this person for the face, or assigned the person to another face of the photo. Only
        # people say that a person is in a photo twice; a file may repeat what a program recognised.
        person = edits.names.get(person_key(name))
        if person is not None and (person in face.edges or any(_is(each, person) for each in faces)):
            continue
        if person_key(name) in edits.shared:
            continue
        person = edits.person(name)
        face.edges[person] = edits.assertion
        edits.named.append((face.id, None, edits.assertion, person))


def _is(face: _Face, person_id: str) -> bool:
    edge = face.edges.get(person_id)
    return edge is not None and edge.kind is AssertionKind.IS


def _at(faces: Sequence[_Face], box: Box) -> _Face | None:
    """Returns the face that overlaps the box most, if it overlaps enough."""
    best = max(faces, key=lambda face: (overlap(face.box, box), face.id), default=None)
    return best if best is not None and overlap(best.box, box) >= SAME_FACE_OVERLAP else None


def _in_order(regions: Regions) -> list[Region]:
    return sorted(regions, key=lambda region: (_sides(region.box), region.name or ""))


def _name(region: Region) -> str | None:
    """Returns the name of the region, or None if it is not a valid name."""
    try:
        return checked_person_name(region.name) if region.name else None
    except BadInput:
        return None


def _key(region: Region) -> str | None:
    return person_key(name) if (name := _name(region)) else None


ADD: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})
CREATE (p)-[:HAS_FACE]->(:Face {id: row.id, x: row.x, y: row.y, width: row.width, height: row.height, score: 1.0,
  quality: 0.0, rank: row.rank, ignored: false, source: row.source})
"""

REMOVE: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id}) DETACH DELETE f"


async def add_faces(tx: LabelTransaction, rows: Sequence[dict[str, Any]]) -> None:
    """Creates faces that no model has described yet. A row has ``id``, the ``number`` of the photo, ``source``, and the
    sides of the box."""
    if rows:
        await tx.run(ADD, rows=[{**row, "rank": rank(0.0, row["id"])} for row in rows])


async def _write(tx: LabelTransaction, edits: _Edits, numbers: Sequence[int], photo_of: Mapping[str, int]) -> None:
    await add_faces(tx, edits.new_faces)
    await assignments.write(tx, grouped_faces(edits.named), photo_of)
    if changed := [str(face_id) for face_id, *_ in edits.named]:
        await cluster_pages.recount(tx, changed)
    if edits.removed:
        await tx.run(REMOVE, ids=edits.removed)
    # Models then compute vectors of these faces, and match them.
    await due.make_due(tx, due.FACES, numbers)
