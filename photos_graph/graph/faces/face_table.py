"""All faces with what clustering and matching need to know of them.

They are columns, because three million faces would take two gigabytes as objects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.fingerprints import CHARACTERS
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.postings import last_number
from photos_graph.model.faces import MAX_SUGGESTIONS, UNASSIGNED

TOO_MANY = -2  # in place of the matches of a face that has more than MAX_SUGGESTIONS
PHOTOS_PER_READ = 1_000  # few enough that other queries do not have to wait long

Strings = npt.NDArray[np.bytes_]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Match = tuple[str, float, bool | None]  # person, score, whether the face is assigned to the person by prediction


class Numbering:
    """Numbers ids from 0 in the order in which they are first asked for."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.ids: list[str] = []  # by their numbers

    def of(self, id_: str) -> int:
        if (number := self._numbers.setdefault(id_, len(self.ids))) == len(self.ids):
            self.ids.append(id_)
        return number


@dataclass(frozen=True, slots=True)
class FaceTable:
    """n faces. Persons and clusters are numbers of ``people`` and ``groups``, or UNASSIGNED.

    ``photos`` (n,) are the numbers of their photos. ``fingerprints`` (n,) identify the vectors of the model, and are
    empty for faces that have no vector, or that have a name and are ignored, and thus do not take part. ``persons``
    (n,) are those to whom a user or a file assigned the face. ``matched`` (n, MAX_SUGGESTIONS) are the persons whom a
    face resembles, best first, with ``scores``; ``applied`` are those to whom it is assigned by prediction.
    ``rejected`` (k, 2) are pairs of a position here and a person that the face does not show.
    """

    ids: Strings
    photos: Ints
    fingerprints: Strings
    qualities: Floats
    persons: Ints
    clusters: Ints
    matched: Ints
    scores: Floats
    applied: Bools
    reviewed: Bools  # a user was asked whether the face is this person, and confirmed it
    unseen: Bools  # its photo has no file
    ignored: Bools  # by a person; it shows a stranger
    passed_over: Bools  # ignored by a model, since it resembles such a face
    noticed: Bools  # a person said that it is not to be ignored
    rejected: Ints
    people: Numbering
    groups: Numbering

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def taking_part(self) -> Bools:
        """Returns which faces (n,) have a vector and take part."""
        return np.not_equal(self.fingerprints, b"")

    def id_of(self, position: int) -> str:
        return bytes(self.ids[position]).decode()

    def ids_of(self, positions: npt.NDArray[np.integer[Any]]) -> list[str]:
        return [id_.decode() for id_ in self.ids[positions].tolist()]

    def rejections(self) -> dict[int, set[int]]:
        """Returns the persons that each of some faces does not show, by position."""
        found: dict[int, set[int]] = {}
        for face, person in self.rejected.tolist():
            found.setdefault(face, set()).add(person)
        return found

    def chosen(self, stays: Bools, *others: FaceTable) -> FaceTable:
        """Returns the table of those faces alone that are True in ``stays`` (n,), and after them those of ``others``,
        which share its numberings."""
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name)[stays], *(getattr(other, name) for other in others)])
            for name in _COLUMNS
        }
        place, pairs = np.cumsum(stays, dtype=np.int32) - 1, self.rejected[stays[self.rejected[:, 0]]]
        rejected = [np.column_stack([place[pairs[:, 0]], pairs[:, 1]])]
        start = int(stays.sum())
        for other in others:
            rejected.append(other.rejected + np.array([start, 0], np.int32))
            start += len(other)
        return FaceTable(**columns, rejected=np.concatenate(rejected), people=self.people, groups=self.groups)


_COLUMNS = tuple(field.name for field in fields(FaceTable) if field.name not in ("rejected", "people", "groups"))


def table_of(rows: Iterable[Sequence[Any]], people: Numbering, groups: Numbering) -> FaceTable:
    """Returns the faces of FACES, numbering persons and clusters that come for the first time."""
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * 13
    photos, ids, qualities, fingerprints, named, rejected, clusters, matches, reviewed, *marks = columns
    count = len(ids)
    matched, scores = (
        np.full((count, MAX_SUGGESTIONS), UNASSIGNED, np.int32),
        np.zeros((count, MAX_SUGGESTIONS), np.float32),
    )
    applied = np.zeros((count, MAX_SUGGESTIONS), bool)
    for at, each in enumerate(matches):
        if len(each) > MAX_SUGGESTIONS:
            matched[at] = TOO_MANY
            continue
        for place, (person, score, is_applied) in enumerate(sorted(each, key=_best_first)):
            matched[at, place], scores[at, place], applied[at, place] = people.of(person), score, bool(is_applied)
    pairs = [(at, people.of(person)) for at, each in enumerate(rejected) for person in each]
    unseen, ignored, passed_over, noticed = (np.array(mark, bool) for mark in marks)
    return FaceTable(
        ids=np.array(ids, np.bytes_),
        photos=np.array(photos, np.int32),
        fingerprints=np.array([text or "" for text in fingerprints], f"S{CHARACTERS}"),
        qualities=np.array([quality or 0.0 for quality in qualities], np.float32),
        persons=np.array([people.of(each[0]) if each else UNASSIGNED for each in named], np.int32),
        clusters=np.array([groups.of(each[0]) if each else UNASSIGNED for each in clusters], np.int32),
        matched=matched,
        scores=scores,
        applied=applied,
        reviewed=np.array([bool(each) and each[0] == id_ for each, id_ in zip(named, reviewed, strict=True)], bool),
        unseen=unseen,
        ignored=ignored,
        passed_over=passed_over,
        noticed=noticed,
        rejected=np.array(pairs, np.int32).reshape(-1, 2),
        people=people,
        groups=groups,
    )


def _best_first(match: Match) -> tuple[float, str]:
    return -match[1], match[0]


# A list takes the driver a third of the time that it takes for as many rows.
_FACES: LiteralString = """
MATCH (p)-[:HAS_FACE]->(f:Face)
RETURN collect([p.number, f.id, f.quality,
  CASE WHEN f.model = $model AND NOT (coalesce(f.ignored, false) AND EXISTS { (f)-[:IS]->(:Person) })
    THEN left(f.vector, $characters) END,
  [(f)-[:IS]->(x:Person) | x.id], [(f)-[:IS_NOT]->(x:Person) | x.id], [(f)-[:IN_CLUSTER]->(c:Cluster) | c.id],
  [(f)-[r:LOOKS_LIKE]->(x:Person) | [x.id, r.score, r.applied]], f.reviewedAs, f.unseen IS NOT NULL,
  coalesce(f.ignored, false) AND f.passedOver IS NULL, f.passedOver IS NOT NULL, coalesce(f.noticed, false)]) AS faces
"""
FACES: LiteralString = "MATCH (p:Photo) WHERE p.number >= $start AND p.number < $end" + _FACES
FACES_OF_NUMBERS: LiteralString = "UNWIND $numbers AS number MATCH (p:Photo {number: number})" + _FACES


async def read_all(
    graph: Graph, model: str, chosen: Callable[[FaceTable], FaceTable] = lambda faces: faces
) -> FaceTable:
    """Reads all faces in the order of their photos, with the fingerprints of the model's vectors. ``chosen`` returns
    those of a part that are wanted."""
    people, groups = Numbering(), Numbering()
    nothing, parts = table_of((), people, groups), list[FaceTable]()
    for start in range(0, await last_number(graph) + 1, PHOTOS_PER_READ):
        [row] = await graph.read(FACES, start=start, end=start + PHOTOS_PER_READ, model=model, characters=CHARACTERS)
        part = await asyncio.to_thread(table_of, row["faces"], people, groups)
        parts.append(chosen(part))
    return await asyncio.to_thread(nothing.chosen, np.zeros(0, bool), *parts)


async def read_again(graph: Graph, model: str, before: FaceTable, numbers: BitMap) -> FaceTable:
    """Returns ``before`` with the faces of the photos with these numbers as they are now, which come last."""
    wanted, parts = list(numbers), list[FaceTable]()
    for start in range(0, len(wanted), PHOTOS_PER_READ):
        some = wanted[start : start + PHOTOS_PER_READ]
        [row] = await graph.read(FACES_OF_NUMBERS, numbers=some, model=model, characters=CHARACTERS)
        parts.append(await asyncio.to_thread(table_of, row["faces"], before.people, before.groups))
    return await asyncio.to_thread(before.chosen, ~np.isin(before.photos, wanted), *parts)
