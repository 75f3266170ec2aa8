"""The differences between the engines that a query or a retry has to know of."""

from __future__ import annotations

import re
from dataclasses import dataclass

OLDEST_NEO4J = (5, 23)


@dataclass(frozen=True)
class Dialect:
    name: str
    # Two writers of one node, or two MERGEs of one key: Neo4j lets the second wait; ArcadeDB checks at
    # the commit and fails it, so that writers do better to take turns, and to try again.
    writers_collide: bool
    # Codes, or their beginnings, that ArcadeDB answers with in the moment of opening or closing its
    # databases, where Neo4j has transient errors that the driver knows to retry.
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
    """The dialect of the server that calls itself ``agent`` in the Bolt handshake."""
    return EMBEDDED if "ArcadeDB" in agent else NEO4J


def is_too_old(agent: str) -> bool:
    """Whether that server is a Neo4j that does not know ``CALL (x) { }``, which came with 5.23."""
    version = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
    return version is not None and (int(version[1]), int(version[2])) < OLDEST_NEO4J
