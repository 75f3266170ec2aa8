"""GraphQL without a server in between, so that nothing else asks the engine meanwhile."""

from __future__ import annotations

from typing import Any

from strawberry.types import ExecutionResult

from photos_graph.auth import Signer, Viewer
from photos_graph.bootstrap import Services
from photos_graph.model import Role
from photos_graph.settings import WebSettings
from resolvers.context import Context
from resolvers.loaders import Loaders
from resolvers.schema import build_schema

SCHEMA = build_schema(WebSettings())


async def execute(services: Services, document: str, **variables: Any) -> ExecutionResult:
    context = Context(Signer(b""), Viewer("editor", Role.EDITOR), services, Loaders(services, cache=True))
    return await SCHEMA.execute(document, variable_values=variables, context_value=context)
