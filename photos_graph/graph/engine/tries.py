"""How often a call to the engine is repeated, and after which pauses."""

from __future__ import annotations

import random

from photos_graph.graph.engine.caller import is_hurried

MERGE_RACE_TRIES = 8
RESTART_TRIES, RESTART_SECONDS = 50, 0.2
HURRIED_TRIES = 10


class Tries:
    """Counts the repetitions of a call. ``pause`` is how long to wait before the next, in seconds."""

    def __init__(self) -> None:
        self.pause = 0.0
        self._races = self._restarts = 0

    def race(self) -> bool:
        """Returns whether to try again after a lost race."""
        self._races += 1
        self.pause = random.uniform(0.01, 0.04) * self._races  # noqa: S311
        return self._races < MERGE_RACE_TRIES

    def restart(self) -> bool:
        """Returns whether to try again what failed because the engine seems to restart."""
        self._restarts += 1
        self.pause = RESTART_SECONDS
        return self._restarts < (HURRIED_TRIES if is_hurried() else RESTART_TRIES)
