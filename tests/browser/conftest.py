"""A browser sees the service that the tests of the API ask."""

from __future__ import annotations

from tests.api.conftest import app, ask, client

__all__ = ["app", "ask", "client"]
