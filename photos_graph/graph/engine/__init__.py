"""The connection to the graph, and the engine that comes with the product."""

from photos_graph.imports import hidden

with hidden("pandas", "pyarrow"):  # in which the driver would return results, if somebody asked for it
    import neo4j  # noqa: F401
