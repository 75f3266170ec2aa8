"""Photos that show a large face."""

from __future__ import annotations

from typing import LiteralString

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph

LARGE_FACE = 0.04  # of the area of a photo

AMONG: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face)
WHERE f.width * f.height >= $share
RETURN collect(DISTINCT number) AS photos
"""
ALL: LiteralString = """
MATCH (f:Face)<-[:HAS_FACE]-(p:Photo)
WHERE f.width * f.height >= $share
RETURN collect(DISTINCT p.number) AS photos
"""


async def portraits(graph: Graph, among: BitMap | None = None) -> BitMap:
    """Returns those of the photos, or of all photos, in which a face takes at least LARGE_FACE of the picture."""
    if among is None:
        rows = await graph.read(ALL, share=LARGE_FACE)
    else:
        rows = await graph.read(AMONG, numbers=list(among), share=LARGE_FACE)
    return BitMap(rows[0]["photos"])
