"""Computes how a new detection changes the faces of a photo. These functions are pure and write nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from photos_graph.boxes import paired
from photos_graph.faces.analysis import Found
from photos_graph.faces.sightings import Floats
from photos_graph.graph.faces.detections import DETECTED, KnownFace, SeenFace
from photos_graph.model.faces import Box


@dataclass(slots=True)
class Plan:
    """The changes of the faces of a photo. ``updated`` maps face ids to measurements, and ``removed`` has face ids."""

    added: list[SeenFace] = field(default_factory=list)
    updated: dict[str, SeenFace] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


def unseen(known: Sequence[KnownFace], found: Found) -> list[KnownFace]:
    """Returns the faces that stay although the detector did not find them. The models must describe them by their
    stored boxes."""
    pairs = _pairs(known, found)
    return [face for at, face in enumerate(known) if face.stays and (face.source != DETECTED or at not in pairs)]


def plan(known: Sequence[KnownFace], found: Found, described: Mapping[str, SeenFace]) -> Plan:
    """Returns the changes of the known faces.

    A face that was found again keeps its id and gets the new box, unless a user or another program drew it. A face that
    was not found is removed, unless it has a label. A face that people deleted is not added again. ``described`` has
    the measurements of the faces of ``unseen``.
    """
    pairs = _pairs(known, found)
    made = Plan()
    for at, face in enumerate(known):
        if face.is_deleted:
            continue
        if face.source == DETECTED and at in pairs:
            made.updated[face.id] = seen(found, pairs[at])
        elif face.id in described:
            made.updated[face.id] = described[face.id]
        elif not face.stays:
            made.removed.append(face.id)
    again = set(pairs.values())
    made.added = [seen(found, place) for place in range(len(found)) if place not in again]
    return made


def _pairs(known: Sequence[KnownFace], found: Found) -> dict[int, int]:
    """Returns the positions of found faces by the positions of the known faces to which they correspond."""
    return paired([face.box for face in known], [_box(found, at) for at in range(len(found))])


def seen(found: Found, at: int) -> SeenFace:
    """Returns the measurements of the found face at that position."""
    return SeenFace(
        quality=float(found.qualities[at]),
        vector=found.vectors[at],
        box=_box(found, at),
        score=float(found.scores[at]),
    )


def _box(found: Found, at: int) -> Box:
    return Box(*(float(side) for side in found.boxes[at]))


def boxes_of(faces: Sequence[KnownFace]) -> Floats:
    """Returns the boxes (n, 4) of the faces."""
    sides = [(face.box.x, face.box.y, face.box.width, face.box.height) for face in faces]
    return np.array(sides, np.float32).reshape(-1, 4)
