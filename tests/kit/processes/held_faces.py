"""The program, which looks for faces in ``HELD_AFTER`` photos, and in the others once ``HELD_UNTIL`` is a file."""

from __future__ import annotations

import asyncio
import itertools
import os
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    from photos_graph.cli import main
    from photos_graph.services.faces import detection

    after, file = int(os.environ["HELD_AFTER"]), Path(os.environ["HELD_UNTIL"])
    find_faces, begun = detection.find_faces, itertools.count()

    async def find_in_time(*given: Any) -> object:
        if next(begun) >= after:
            while not file.exists():
                await asyncio.sleep(0.05)
        return await find_faces(*given)

    detection.find_faces = find_in_time  # type: ignore[assignment]
    main()
