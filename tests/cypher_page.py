"""The questions of docs/cypher.md."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cypher.md"
_QUESTION = re.compile(r"^## (.+?)$(?:(?!^## ).)*?```graphql\n(.+?)```(?:(?!^## ).)*?```cypher\n(.+?)```", re.M | re.S)


def questions() -> dict[str, tuple[str, str]]:
    """Heading -> GraphQL, Cypher."""
    return {title: (graphql, cypher) for title, graphql, cypher in _QUESTION.findall(PAGE.read_text())}
