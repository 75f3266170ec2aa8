"""What a resolver finds in ``info.context``: the viewer, the services, and the loaders of this request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import strawberry

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer, may_open_originals
from photos_graph.bootstrap import Services
from photos_graph.errors import Unauthenticated, Unavailable
from photos_graph.graph.engine.caller import MutationWrites
from photos_graph.web.urls import MediaAddresses
from resolvers.loaders import Loaders


@dataclass(slots=True)
class Context:
    """The context of a request. A WebSocket may open without a viewer, and then sends ``connection_params``."""

    access: Access
    viewer: Viewer | None
    ready: Services | None
    loads: Loaders | None
    public_url: str = ""  # that goes before the addresses of pictures
    media_days: int = 30  # for which such an address works at least
    viewer_originals: bool = False  # whether viewers may open originals
    client: str = ""  # the address of the client
    connection_params: object = None
    deletions: list[str] = field(default_factory=list)  # the ids of the changes that deletions of this request made
    merges: list[str] = field(default_factory=list)  # the ids of the changes that merges of tags made in this request
    removed: list[strawberry.ID] = field(default_factory=list)  # the roots that this request removed
    mutations: dict[str, MutationWrites] = field(default_factory=dict)  # of this request, by the names of their fields
    engine_is_away: bool = False  # an error of this request says so
    nodes_left: int = 100_000  # that lists without pages may still contain
    list_weights: dict[tuple[int, ...], int] = field(
        default_factory=dict
    )  # the weight of one item, by the ids of its fields

    def afresh(self) -> Context:
        """Returns a context of the same viewer for another operation, or another event of a subscription: none of them
        sees what others have loaded, deleted or counted."""
        loads = Loaders(self.ready) if self.ready is not None else None
        fresh = replace(self, loads=loads, list_weights={}, deletions=[], merges=[], removed=[])
        fresh.mutations, fresh.engine_is_away = {}, False
        return fresh

    def forget_loaded(self) -> None:
        """Forgets what a request has loaded, which the mutation that follows may change."""
        if self.ready is not None:
            self.loads = Loaders(self.ready)

    @property
    def addresses(self) -> MediaAddresses:
        """What makes the addresses of pictures for this viewer."""
        grant = self.viewer.grant if self.viewer is not None else ""
        return MediaAddresses(self.access.keys, grant, self.media_days, self.public_url)

    @property
    def may_open_originals(self) -> bool:
        """Raises Unauthenticated."""
        return may_open_originals(self.known_viewer.role, self.viewer_originals)

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
        """Raises Unauthenticated, also if the token or the session has ended since the connection was opened."""
        if self.viewer is None:
            raise Unauthenticated("Sign in first.")
        if self.viewer.grant:
            self.access.check(self.viewer)
        return self.viewer


Info: TypeAlias = strawberry.Info[Context, None]
