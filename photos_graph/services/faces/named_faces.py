"""The faces that people said something of, for training."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.linkage import UNASSIGNED
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import clusters
from photos_graph.search.index import SearchIndex


async def write_named(graph: Graph, search: SearchIndex, embedder: str, path: Path) -> None:
    """Those with a vector of the embedder. What is packed is read by ``training_child``."""
    chosen = [
        face
        async for some in clusters.faces(graph, embedder)
        for face in some
        if face.fingerprint is not None and (face.person_id is not None or face.not_persons)
    ]
    found = await clusters.vectors(graph, [face.id for face in chosen], embedder)
    chosen = [face for face in chosen if face.id in found]
    persons = sorted({id_ for face in chosen for id_ in (face.person_id, *face.not_persons) if id_ is not None})
    number = {id_: at for at, id_ in enumerate(persons)}
    rows = {row.id: row.name for row in search.persons}
    about = {
        "ids": [face.id for face in chosen],
        "photos": [str(face.photo) for face in chosen],
        "labels": persons,
        "names": [rows.get(id_, "") for id_ in persons],
    }
    never = [(at, number[id_]) for at, face in enumerate(chosen) for id_ in face.not_persons]
    await asyncio.to_thread(
        np.savez,
        path,
        about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        vectors=np.array([found[face.id] for face in chosen], np.float32).reshape(
            len(chosen), catalogue.embedder(embedder).dimensions
        ),
        qualities=np.array([face.quality for face in chosen], np.float32),
        persons=np.array(
            [UNASSIGNED if face.person_id is None else number[face.person_id] for face in chosen], np.int32
        ),
        not_persons=np.array(never, np.int32).reshape(-1, 2),
    )
