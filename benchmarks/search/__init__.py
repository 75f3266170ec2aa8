"""Questions to large libraries: the service beside SQLite and Cypher, on the same photos."""
