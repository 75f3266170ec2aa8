"""Who is asking."""

from __future__ import annotations

import strawberry

from photos_graph import model
from resolvers.context import Info
from resolvers.permissions import CanView

strawberry.enum(model.Role)


@strawberry.type
class Viewer:
    name: str
    role: model.Role


@strawberry.type
class ViewerQueries:
    @strawberry.field(permission_classes=[CanView])
    def viewer(self, info: Info) -> Viewer:
        viewer = info.context.known_viewer
        return Viewer(name=viewer.name, role=viewer.role)
