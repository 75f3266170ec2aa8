"""A process that uses the embedded engine of the data directory given, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from photos_graph.graph.engine.opening import connect
from photos_graph.settings import Settings


async def main() -> None:
    graph = await connect(Settings(data_dir=Path(sys.argv[1])))
    await graph.write("MERGE (n:Thing {name: 'held'})")
    print("up", flush=True)
    await asyncio.sleep(600)


asyncio.run(main())
