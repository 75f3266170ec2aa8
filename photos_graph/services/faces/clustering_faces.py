"""Writes the arrays for the child process that clusters faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from photos_graph.array_files import Arrays
from photos_graph.faces.sightings import Floats
from photos_graph.graph.faces.face_table import FaceTable
from photos_graph.model.faces import UNASSIGNED
from photos_graph.services.faces.clustering_plan import Positions


def write_faces(path: Path, faces: FaceTable, order: Positions, vectors: Floats) -> None:
    """Writes the arrays that ``ClusterOrder`` describes, of the faces at the positions ``order`` (m,)."""
    place = np.full(len(faces), UNASSIGNED, np.int32)
    place[order] = np.arange(len(order))
    of_these = place[faces.rejected[:, 0]] != UNASSIGNED
    rejected = faces.rejected[of_these]
    rejected[:, 0] = place[rejected[:, 0]]
    arrays: Arrays = {
        "vectors": vectors,
        "photos": faces.photos[order],
        "persons": faces.persons[order],
        "settled": (faces.reviewed | faces.unseen)[order],
        "not_persons": rejected,
        "groups": faces.clusters[order],
        "ignored": faces.ignored[order],
        "noticed": faces.noticed[order],
        "qualities": faces.qualities[order],
    }
    save_file(arrays, path)
