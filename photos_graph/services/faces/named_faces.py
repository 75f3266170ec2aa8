"""Collects the faces with assigned or rejected persons, for training."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.group_constraints import UNASSIGNED
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import clusters
from photos_graph.learn.named_faces_file import write_named_faces
from photos_graph.learn.persons import NamedFaces
from photos_graph.search.index import SearchIndex


async def collect_named_faces(graph: Graph, search: SearchIndex, embedder: str, path: Path) -> None:
    """Writes the labelled faces that have a vector of the embedder to a file. Raises OSError."""
    chosen = [
        face
        async for some in clusters.faces(graph, embedder)
        for face in some
        if face.fingerprint is not None and not face.ignored and (face.person_id is not None or face.not_persons)
    ]
    found = await clusters.vectors(graph, [face.id for face in chosen], embedder)
    chosen = [face for face in chosen if face.id in found]
    persons = sorted({id_ for face in chosen for id_ in (face.person_id, *face.not_persons) if id_ is not None})
    number = {id_: at for at, id_ in enumerate(persons)}
    rows = {row.id: row.name for row in search.persons}
    dimensions = catalogue.embedder(embedder).dimensions
    faces = NamedFaces(
        ids=[face.id for face in chosen],
        labels=persons,
        photos=[str(face.photo) for face in chosen],
        vectors=np.array([found[face.id] for face in chosen], np.float32).reshape(len(chosen), dimensions),
        qualities=np.array([face.quality for face in chosen], np.float32),
        persons=np.array(
            [UNASSIGNED if face.person_id is None else number[face.person_id] for face in chosen], np.int32
        ),
        not_persons={
            at: {number[id_] for id_ in face.not_persons} for at, face in enumerate(chosen) if face.not_persons
        },
    )
    names = {id_: rows.get(id_, "") for id_ in persons}
    await asyncio.to_thread(write_named_faces, faces, names, path)
