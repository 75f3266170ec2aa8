"""The connection to the graph, a Bolt driver with retries behind an interface of plain Python values.

Queries are ``LiteralString`` constants with parameters. Results are dictionaries of standard types. No type and no
exception of the driver leaves this module.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import neo4j
from neo4j import exceptions as driver_errors

from photos_graph.errors import BadSettings, Conflict, EngineUnavailable, RefusedQuery, UnknownOutcome
from photos_graph.graph.engine import dialect as dialects
from photos_graph.graph.engine import outcomes
from photos_graph.graph.engine.caller import MutationWrites, is_hurried, present_mutation
from photos_graph.graph.engine.data_folder import FULL, DataFolder
from photos_graph.graph.engine.driver import bookmarks_for, open_driver
from photos_graph.graph.engine.embedded import FILES, Endpoint, Engine
from photos_graph.graph.engine.pulse import AWAY, Pulse
from photos_graph.graph.engine.slow import SlowQueries
from photos_graph.graph.engine.tries import Tries
from photos_graph.graph.engine.values import plain
from photos_graph.graph.engine.writer_turns import WriterTurns

log = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, Any]

# How codes of errors begin that are the fault of the engine, after which a commit may or may not have taken place.
UNCERTAIN = "Neo.DatabaseError."
# The codes with which Neo4j refuses CREATE ... IF NOT EXISTS while another service creates the same.
MADE_MEANWHILE = {
    "Neo.ClientError.Schema.ConstraintAlreadyExists",
    "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists",
    "Neo.ClientError.Schema.IndexAlreadyExists",
}
TURN = 100  # rows of a long answer that are unpacked before other tasks go on
FAILS = "The graph engine fails at the moment, and its log has the reason. Its disk may be full. Try again later."


class Transaction:
    """A transaction, whose queries are committed together or not at all; or a session, which runs a single query."""

    def __init__(self, graph: Graph, inner: neo4j.AsyncManagedTransaction | neo4j.AsyncSession) -> None:
        self._graph = graph
        self._inner = inner

    async def run(self, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        """Runs a query and returns its rows."""
        self._graph.queries += 1
        with self._graph.slow.timed(query):
            result = await self._inner.run(query, parameters)
            return [row async for rows in _unpacked(result, TURN) for row in rows]


async def _unpacked(result: neo4j.AsyncResult, size: int) -> AsyncIterator[list[Row]]:
    """Yields the rows of an answer, ``size`` at a time."""
    names = result.keys()
    while found := await result.fetch(size):
        yield [dict(zip(names, map(plain, record), strict=True)) for record in found]
        if len(found) == size:
            await asyncio.sleep(0)  # unpacking what has arrived gives no turn to others by itself


class _Commit:
    """How far a transaction has come. ``ending``: it is being committed, so that it may take place whatever happens.

    ``mutation`` is the one to which it belongs, if any, as its transaction with this ``number``.
    """

    def __init__(self, mutation: MutationWrites | None) -> None:
        self.ending = False
        self.mutation = mutation
        self.number = 0
        if mutation is not None:
            mutation.transactions += 1
            self.number = mutation.transactions

    def begun(self) -> None:
        """The transaction was committed, or may have been."""
        if self.mutation is not None:
            self.mutation.begun = True


class Graph:
    """A pool of connections to one engine.

    Every call is retried after a lost connection, a deadlock or a lost race between two MERGE clauses, or between two
    services that create one index. A query may therefore run more than once, but is committed once. Calls raise
    EngineUnavailable if the engine does not answer for ``patience`` seconds, or at once if a client waits (``caller``);
    UnknownOutcome if that happened while a transaction was committed; Conflict if a uniqueness constraint is violated.
    """

    def __init__(
        self,
        endpoint: Callable[[], Endpoint],
        engine: Engine | None = None,
        patience: float = 30,
        silence: float = 5,
        slow: float = 1,
    ) -> None:
        """``silence`` is the time in seconds after which an engine that says nothing counts as one that does not
        answer, and ``slow`` the time from which a query is logged."""
        self.dialect = dialects.NEO4J
        self.queries = 0
        self.pulse = Pulse(self._ask, silence)
        self.slow = SlowQueries(slow)
        self.folder: DataFolder | None = None
        self._endpoint = endpoint
        self._engine = engine
        self._patience = patience
        self._driver: neo4j.AsyncDriver | None = None
        self._connected_to: Endpoint | None = None
        self._bookmarks: neo4j.AsyncBookmarkManager | None = None
        self._asking: neo4j.AsyncDriver | None = None
        self._asked_at: Endpoint | None = None
        self._turns = WriterTurns()
        self._writers: set[asyncio.Task[Any] | None] = set()

    async def read(self, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        """Runs a query that only reads, and returns its rows."""
        async with self.limited():
            try:
                # A query without a transaction around it takes one message to the engine and back, and not three.
                async with await self._session(neo4j.READ_ACCESS) as session:
                    return await Transaction(self, session).run(query, **parameters)
            except (driver_errors.DriverError, driver_errors.Neo4jError):
                return await self._managed(lambda tx: tx.run(query, **parameters), neo4j.READ_ACCESS)  # tries again

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
        self.check_storage()
        commit = _Commit(present_mutation())

        async def noted(tx: Transaction) -> T:
            commit.ending = False
            result = await work(tx)
            if commit.mutation is not None:
                await outcomes.note(tx, commit.mutation, commit.number)
            commit.ending = True
            return result

        try:
            async with self.limited(), self._turn():
                self._writers.add(task)
                try:
                    result = await self._managed(noted, neo4j.WRITE_ACCESS, commit)
                finally:
                    self._writers.discard(task)
        except UnknownOutcome:
            commit.begun()
            raise
        except (EngineUnavailable, RefusedQuery, asyncio.CancelledError) as error:
            if not commit.ending:
                raise
            commit.begun()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise UnknownOutcome(outcomes.MAYBE) from error
        commit.begun()
        self.check_storage()  # what went into a folder that was deleted meanwhile is not acknowledged
        return result

    async def reading(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Returns what ``work`` reads in one transaction, which waits for no writer. It may be called again."""
        async with self.limited():
            return await self._managed(work, neo4j.READ_ACCESS)

    async def pages(self, query: LiteralString, size: int, /, **parameters: object) -> AsyncIterator[list[Row]]:
        """Yields the rows of a query that only reads, ``size`` at a time, while the engine finds the next ones.

        It is not repeated after a lost connection, so it raises EngineUnavailable then.
        """
        self.queries += 1
        try:
            async with await self._session(neo4j.READ_ACCESS, size) as session:
                with self.slow.timed(query):
                    result = await session.run(query, parameters)
                async for rows in _unpacked(result, size):
                    yield rows
        except (driver_errors.DriverError, driver_errors.Neo4jError) as error:
            raise EngineUnavailable(AWAY) from error

    @property
    def shared_with(self) -> int | None:
        """The process that runs the embedded engine, if it is another one and known."""
        return self._engine.shared_with if self._engine is not None else None

    def remember_folder(self, data_dir: Path) -> None:
        """Remembers which folder the data directory is, and which files the embedded engine has in it, so that nothing
        is written when they are gone. Its writers take turns with those of other processes by files in it."""
        self.folder = self._engine.folder if self._engine is not None else DataFolder(data_dir)
        self._turns = WriterTurns(data_dir)
        with suppress(OSError):
            self.folder.remember(*(FILES if self._engine is not None else ()))

    @property
    def trouble(self) -> str | None:
        """A sentence that says why the graph cannot be read or written now, or None."""
        return AWAY if not self.pulse.answers else self.folder.problem() if self.folder is not None else None

    def check_answers(self) -> None:
        """Raises EngineUnavailable if the engine does not answer now."""
        if not self.pulse.answers:
            raise EngineUnavailable(AWAY)

    def check_storage(self) -> None:
        """Raises EngineUnavailable if what is written now to the embedded engine would be lost or refused."""
        if self._engine is not None and self.folder is not None and (said := self.folder.problem()) is not None:
            log.error("Nothing is written to %s: %s", self.folder.path, said)
            raise EngineUnavailable(said)

    async def close(self) -> None:
        """Closes the connections, and stops the embedded engine if this process owns it."""
        await self.pulse.close()
        for driver in (self._driver, self._asking):
            if driver is not None:
                await driver.close()
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
                # The leader of a cluster is asked, so that this process sees all that was written before it started.
                async with await self._session(neo4j.WRITE_ACCESS) as session:
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
                self.pulse.start()
                return
            if self._engine is not None and self._engine.broken:
                raise EngineUnavailable(self._silent())
            await asyncio.sleep(0.1)

    def limited(self) -> AbstractAsyncContextManager[None]:
        """Ends the block if the engine stops answering: at once if a client waits. Raises EngineUnavailable then."""
        return self.pulse.limit(0 if is_hurried() else self._patience)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Waits for the other writers if the engine needs that, but no longer than for the engine itself."""
        if not self.dialect.writers_collide:
            yield
            return
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self._turns.turn(self._patience))
            except TimeoutError as error:
                raise EngineUnavailable(AWAY) from error
            yield

    async def _ask(self) -> None:
        """Returns if the engine answers."""
        endpoint = self._endpoint()
        if self._asking is None or endpoint != self._asked_at:
            stale, self._asking, self._asked_at = self._asking, open_driver(endpoint, 0, connections=1), endpoint
            if stale is not None:
                await stale.close()
        async with self._asking.session(database=endpoint.database, default_access_mode=neo4j.READ_ACCESS) as session:
            await (await session.run("RETURN 1")).consume()

    async def _managed(
        self, work: Callable[[Transaction], Awaitable[T]], access: str, commit: _Commit | None = None
    ) -> T:
        async def unit(inner: neo4j.AsyncManagedTransaction) -> T:
            return await work(Transaction(self, inner))

        tries = Tries()
        while True:
            try:
                async with await self._session(access) as session:
                    if access == neo4j.READ_ACCESS:
                        return await session.execute_read(unit)
                    return await session.execute_write(unit)
            except driver_errors.IncompleteCommit as error:
                # The engine died while it ended the transaction. What only reads can be read again.
                if access != neo4j.READ_ACCESS or not tries.restart():
                    raise EngineUnavailable(AWAY) from error
            except driver_errors.DriverError as error:
                raise EngineUnavailable(AWAY) from error
            except driver_errors.Neo4jError as error:
                if commit is not None and not (error.code or "").startswith(UNCERTAIN):
                    commit.ending = False
                self._check_again(error, tries)
            await asyncio.sleep(tries.pause)

    def _check_again(self, error: driver_errors.Neo4jError, tries: Tries) -> None:
        """Returns if what the engine refused is to be tried again. Otherwise it raises the error for the caller."""
        if isinstance(error, driver_errors.ConstraintError):
            if not (self.dialect.writers_collide and tries.race()):
                raise Conflict("Something with the same key exists already. Try again.") from error
            return
        if error.code in MADE_MEANWHILE and tries.race():
            return
        if self.folder is not None and self._engine is not None and self.folder.is_full:
            raise EngineUnavailable(FULL) from error
        if error.is_retryable():
            raise EngineUnavailable(AWAY) from error
        if not ((error.code or "").startswith(self.dialect.while_restarting) and tries.restart()):
            log.error("The graph engine refused a query: %s: %s", error.code, error.message)
            if self.dialect is dialects.NEO4J and (error.code or "").startswith(UNCERTAIN):
                raise EngineUnavailable(FAILS) from error
            raise RefusedQuery("The graph engine refused a query. The log of the service has the reason.") from error

    async def _session(self, access: str, fetch: int = -1) -> neo4j.AsyncSession:
        """Returns a session of the driver. The driver is replaced if the embedded engine had to change its port."""
        endpoint = self._endpoint()
        if self._driver is None or endpoint != self._connected_to:
            stale, self._driver, self._connected_to = self._driver, open_driver(endpoint, self._patience), endpoint
            self._bookmarks = bookmarks_for(endpoint)
            if stale is not None:
                await stale.close()
        # Results are mostly read completely, so fetching them in batches would gain nothing.
        return self._driver.session(
            database=endpoint.database,
            default_access_mode=access,
            fetch_size=fetch,
            bookmark_manager=self._bookmarks,
        )

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
