"""The differences between the engines that matter for queries and retries."""

from __future__ import annotations

import re
from dataclasses import dataclass

OLDEST_NEO4J = (5, 23)


@dataclass(frozen=True)
class Dialect:
    """The properties of an engine.

    ``writers_collide``: if two transactions write one node, or merge one key, Neo4j lets the second wait. ArcadeDB
    detects the conflict at the commit and fails it, so writers take turns and retry.

    ``while_restarting``: prefixes of the error codes that ArcadeDB returns while it opens or closes its databases.
    Neo4j returns transient errors then, which the driver retries.
    """

    name: str
    writers_collide: bool
    while_restarting: tuple[str, ...]


NEO4J = Dialect(name="neo4j", writers_collide=False, while_restarting=())
EMBEDDED = Dialect(
    name="embedded",
    writers_collide=True,
    while_restarting=(
        "Neo.ClientError.Security.Unauthorized",
        "Neo.ClientError.Request.Invalid",
        "Neo.ClientError.Database.DatabaseNotFound",
        "Neo.DatabaseError.",
    ),
)


def of_server(agent: str) -> Dialect:
    """Returns the dialect of the server that identifies itself as ``agent`` in the Bolt handshake."""
    return EMBEDDED if "ArcadeDB" in agent else NEO4J


def is_too_old(agent: str) -> bool:
    """Returns whether the server is a Neo4j before 5.23, which introduced ``CALL (x) { }``."""
    version = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
    return version is not None and (int(version[1]), int(version[2])) < OLDEST_NEO4J
