"""The queries of the product, and those of them that Neo4j has executed in this run."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, LiteralString

import pytest

from photos_graph import graph
from photos_graph.graph.engine import dialect, migrations
from photos_graph.graph.engine.connection import Graph, Transaction

OF_EMBEDDED = {
    f"{migrations.__name__}.{name}" for name in ("NUMBER_TYPES", "PICTURED_TYPE", "INDEX_NUMBERS_AGAIN")
}  # that Neo4j never sees


class ExecutedQueries:
    """Notes every query that a transaction of this process sends to Neo4j, and which tests sent them."""

    def __init__(self) -> None:
        self._executed: set[str] = set()
        self._expected: set[str] = set()
        self._started: set[str] = set()

    def expects(self, tests: set[str]) -> None:
        """Records all tests that run on Neo4j when nothing is selected."""
        self._expected = tests

    def starts(self, test: str) -> None:
        self._started.add(test)

    @property
    def complete(self) -> bool:
        """Returns whether all these tests were part of this run."""
        return bool(self._expected) and self._expected <= self._started

    def record(self, patch: pytest.MonkeyPatch) -> None:
        run = Transaction.run

        async def recorded(tx: Transaction, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
            rows = await run(tx, query, **parameters)
            if tx._graph.dialect is dialect.NEO4J:
                self._executed.add(query)
            return rows

        patch.setattr(Transaction, "run", recorded)
        pages = Graph.pages

        def recorded_pages(
            graph: Graph, query: LiteralString, size: int, /, **parameters: object
        ) -> AsyncIterator[list[dict[str, Any]]]:
            if graph.dialect is dialect.NEO4J:
                self._executed.add(query)
            return pages(graph, query, size, **parameters)

        patch.setattr(Graph, "pages", recorded_pages)

    def missing(self) -> list[str]:
        """Returns the names of the constants that are not part of any query that was executed."""
        executed = "\n;\n".join(self._executed)
        return sorted({name for name, query in constants() if not _pattern(query).search(executed)} - OF_EMBEDDED)


def _pattern(query: str) -> re.Pattern[str]:
    """Matches the query; in a template, any word stands for ``{name}``."""
    return re.compile(r"\w+".join(re.escape(part) for part in re.split(r"\{\w+\}", query)))


def constants() -> Iterator[tuple[str, str]]:
    """The name and the text of each constant in ``photos_graph.graph`` that is annotated as a LiteralString, or as a
    mapping or tuple of them."""
    for found in pkgutil.walk_packages(graph.__path__, f"{graph.__name__}."):
        module = importlib.import_module(found.name)
        for name, kind in inspect.get_annotations(module).items():
            if "LiteralString" in str(kind):
                yield from ((f"{module.__name__}.{name}", query) for query in _texts(getattr(module, name)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
