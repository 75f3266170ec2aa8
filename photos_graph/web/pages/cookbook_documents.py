"""The GraphQL documents of ``docs/cookbook``, by which the pages ask. A wheel has a copy of that folder beside this
module; in a checkout, it is read where it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PACKAGED = Path(__file__).parent / "documents"
_CHECKOUT = Path(__file__).parents[3] / "docs" / "cookbook"


@cache
def cookbook_documents() -> Mapping[str, str]:
    """Maps names such as "grid" and "grid.actions" to the texts of documents."""
    folder = _PACKAGED if _PACKAGED.exists() else _CHECKOUT
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.graphql"))}


def document_ids() -> dict[str, str]:
    """Maps the ids by which clients may name these documents to the texts."""
    return {f"cookbook/{name}": text for name, text in cookbook_documents().items()}
