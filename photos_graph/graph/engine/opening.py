"""Opens the graph: connects to the engine, or starts it, and migrates the schema."""

from __future__ import annotations

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.embedded import Endpoint, Engine
from photos_graph.graph.engine.migrations import migrate
from photos_graph.settings import Settings


async def connect(settings: Settings) -> Graph:
    """Returns a graph that answers queries and has the newest schema.

    If ``graph.uri`` is set, this is the graph of that server. Otherwise it is the embedded engine of the data
    directory, which is started unless another process runs it.

    Raises BadSettings if the settings have to be changed, EngineUnavailable if the engine does not answer.
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
