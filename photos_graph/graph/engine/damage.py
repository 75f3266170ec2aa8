"""Notices at the start that the embedded engine has lost what it held.

If files of the engine are missing or cut off, it opens what is left, and a library would look empty. A scan would then
fill it again, without any label. ``<data_dir>/graph.id`` therefore holds the identity of the graph.
"""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

from photos_graph.errors import DamagedGraph
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.written_files import written_whole

FILE = "graph.id"

KNOWN_IDENTITY: LiteralString = "MATCH (m:Meta {name: 'graph'}) RETURN m.value AS id"
# A photo gets its number in the commit that creates it, and is never deleted.
NEWEST_PHOTOS: LiteralString = """
MATCH (m:Meta {name: 'photoNumber'})
UNWIND range(m.value - 1, m.value - 3, -1) AS number
OPTIONAL MATCH (p:Photo {number: number})
RETURN number, p.id AS id
"""


async def look_for_damage(graph: Graph, data_dir: Path) -> None:
    """Raises DamagedGraph if the embedded graph of the data directory has lost its contents. Otherwise it remembers the
    identity of the graph. Raises OSError."""
    file = data_dir / FILE
    known = file.read_text().strip() if file.exists() else ""
    found = [row["id"] for row in await graph.read(KNOWN_IDENTITY)]
    if known and known not in found:
        raise DamagedGraph(f"It is not the one that {file} names; remove that file to begin with an empty library.")
    newest = [row["id"] for row in await graph.read(NEWEST_PHOTOS) if row["number"] >= 0]
    if newest and not any(newest):
        raise DamagedGraph("Its photos are gone.")
    if not known:
        with written_whole(file) as written:
            written.write((await feed.identity(graph)).encode())
