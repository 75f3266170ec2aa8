"""Opening the graph: the engine is reached, or started, and its schema brought up to date."""

from __future__ import annotations

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.embedded import Endpoint, Engine
from photos_graph.graph.engine.migrations import migrate
from photos_graph.settings import Settings


async def connect(settings: Settings) -> Graph:
    """A graph that answers and has the newest schema.

    With ``graph.uri`` set, that server; else the embedded engine of the data directory, started here
    unless another process runs it. Raises BadSettings or EngineUnavailable, saying what to do.
    """
    chosen = settings.graph
    if chosen.uri is None:
        engine = Engine(settings.data_dir, heap=chosen.heap)
        await engine.start()
        graph = Graph(lambda: engine.endpoint, engine=engine)
    else:
        endpoint = Endpoint(chosen.uri, chosen.user, chosen.password.get_secret_value(), chosen.database)
        graph = Graph(lambda: endpoint)
    try:
        await graph.ready(chosen.connect_seconds)
        await migrate(graph)
    except BaseException:
        await graph.close()
        raise
    return graph
