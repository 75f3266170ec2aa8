"""The database of a soak: the embedded engine of the service, or a Neo4j server beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString, Protocol

import neo4j

from photos_graph.graph.engine import embedded_child
from photos_graph.settings import Settings
from tests.kit import commands, engines

Rows = list[dict[str, Any]]


class Database(Protocol):
    """What the service stores the graph in."""

    name: str

    def environment(self) -> dict[str, str]:
        """Returns the variables by which the service reaches it."""

    def read(self, *queries: LiteralString) -> list[Rows]:
        """Returns the rows of each query, past the service."""

    def kill(self) -> None:
        """Kills its process, and lets it start again."""

    def close(self) -> None:
        """Closes the connection."""


class EmbeddedDatabase:
    """The engine that the service runs, and starts again."""

    name = "embedded"

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._driver: neo4j.Driver | None = None
        self._address: tuple[str, str] | None = None  # and the password

    def environment(self) -> dict[str, str]:
        return {}

    def read(self, *queries: LiteralString) -> list[Rows]:
        runtime = json.loads((self._data_dir / "engine.json").read_text())
        address = f"bolt://127.0.0.1:{runtime['port']}", runtime["password"]
        if self._driver is None or address != self._address:
            self.close()
            self._address, login = address, (embedded_child.USER, address[1])
            self._driver = neo4j.GraphDatabase.driver(address[0], auth=login, notifications_min_severity="OFF")
        return _rows(self._driver, embedded_child.DATABASE, queries)

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def kill(self) -> None:
        commands.kill(commands.engine_pid(self._data_dir))


class Neo4jDatabase:
    """A server that many seeds share, each with an empty graph."""

    name = "neo4j"

    def __init__(self, engine: engines.RunningEngine, data_dir: Path) -> None:
        self._engine = engine
        self._settings = Settings(data_dir=data_dir, graph=engine.settings)

    def environment(self) -> dict[str, str]:
        return commands.on(self._settings)

    def read(self, *queries: LiteralString) -> list[Rows]:
        return _rows(self._engine.driver, self._engine.endpoint.database, queries)

    def kill(self) -> None:
        self._engine.kill_neo4j()
        self._engine.start_again()

    def close(self) -> None:
        """Leaves the connection to the other seeds."""


def _rows(driver: neo4j.Driver, database: str | None, queries: tuple[LiteralString, ...]) -> list[Rows]:
    with driver.session(database=database) as session:
        return session.execute_read(lambda tx: [[dict(row) for row in tx.run(query)] for query in queries])


@contextmanager
def neo4j_server(folder: Path) -> Iterator[engines.RunningEngine]:
    """Runs a server for all seeds of a run."""
    engine = engines.start("neo4j", folder)
    try:
        yield engine
    finally:
        engine.stop()
