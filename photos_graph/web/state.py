"""Gives requests access to the services of the application, once they are built."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from photos_graph.bootstrap import Services
from photos_graph.errors import Unavailable
from photos_graph.services.media import Media


def services_of(connection: HTTPConnection) -> Services:
    """Returns the services. Raises Unavailable while the service starts."""
    services: Services | None = getattr(connection.app.state, "services", None)
    if services is None:
        raise Unavailable("The service is starting and loads the library. Try again in a moment.")
    return services


def media_of(connection: HTTPConnection) -> Media:
    return services_of(connection).media
