"""What a resolver finds in ``info.context``: who asks, the services, and this request's loaders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import strawberry

from photos_graph.auth import Signer, Viewer
from photos_graph.bootstrap import Services
from photos_graph.errors import Unauthenticated, Unavailable
from resolvers.loaders import Loaders


@dataclass(slots=True)
class Context:
    """A WebSocket may open before its viewer is known; ``connection_params`` is what it then presents."""

    signer: Signer
    viewer: Viewer | None
    ready: Services | None
    loads: Loaders | None
    connection_params: object = None
    nodes_left: int = 100_000  # that lists without pages may still bring
    list_weights: dict[tuple[int, ...], int] = field(default_factory=dict)  # of one item, by the ids of its fields

    def for_operation(self) -> Context:
        """Of one WebSocket all operations have the same context, but what each may bring."""
        return replace(self, list_weights={})

    @property
    def services(self) -> Services:
        """Raises Unavailable while the service starts."""
        if self.ready is None:
            raise Unavailable("The service is starting and loads the library. Try again in a moment.")
        return self.ready

    @property
    def loaders(self) -> Loaders:
        """Raises Unavailable while the service starts."""
        if self.loads is None:
            raise Unavailable("The service is starting and loads the library. Try again in a moment.")
        return self.loads

    @property
    def known_viewer(self) -> Viewer:
        """Raises Unauthenticated."""
        if self.viewer is None:
            raise Unauthenticated("Sign in first.")
        return self.viewer


Info: TypeAlias = strawberry.Info[Context, None]
