"""The permissions of roles. Every field of Query, Mutation and Subscription has one of them."""

from __future__ import annotations

from typing import Any, ClassVar

from strawberry.permission import BasePermission

from photos_graph.access.roles import require
from photos_graph.model.access import Role
from resolvers.context import Info


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

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        allowed = super().has_permission(source, info, **arguments)
        info.context.forget_loaded()
        return allowed


class IsOwner(CanEdit):
    role = Role.OWNER
