"""What the roles may ask for. Every field of Query, Mutation and Subscription has a permission, and so has every field
below them that needs a higher role than the field by which its object was found. ``docs/access.md`` has the table.
"""

from __future__ import annotations

from typing import Any, ClassVar

from strawberry.permission import BasePermission

from photos_graph.access.roles import require
from photos_graph.errors import Forbidden
from photos_graph.model.access import Role
from resolvers.context import Info

NO_ORIGINALS = "Viewers get no originals here. Ask for thumbnail(size: LARGE), or the owner for web.viewer_originals."


class RolePermission(BasePermission):
    role: ClassVar[Role]

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        """Raises Unauthenticated or Forbidden, which tell clients more than False."""
        require(info.context.known_viewer, self.role)
        return True


class CanView(RolePermission):
    role = Role.VIEWER


class CanEdit(RolePermission):
    role = Role.EDITOR


class IsOwner(RolePermission):
    role = Role.OWNER


# Metadata of fields whose resolvers check by themselves, because they are asked for each photo of a page.
NULL_FOR_VIEWERS = {"null below": Role.EDITOR}
NULL_FOR_EDITORS = {"null below": Role.OWNER}
NEEDS_ORIGINALS = {"originals": True}


def require_originals(info: Info) -> None:
    """Raises Unauthenticated or Forbidden."""
    if not info.context.may_open_originals:
        raise Forbidden(NO_ORIGINALS)
