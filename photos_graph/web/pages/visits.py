"""What a page of the service gets: who opened it, and a way to ask in GraphQL as this viewer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from photos_graph.access.roles import Viewer
from photos_graph.model.access import Role
from photos_graph.web.pages.cookbook_documents import cookbook_documents

# answer(request, document, variables) -> the data, as the viewer of the request gets them; raises PhotosGraphError
Answer = Callable[[Request, str, Mapping[str, Any]], Awaitable[dict[str, Any]]]


class Visit:
    """A request for a page."""

    def __init__(self, request: Request, answer: Answer) -> None:
        self.request = request
        self.viewer: Viewer = request.state.viewer
        self._answer = answer

    @property
    def may_edit(self) -> bool:
        return self.viewer.may(Role.EDITOR)

    @property
    def is_owner(self) -> bool:
        return self.viewer.may(Role.OWNER)

    def given(self, name: str) -> str:
        """Returns a part of the query of the address, or ""."""
        return self.request.query_params.get(name, "").strip()

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Returns the data of a document of the cookbook. Raises PhotosGraphError."""
        return await self._answer(self.request, cookbook_documents()[document], variables)


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page at ``path``. ``show`` returns what its template needs; ``label`` is its name in the header, or "" if it
    has no place there. Whoever has a lower ``role`` is refused."""

    path: str
    template: str
    show: Callable[[Visit], Awaitable[Mapping[str, Any]]]
    label: str = ""
    role: Role = Role.VIEWER
