"""Global ids as Relay defines them: opaque to clients, "<kind>:<id>" in base64."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Literal, get_args

import strawberry
from strawberry.relay import from_base64

from photos_graph.errors import BadInput
from photos_graph.model.search import Ref

Kind = Literal[
    "Photo",
    "Folder",
    "Root",
    "Job",
    "Tag",
    "Person",
    "Place",
    "Face",
    "FaceCluster",
    "Model",
    "Change",
    "ReviewItem",
    "Stack",
    "Trip",
    "SimilarGroup",
    "Album",
    "Suggestion",
    "AccessToken",
    "Session",
]
_KINDS = frozenset(get_args(Kind))


def encode(kind: Kind, id: str) -> strawberry.ID:
    return strawberry.ID(b64encode(f"{kind}:{id}".encode()).decode())


def parse(id: str) -> tuple[str, str]:
    """The kind and the id inside a global id. Raises BadInput if the text is not a global id."""
    try:
        kind, ours = from_base64(id)
    except ValueError:
        raise BadInput("This is not a valid id. Pass an id that this API returned.", about=id) from None
    return kind, ours


def decode(kind: Kind, id: str) -> str:
    """The id inside a global id of that kind. Raises BadInput for the id of another kind."""
    found, ours = parse(id)
    if found != kind:
        raise BadInput(f"Give the id of {_spoken(kind)}; this is the id of something else.", about=id)
    return ours


def decode_all(kind: Kind, ids: Iterable[str]) -> list[str]:
    return [decode(kind, id_) for id_ in ids]


def decode_given(kind: Kind, id: str | None) -> str | None:
    """``decode`` for an argument that may be left out (None or UNSET)."""
    return None if id is None or id is strawberry.UNSET else decode(kind, id)


def ref(kind: Kind, text: str) -> Ref:
    """The reference in a text that is either an id or a name. Raises BadInput for the id of another kind."""
    try:
        found, ours = from_base64(text)
    except ValueError:
        return Ref(name=text)
    if found not in _KINDS:
        return Ref(name=text)  # a name that happens to be valid base64
    if found != kind:
        raise BadInput(f"Give the id or the name of {_spoken(kind)}; this is the id of something else.", about=text)
    return Ref(id=ours)


def refs(kind: Kind, texts: Iterable[str]) -> list[Ref]:
    return [ref(kind, text) for text in texts]


def _spoken(kind: Kind) -> str:
    return {
        "FaceCluster": "a cluster of faces",
        "ReviewItem": "an item of the review queue",
        "SimilarGroup": "a group",
        "Album": "an album",
    }.get(kind, f"a {kind.lower()}")
