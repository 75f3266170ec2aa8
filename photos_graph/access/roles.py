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

    def may(self, role: Role) -> bool:
        """Returns whether this viewer may do what the role allows."""
        return RANK[self.role] >= RANK[role]


def may_open_originals(role: Role, viewers_may: bool) -> bool:
    """Returns whether a role may get the files themselves. ``viewers_may``: the setting ``web.viewer_originals``."""
    return viewers_may or role is not Role.VIEWER


def require(viewer: Viewer, role: Role) -> None:
    """Raises Forbidden."""
    if not viewer.may(role):
        raise Forbidden(f"This requires the role {role.value}, and yours is {viewer.role.value}.")
