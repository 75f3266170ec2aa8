"""The Bolt driver, as this project uses it."""

from __future__ import annotations

import logging

import neo4j
from neo4j import exceptions as driver_errors

from photos_graph.errors import BadSettings
from photos_graph.graph.engine.embedded import Endpoint

# The driver logs every retry and lost connection, which are normal. Failures are raised anyway.
logging.getLogger("neo4j").setLevel(logging.CRITICAL)

SCHEMES = ("bolt://", "bolt+s://", "bolt+ssc://", "neo4j://", "neo4j+s://", "neo4j+ssc://")
ROUTED = "neo4j"  # how addresses begin of what may be a cluster, in which the driver sends reads to followers


def bookmarks_for(endpoint: Endpoint) -> neo4j.AsyncBookmarkManager | None:
    """Returns what the sessions of one process share so that each sees what the others have written and read before, on
    whichever member of a cluster. Returns None if there is only one server."""
    return neo4j.AsyncGraphDatabase.bookmark_manager() if endpoint.uri.startswith(ROUTED) else None


def open_driver(endpoint: Endpoint, patience: float, connections: int = 100) -> neo4j.AsyncDriver:
    """Returns a driver with so many ``connections``, which retries for ``patience`` seconds. Raises BadSettings."""
    try:
        if not endpoint.uri.startswith(SCHEMES):
            raise ValueError(f"it must start with one of {', '.join(SCHEMES)}")
        return neo4j.AsyncGraphDatabase.driver(
            endpoint.uri,
            auth=(endpoint.user, endpoint.password),
            # Notifications warn of node labels that do not exist yet, as in every new library.
            notifications_min_severity="OFF",
            max_connection_pool_size=connections,
            max_transaction_retry_time=patience,
            # The default of one second is too long after two writers met at one node. Doubling it repeatedly
            # would let a query sleep long after the engine is back.
            initial_retry_delay=0.05,
            retry_delay_multiplier=1.3,
            connection_timeout=10,
            liveness_check_timeout=60,
            user_agent="photos-graph",
        )
    except (ValueError, driver_errors.ConfigurationError) as error:
        raise BadSettings(
            f"{endpoint.uri} is not the address of a graph engine (PHOTOS_GRAPH__URI): {error}."
        ) from error
