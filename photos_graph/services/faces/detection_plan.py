"""What a look at a photo changes of the faces that it had. Pure; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from photos_graph.boxes import paired
from photos_graph.faces.analysis import Found
from photos_graph.faces.detection import Floats
from photos_graph.graph.faces.detections import DETECTED, KnownFace, SeenFace
from photos_graph.model import Box


@dataclass(slots=True)
class Plan:
    """``updated`` and ``removed`` by face id."""

    added: list[SeenFace] = field(default_factory=list)
    updated: dict[str, SeenFace] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


def unseen(known: Sequence[KnownFace], found: Found) -> list[KnownFace]:
    """The faces that stay though the detector does not show where they are: to be described by the box they have."""
    pairs = _pairs(known, found)
    return [face for at, face in enumerate(known) if face.stays and (face.source != DETECTED or at not in pairs)]


def plan(known: Sequence[KnownFace], found: Found, described: Mapping[str, SeenFace]) -> Plan:
    """A face that was found again keeps its id and takes the box, unless a person or another program drew that; one
    that was not goes, unless somebody said something of it. ``described``: what models make of those of ``unseen``.
    """
    pairs = _pairs(known, found)
    made = Plan()
    for at, face in enumerate(known):
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
    """Place of a known face to that of a found one."""
    return paired([face.box for face in known], [_box(found, at) for at in range(len(found))])


def seen(found: Found, at: int) -> SeenFace:
    return SeenFace(
        quality=float(found.qualities[at]),
        vector=found.vectors[at],
        box=_box(found, at),
        score=float(found.scores[at]),
    )


def _box(found: Found, at: int) -> Box:
    return Box(*(float(side) for side in found.boxes[at]))


def boxes_of(faces: Sequence[KnownFace]) -> Floats:
    """(n, 4)."""
    sides = [(face.box.x, face.box.y, face.box.width, face.box.height) for face in faces]
    return np.array(sides, np.float32).reshape(-1, 4)
