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
    may_open_originals: bool = strawberry.field(
        description="Whether this viewer gets originals, and the moving parts of photos: editors and the owner do, and "
        "viewers if the setting `web.viewer_originals` allows it."
    )


@strawberry.type
class ViewerQueries:
    @strawberry.field(permission_classes=[CanView], description="The viewer that sent this request.")
    def viewer(self, info: Info) -> Viewer:
        viewer = info.context.known_viewer
        return Viewer(name=viewer.name, role=viewer.role, may_open_originals=info.context.may_open_originals)
