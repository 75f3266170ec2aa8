"""Relay's global ids: opaque to clients, "<kind>:<our id>" in base64."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import strawberry
from strawberry.relay import from_base64, to_base64

from photos_graph.errors import BadInput
from photos_graph.model import Ref

Kind = Literal[
    "Photo", "Folder", "Root", "Job", "Tag", "Person", "Face", "FaceCluster", "Model", "Change", "ReviewItem"
]
_KINDS = frozenset(get_args(Kind))


def encode(kind: Kind, id: str) -> strawberry.ID:
    return strawberry.ID(to_base64(kind, id))


def parse(id: str) -> tuple[str, str]:
    """Kind and our id. Raises BadInput for what is no id at all."""
    try:
        kind, ours = from_base64(id)
    except ValueError:
        raise BadInput("This is not an id that was given out here.") from None
    return kind, ours


def decode(kind: Kind, id: str) -> str:
    """Raises BadInput for the id of something else."""
    found, ours = parse(id)
    if found != kind:
        raise BadInput(f"This takes the id of a {_spoken(kind)}.")
    return ours


def decode_all(kind: Kind, ids: Iterable[str]) -> list[str]:
    return [decode(kind, id_) for id_ in ids]


def decode_given(kind: Kind, id: str | None) -> str | None:
    """Of an argument that may be left out (None or UNSET)."""
    return None if id is None or id is strawberry.UNSET else decode(kind, id)


def ref(kind: Kind, text: str) -> Ref:
    """What a client names by an id or by a name. Raises BadInput for the id of something else."""
    try:
        found, ours = from_base64(text)
    except ValueError:
        return Ref(name=text)
    if found not in _KINDS:
        return Ref(name=text)  # a word that happens to read as base64
    if found != kind:
        raise BadInput(f"This takes the id or the name of a {_spoken(kind)}.")
    return Ref(id=ours)


def refs(kind: Kind, texts: Iterable[str]) -> list[Ref]:
    return [ref(kind, text) for text in texts]


def _spoken(kind: Kind) -> str:
    return {"FaceCluster": "cluster of faces", "ReviewItem": "item of the review queue"}.get(kind, kind.lower())
