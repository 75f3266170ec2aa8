"""The connection to the graph, a Bolt driver with retries behind an interface of plain Python values.

Queries are ``LiteralString`` constants with parameters. Results are dictionaries of standard types. No type and no
exception of the driver leaves this module.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any, LiteralString, TypeVar

import neo4j
from neo4j import exceptions as driver_errors

from photos_graph.errors import BadSettings, Conflict, EngineUnavailable, RefusedQuery
from photos_graph.graph.engine import dialect as dialects
from photos_graph.graph.engine.embedded import Endpoint, Engine
from photos_graph.graph.engine.values import plain

# The driver logs every retry and lost connection, which are normal. Failures are raised anyway.
logging.getLogger("neo4j").setLevel(logging.CRITICAL)
log = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, Any]

MERGE_RACE_TRIES = 5
RESTART_TRIES, RESTART_SECONDS = 50, 0.2
AWAY = "The graph engine does not answer at the moment. Try again later."
FULL = "The disk of the data directory is full. Free some space, then try again."
SCHEMES = ("bolt://", "bolt+s://", "bolt+ssc://", "neo4j://", "neo4j+s://", "neo4j+ssc://")


class Transaction:
    """A transaction, whose queries are committed together or not at all."""

    def __init__(self, graph: Graph, inner: neo4j.AsyncManagedTransaction) -> None:
        self._graph = graph
        self._inner = inner

    async def run(self, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        """Runs a query and returns its rows."""
        self._graph.queries += 1
        result = await self._inner.run(query, parameters)
        names = result.keys()
        return [dict(zip(names, map(plain, record), strict=True)) async for record in result]


class Graph:
    """A pool of connections to one engine.

    Every call is retried after a lost connection, a deadlock or a lost race between two MERGE clauses. A query may
    therefore run more than once, but is committed once. Calls raise EngineUnavailable if the engine does not answer for
    ``patience`` seconds, Conflict if a uniqueness constraint is violated.
    """

    def __init__(self, endpoint: Callable[[], Endpoint], engine: Engine | None = None, patience: float = 30) -> None:
        self.dialect = dialects.NEO4J
        self.queries = 0
        self._endpoint = endpoint
        self._engine = engine
        self._patience = patience
        self._driver: neo4j.AsyncDriver | None = None
        self._connected_to: Endpoint | None = None
        self._writer_lock = asyncio.Lock()
        self._writers: set[asyncio.Task[Any] | None] = set()

    async def read(self, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        """Runs a query that only reads, and returns its rows."""
        return await self._managed(lambda transaction: transaction.run(query, **parameters), neo4j.READ_ACCESS)

    async def write(self, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        """Runs and commits a single query, and returns its rows."""
        return await self.transaction(lambda transaction: transaction.run(query, **parameters))

    async def transaction(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Commits the queries of ``work`` and returns its result. It may be called again, so it must have no other
        effect.

        ``work`` must use only the transaction that it is given, because another write would wait for it forever.
        """
        task = asyncio.current_task()
        if task in self._writers:
            raise RuntimeError("a transaction inside a transaction")
        async with self._locked_writer() if self.dialect.writers_collide else nullcontext():
            self._writers.add(task)
            try:
                return await self._managed(work, neo4j.WRITE_ACCESS)
            finally:
                self._writers.discard(task)

    async def reading(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Returns what ``work`` reads in one transaction, which waits for no writer. It may be called again."""
        return await self._managed(work, neo4j.READ_ACCESS)

    async def pages(self, query: LiteralString, size: int, /, **parameters: object) -> AsyncIterator[list[Row]]:
        """Yields the rows of a query that only reads, ``size`` at a time, while the engine finds the next ones.

        It is not repeated after a lost connection, so it raises EngineUnavailable then.
        """
        self.queries += 1
        try:
            async with await self._session(neo4j.READ_ACCESS, size) as session:
                result = await session.run(query, parameters)
                names = result.keys()
                while found := await result.fetch(size):
                    yield [dict(zip(names, map(plain, record), strict=True)) for record in found]
        except (driver_errors.DriverError, driver_errors.Neo4jError) as error:
            raise EngineUnavailable(AWAY) from error

    async def close(self) -> None:
        """Closes the connections, and stops the embedded engine if this process owns it."""
        if self._driver is not None:
            await self._driver.close()
        if self._engine is not None:
            await self._engine.close()

    async def ready(self, seconds: float) -> None:
        """Waits until the engine answers, and determines its dialect.

        Raises BadSettings if the engine refuses the connection or is too old, EngineUnavailable if it does not answer
        within ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                async with await self._session(neo4j.READ_ACCESS) as session:
                    summary = await (await session.run("RETURN 1")).consume()
            except (EngineUnavailable, driver_errors.DriverError, driver_errors.Neo4jError, OSError) as error:
                # The embedded engine refuses connections only while it starts.
                if self._engine is None and isinstance(error, driver_errors.ClientError):
                    raise BadSettings(self._refused(error)) from error
                if time.monotonic() > deadline:
                    raise EngineUnavailable(self._silent()) from error
            else:
                if dialects.is_too_old(agent := summary.server.agent):
                    oldest = ".".join(map(str, dialects.OLDEST_NEO4J))
                    raise BadSettings(f"{self._endpoint().uri} is {agent}; photos-graph needs Neo4j {oldest} or later.")
                self.dialect = dialects.of_server(agent)
                return
            if self._engine is not None and self._engine.broken:
                raise EngineUnavailable(self._silent())
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def _locked_writer(self) -> AsyncIterator[None]:
        """Waits for the other writers of this process, but no longer than for the engine itself."""
        try:
            # wait_for would lose a cancellation that arrives with the lock (fixed in Python 3.12).
            async with asyncio.timeout(self._patience):
                await self._writer_lock.acquire()
        except TimeoutError as error:
            raise EngineUnavailable(AWAY) from error
        try:
            yield
        finally:
            self._writer_lock.release()

    async def _managed(self, work: Callable[[Transaction], Awaitable[T]], access: str) -> T:
        async def unit(inner: neo4j.AsyncManagedTransaction) -> T:
            return await work(Transaction(self, inner))

        races = restarts = 0
        while True:
            try:
                async with await self._session(access) as session:
                    if access == neo4j.READ_ACCESS:
                        return await session.execute_read(unit)
                    return await session.execute_write(unit)
            except driver_errors.ConstraintError as error:
                races += 1
                if not self.dialect.writers_collide or races == MERGE_RACE_TRIES:
                    raise Conflict("Something with the same key exists already. Try again.") from error
                await asyncio.sleep(random.uniform(0.01, 0.04) * races)  # noqa: S311
            except driver_errors.IncompleteCommit as error:
                restarts += 1
                # The engine died while it ended the transaction. What only reads can be read again.
                if access != neo4j.READ_ACCESS or restarts == RESTART_TRIES:
                    raise EngineUnavailable(AWAY) from error
                await asyncio.sleep(RESTART_SECONDS)
            except driver_errors.DriverError as error:
                raise EngineUnavailable(AWAY) from error
            except driver_errors.Neo4jError as error:
                if error.is_retryable():
                    raise EngineUnavailable(AWAY) from error
                restarts += 1
                if restarts == RESTART_TRIES or not (error.code or "").startswith(self.dialect.while_restarting):
                    log.error("The graph engine refused a query: %s: %s", error.code, error.message)
                    if self._engine is not None and self._engine.is_full:
                        raise EngineUnavailable(FULL) from error
                    raise RefusedQuery(
                        "The graph engine refused a query. The log of the service has the reason."
                    ) from error
                await asyncio.sleep(RESTART_SECONDS)

    async def _session(self, access: str, fetch: int = -1) -> neo4j.AsyncSession:
        """Returns a session of the driver. The driver is replaced if the embedded engine had to change its port."""
        endpoint = self._endpoint()
        if self._driver is None or endpoint != self._connected_to:
            stale, self._driver, self._connected_to = self._driver, _driver(endpoint, self._patience), endpoint
            if stale is not None:
                await stale.close()
        # Results are mostly read completely, so fetching them in batches would gain nothing.
        return self._driver.session(database=endpoint.database, default_access_mode=access, fetch_size=fetch)

    def _refused(self, error: Exception) -> str:
        endpoint = self._endpoint()
        if isinstance(error, driver_errors.AuthError):
            return (
                f"{endpoint.uri} refuses the user {endpoint.user!r} with the given password. "
                "Set PHOTOS_GRAPH__USER and PHOTOS_GRAPH__PASSWORD."
            )
        return f"{endpoint.uri} cannot be used (PHOTOS_GRAPH__URI, PHOTOS_GRAPH__DATABASE): {error}."

    def _silent(self) -> str:
        if self._engine is not None:
            return f"The embedded graph engine does not answer. {self._engine.trouble()}"
        return f"No graph engine answers at {self._endpoint().uri}. Is it running? (PHOTOS_GRAPH__URI)"


def _driver(endpoint: Endpoint, patience: float) -> neo4j.AsyncDriver:
    try:
        if not endpoint.uri.startswith(SCHEMES):
            raise ValueError(f"it must start with one of {', '.join(SCHEMES)}")
        return neo4j.AsyncGraphDatabase.driver(
            endpoint.uri,
            auth=(endpoint.user, endpoint.password),
            # Notifications warn of node labels that do not exist yet, as in every new library.
            notifications_min_severity="OFF",
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
