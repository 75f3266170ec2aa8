"""What each role may. Every field of Query, Mutation and Subscription carries one of these."""

from __future__ import annotations

from typing import Any, ClassVar

from strawberry.permission import BasePermission

from photos_graph.auth import require
from photos_graph.model import Role
from resolvers.context import Info


class RolePermission(BasePermission):
    role: ClassVar[Role]

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        """Raises Unauthenticated, Forbidden: both say more than False."""
        require(info.context.known_viewer, self.role)
        return True


class CanView(RolePermission):
    role = Role.VIEWER


class CanEdit(RolePermission):
    role = Role.EDITOR


class IsOwner(RolePermission):
    role = Role.OWNER
