"""A short soak: the service and its engine are killed while people work, and nothing that was acknowledged is lost.

``python -m tests.soak`` runs many more kills, of models and trainers too, and of the process of Neo4j."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit import engines
from tests.soak.databases import Database, EmbeddedDatabase, Neo4jDatabase
from tests.soak.plan import ENGINE, NEW_PHOTOS, SERVICE, Act, Plan
from tests.soak.run import seed_on

pytestmark = pytest.mark.slow

AFTER = 0.3  # seconds of a scan


@pytest.mark.both_engines
def test_a_kill_of_the_service_loses_nothing_and_does_nothing_twice(
    engine_name: str, start_engine: Callable[[str], engines.RunningEngine], tmp_path: Path
) -> None:
    database: Database = EmbeddedDatabase(tmp_path / "data")
    if engine_name != "embedded":
        server = start_engine(engine_name)
        server.clean()
        database = Neo4jDatabase(server, tmp_path / "data")
    soak(1, SERVICE, database, tmp_path)


def test_a_kill_of_the_engine_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    """Other tests use the server of Neo4j, too, so that it is not killed."""
    soak(2, ENGINE, EmbeddedDatabase(tmp_path / "data"), tmp_path)


def soak(seed: int, kill: str, database: Database, folder: Path) -> None:
    said: list[str] = []
    plan = Plan(seed, (Act(NEW_PHOTOS, kill, AFTER),), None)
    result = seed_on(plan, database, folder, said.append, models=False)
    assert result.is_good, "\n".join((*said, *result.lost, *result.false, *result.faults))
    assert result.kills == {kill: 1} and result.acknowledged
