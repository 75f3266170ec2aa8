"""The file of labelled faces on which a model of persons is trained, and which is stored beside the model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from photos_graph.array_files import read_arrays, write_arrays
from photos_graph.learn.persons import NamedFaces

VERSION = 1  # of the file: raise it when the meaning of anything in it changes


def write_named_faces(faces: NamedFaces, names: Mapping[str, str], path: Path) -> None:
    """Writes the faces and the ``names`` of persons by label. Raises OSError."""
    about = {
        "ids": faces.ids,
        "photos": faces.photos,
        "labels": faces.labels,
        "names": [names[label] for label in faces.labels],
    }
    rejected = [(face, person) for face, persons in faces.not_persons.items() for person in sorted(persons)]
    arrays = {
        "vectors": faces.vectors,
        "qualities": faces.qualities,
        "persons": faces.persons,
        "not_persons": np.array(rejected, np.int32).reshape(-1, 2),
    }
    write_arrays(path, VERSION, about, arrays)


def read_named_faces(path: Path) -> tuple[NamedFaces, dict[str, str]]:
    """Returns the faces and the names by label. Raises Damaged. Also reads files in the format before safetensors."""
    about, arrays = read_arrays(path, VERSION)
    not_persons: dict[int, set[int]] = {}
    for face, person in arrays["not_persons"].tolist():
        not_persons.setdefault(face, set()).add(person)
    faces = NamedFaces(
        ids=about["ids"],
        labels=about["labels"],
        photos=about["photos"],
        vectors=arrays["vectors"],
        qualities=arrays["qualities"],
        persons=arrays["persons"],
        not_persons=not_persons,
    )
    return faces, dict(zip(about["labels"], about["names"], strict=True))
