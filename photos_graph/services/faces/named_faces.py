"""Collects the faces with assigned or rejected persons, for training."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import clusters
from photos_graph.graph.faces.face_table import FaceTable, read_all
from photos_graph.learn.named_faces_file import write_named_faces
from photos_graph.learn.persons import NamedFaces
from photos_graph.model.faces import UNASSIGNED
from photos_graph.search.index import SearchIndex


async def collect_named_faces(graph: Graph, search: SearchIndex, embedder: str, path: Path) -> None:
    """Writes the labelled faces that have a vector of the embedder to a file. Raises OSError."""
    labelled = await read_all(graph, embedder, _labelled)
    found = await clusters.vectors(graph, labelled.ids_of(np.arange(len(labelled))), embedder)
    chosen = labelled.chosen(np.isin(labelled.ids, np.array(list(found), np.bytes_)))
    ids, people = chosen.ids_of(np.arange(len(chosen))), chosen.people.ids
    meant = {*chosen.persons.tolist(), *chosen.rejected[:, 1].tolist()} - {UNASSIGNED}
    persons = sorted(people[number] for number in meant)
    number = {id_: at for at, id_ in enumerate(persons)}
    place = np.array([number.get(id_, UNASSIGNED) for id_ in people] + [UNASSIGNED], np.int32)  # UNASSIGNED is the last
    dimensions = catalogue.embedder(embedder).dimensions
    faces = NamedFaces(
        ids=ids,
        labels=persons,
        photos=[str(photo) for photo in chosen.photos.tolist()],
        vectors=np.array([found[id_] for id_ in ids], np.float32).reshape(len(ids), dimensions),
        qualities=chosen.qualities,
        persons=place[chosen.persons],
        not_persons={face: {int(place[person]) for person in persons} for face, persons in chosen.rejections().items()},
    )
    rows = {row.id: row.name for row in search.persons}
    names = {id_: rows.get(id_, "") for id_ in persons}
    await asyncio.to_thread(write_named_faces, faces, names, path)


def _labelled(faces: FaceTable) -> FaceTable:
    is_labelled = faces.persons != UNASSIGNED
    is_labelled[faces.rejected[:, 0]] = True
    return faces.chosen(is_labelled & faces.taking_part & ~faces.ignored)
