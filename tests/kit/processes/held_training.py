"""The program, which trains but never keeps a new version, so that it can be killed in the middle, however fast."""

from __future__ import annotations

import asyncio
from typing import Any

if __name__ == "__main__":
    from photos_graph.cli import main
    from photos_graph.services.learning.versions import ModelVersions

    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    ModelVersions.keep = never  # type: ignore[method-assign]
    main()
