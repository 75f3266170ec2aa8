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
        fresh = replace(self, loads=None, list_weights={}, deletions=[], merges=[], removed=[])
        fresh.mutations, fresh.engine_is_away = {}, False
        return fresh

    def forget_loaded(self) -> None:
        """Forgets what a request has loaded, which the mutation that follows may change."""
        self.loads = None

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
    def scope(self) -> str | None:
        """The photos that the viewer may see, as the token says now, or None for all. Raises Unauthenticated if the
        token is gone."""
        return None if self.viewer is None else self.access.scope_of(self.viewer)

    @property
    def services(self) -> Services:
        """The services, which know nothing else than what the viewer may see. Raises Unavailable while the service
        starts, and Unauthenticated."""
        if self.ready is None:
            raise Unavailable("The service is starting and loads the library. Try again in a moment.")
        return self.ready.in_scope(self.scope)

    @property
    def loaders(self) -> Loaders:
        """The loaders of these services. Raises Unavailable and Unauthenticated."""
        services = self.services
        if self.loads is None or self.loads.services is not services:  # the scope of the token has changed
            self.loads = Loaders(services)
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
