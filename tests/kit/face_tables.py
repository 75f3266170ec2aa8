"""Tables of faces for tests, as if they were read from a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from photos_graph.graph.faces.face_table import FaceTable, Numbering, table_of
from photos_graph.model.faces import UNASSIGNED


@dataclass(frozen=True, slots=True)
class Row:
    """A face that takes part. ``matches`` are (person, score, applied)."""

    id: str
    cluster: str | None = None
    person: str | None = None
    matches: tuple[tuple[str, float, bool], ...] = ()
    photo: int = 0
    fingerprint: str | None = "print"
    unseen: bool = False
    passed_over: bool = False

    def values(self) -> tuple[Any, ...]:
        named, clusters = [self.person] if self.person else [], [self.cluster] if self.cluster else []
        marks = (self.unseen, False, self.passed_over, False)
        return (self.photo, self.id, 0.5, self.fingerprint, named, [], clusters, self.matches, None, *marks)


def face_table(*rows: Row, persons: tuple[str, ...] = ()) -> FaceTable:
    """``persons`` have the numbers from 0."""
    people = Numbering()
    for person in persons:
        people.of(person)
    return table_of([row.values() for row in rows], people, Numbering())


@dataclass(frozen=True, slots=True)
class Known:
    """What a table has of a face."""

    photo: int
    fingerprint: bytes
    quality: float
    person: str | None
    cluster: str | None
    matches: tuple[tuple[str, float, bool], ...]
    rejected: tuple[str, ...]
    marks: tuple[bool, ...]


def known(faces: FaceTable) -> dict[str, Known]:
    """Returns what the table has of each face by its id, whatever the order of faces and the numbers of persons."""
    found = {}
    rejections = faces.rejections()
    for at, id_ in enumerate(faces.ids_of(np.arange(len(faces)))):
        matches = zip(faces.matched[at].tolist(), faces.scores[at].tolist(), faces.applied[at].tolist(), strict=True)
        marks = (faces.reviewed, faces.unseen, faces.ignored, faces.passed_over, faces.noticed)
        found[id_] = Known(
            photo=int(faces.photos[at]),
            fingerprint=bytes(faces.fingerprints[at]),
            quality=float(faces.qualities[at]),
            person=_name(faces.people, faces.persons[at]),
            cluster=_name(faces.groups, faces.clusters[at]),
            matches=tuple((faces.people.ids[n], round(score, 4), is_sure) for n, score, is_sure in matches if n >= 0),
            rejected=tuple(sorted(faces.people.ids[person] for person in rejections.get(at, ()))),
            marks=tuple(bool(mark[at]) for mark in marks),
        )
    assert len(found) == len(faces), "no face is there twice"
    return found


def _name(numbers: Numbering, number: int) -> str | None:
    return None if number == UNASSIGNED else numbers.ids[number]
