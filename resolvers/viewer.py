"""The viewer: who sent the request."""

from __future__ import annotations

import strawberry

from resolvers.context import Info
from resolvers.enums import Role
from resolvers.permissions import CanView


@strawberry.type(description="The person or program that sent the request.")
class Viewer:
    name: str = strawberry.field(description="The name that is recorded with the changes of this viewer.")
    role: Role = strawberry.field(description="What this viewer may do.")


@strawberry.type
class ViewerQueries:
    @strawberry.field(permission_classes=[CanView], description="The viewer that sent this request.")
    def viewer(self, info: Info) -> Viewer:
        viewer = info.context.known_viewer
        return Viewer(name=viewer.name, role=viewer.role)
