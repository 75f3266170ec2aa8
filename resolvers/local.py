"""Answers GraphQL within this process, for the commands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.bootstrap import Services
from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
from resolvers.context import Context
from resolvers.loaders import Loaders
from resolvers.schema import Schema, build_schema


async def answer(services: Services, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a service would answer to its owner. Pictures have no addresses, since nobody serves them."""
    context = Context(Access(Keys(b""), {}), Viewer("owner", Role.OWNER), services, Loaders(services))
    result = await _schema().execute(document, variable_values=dict(variables), context_value=context)
    errors = [error.formatted for error in result.errors or ()]
    return {"data": result.data} | ({"errors": errors} if errors else {})


@cache
def _schema() -> Schema:
    return build_schema(WebSettings())
