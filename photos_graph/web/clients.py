"""Where a request comes from, and whether it is encrypted on its way."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from photos_graph.settings import WebSettings


def address_of(connection: HTTPConnection) -> str:
    """Returns the address of the client, as a proxy that is trusted states it."""
    return connection.client.host if connection.client is not None else ""


def device_of(connection: HTTPConnection) -> str:
    """Returns what the client calls itself, without characters that cannot be shown."""
    name = connection.headers.get("user-agent", "")
    return "".join(character for character in name if character.isprintable())


def is_secure(connection: HTTPConnection, settings: WebSettings) -> bool:
    """Returns whether browsers reach the service by HTTPS, by itself or through a proxy."""
    if settings.public_url is not None:
        return settings.public_url.startswith("https:")
    return connection.url.scheme in ("https", "wss")
