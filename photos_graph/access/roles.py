"""What the roles of users include."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.errors import Forbidden
from photos_graph.model.access import Role

RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: by which token (its ``grant``), and by which session ("" without one)."""

    name: str
    role: Role
    grant: str = ""
    session: str = ""


def require(viewer: Viewer, role: Role) -> None:
    """Raises Forbidden."""
    if RANK[viewer.role] < RANK[role]:
        raise Forbidden(f"This requires the role {role.value}, and yours is {viewer.role.value}.")
