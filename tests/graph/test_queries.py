"""Every query of the product is executed on Neo4j by some test, though most tests run on the embedded engine alone."""

from __future__ import annotations

import pytest

from tests.kit.cypher import ExecutedQueries

pytestmark = [pytest.mark.neo4j, pytest.mark.last]


def test_neo4j_has_executed_every_query(executed_queries: ExecutedQueries, engine_name: str) -> None:
    if not executed_queries.complete:
        pytest.skip("this is asked at the end of a run of all tests on Neo4j")
    missing = executed_queries.missing()
    assert not missing, "No test executes these on Neo4j: " + ", ".join(missing)
