"""Queries large libraries by the service, SQLite and Cypher, with the same photos."""
