"""A GraphQL request, read from the body of a POST, from the address of a GET or from a message of a WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strawberry.http import GraphQLRequestData

from photos_graph.errors import BadInput
from resolvers.documents import Documents


def read_request(given: object, documents: Documents) -> GraphQLRequestData:
    """Returns the request with the text of its document. ``given`` is decoded JSON.

    Raises BadInput if a part has the wrong type, and the errors of ``Documents.text``.
    """
    if isinstance(given, list):
        raise BadInput("Send one request at a time; a list of requests is not supported.")
    if not isinstance(given, dict):
        raise BadInput("A request is a JSON object with `query`, `variables`, `operationName` and `extensions`.")
    extensions = _object(given, "extensions")
    return GraphQLRequestData(
        query=documents.text(_text(given, "query") or None, _text(given, "documentId"), _persisted(extensions)),
        variables=_object(given, "variables"),
        operation_name=_text(given, "operationName") or None,
        extensions=extensions,
        protocol="http",
    )


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"The `{name}` of a request must be a text.")
    return value


def _object(given: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = given.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadInput(f"The `{name}` of a request must be an object.")
    return value


def _persisted(extensions: Mapping[str, Any] | None) -> str | None:
    """Returns the hash by which Apollo's protocol names a document."""
    persisted = (extensions or {}).get("persistedQuery")
    if persisted is None:
        return None
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(digest, str) or persisted.get("version") != 1:
        raise BadInput("The extension persistedQuery must have the version 1 and a sha256Hash.")
    return digest.lower()
