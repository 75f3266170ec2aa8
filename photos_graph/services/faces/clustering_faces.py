"""Prepares the faces for the child process that clusters them: numbers persons and clusters, and writes the arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from photos_graph.array_files import Arrays
from photos_graph.faces.sightings import Floats
from photos_graph.faces.similarity import Ints
from photos_graph.graph.faces.clusters import VectorFace
from photos_graph.services.faces import clustering_plan


@dataclass(frozen=True, slots=True)
class FaceNumbers:
    """The numbers of persons and clusters in the child process. ``persons`` (n,) and ``groups`` (n,) are those of the
    faces, and ``owners`` maps a group to its person."""

    ids: tuple[str, ...]
    number: dict[str, int]
    persons: Ints
    groups: Ints
    owners: dict[int, int]

    @classmethod
    def of(cls, order: Sequence[VectorFace], owners: dict[str, str | None]) -> FaceNumbers:
        assigned = [face.person_id for face in order]
        persons = [*assigned, *(id_ for face in order for id_ in face.not_persons), *owners.values()]
        of_faces, ids = clustering_plan.numbered(persons)
        number = {id_: at for at, id_ in enumerate(ids)}
        groups, group_ids = clustering_plan.numbered([face.cluster_id for face in order])
        of_groups = {at: number[owner] for at, id_ in enumerate(group_ids) if (owner := owners.get(id_)) is not None}
        return cls(tuple(ids), number, of_faces[: len(order)], groups, of_groups)


def write_faces(path: Path, order: Sequence[VectorFace], numbers: FaceNumbers, vectors: Floats) -> None:
    """Writes the arrays that ``ClusterOrder`` describes."""
    pairs = [(face, numbers.number[id_]) for face, each in enumerate(order) for id_ in each.not_persons]
    arrays: Arrays = {
        "vectors": vectors,
        "photos": np.array([face.photo for face in order], np.int32),
        "persons": numbers.persons,
        "settled": np.array([face.reviewed or face.unseen for face in order], bool),
        "not_persons": np.array(pairs, np.int32).reshape(-1, 2),
        "groups": numbers.groups,
        "ignored": np.array([face.ignored for face in order], bool),
        "noticed": np.array([face.noticed for face in order], bool),
        "qualities": np.array([face.quality for face in order], np.float32),
    }
    save_file(arrays, path)
