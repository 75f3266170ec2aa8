"""Opens the graph: connects to the engine, or starts it, and migrates the schema."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from photos_graph.errors import BadSettings, RefusedQuery
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.embedded import Endpoint, Engine
from photos_graph.graph.engine.migrations import is_older, migrate
from photos_graph.settings import Settings

BeforeMigration = Callable[[Graph], Awaitable[None]]


async def connect(settings: Settings, before_migration: BeforeMigration | None = None) -> Graph:
    """Returns a graph that answers queries and has the newest schema.

    ``before_migration`` is called with the graph if it holds something and its schema is older.

    Raises BadSettings if the settings have to be changed, EngineUnavailable if the engine does not answer.
    """
    graph = await unmigrated(settings)
    try:
        if before_migration is not None and await is_older(graph):
            await before_migration(graph)
            await _migrate_older(graph)
        else:
            await migrate(graph)
    except BaseException:
        await graph.close()
        raise
    return graph


async def _migrate_older(graph: Graph) -> None:
    try:
        await migrate(graph)
    except RefusedQuery as error:
        raise BadSettings(
            "The graph could not be changed to what this version of photos-graph needs; the log has the reason. "
            "Install the earlier version again, and restore the back-up that was written before, if need be."
        ) from error


async def unmigrated(settings: Settings) -> Graph:
    """Returns a graph that answers queries, with the schema that it has.

    If ``graph.uri`` is set, this is the graph of that server. Otherwise it is the embedded engine of the data
    directory, which is started unless another process runs it. Raises as ``connect`` does.
    """
    chosen, slow = settings.graph, settings.log.slow_seconds
    if chosen.uri is None:
        engine = Engine(settings.data_dir, heap=chosen.heap, caches=settings.cache_dir)
        await engine.start()
        graph = Graph(lambda: engine.endpoint, engine=engine, silence=chosen.silence_seconds, slow=slow)
    else:
        endpoint = Endpoint(chosen.uri, chosen.user, chosen.password.get_secret_value(), chosen.database)
        graph = Graph(lambda: endpoint, silence=chosen.silence_seconds, slow=slow)
    try:
        await graph.ready(chosen.connect_seconds)
        graph.remember_folder(settings.data_dir)
    except BaseException:
        await graph.close()
        raise
    return graph
