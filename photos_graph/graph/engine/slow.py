"""Queries that take long, as the log shows them: their text, which is a constant, and never their parameters."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from photos_graph.graph.engine.caller import is_hurried
from photos_graph.logs import short_hash

log = logging.getLogger(__name__)

SHOWN = 160  # characters of a query


class SlowQueries:
    """``seconds``: queries that take longer are logged, as warnings if a client waits for them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    @contextmanager
    def timed(self, query: LiteralString) -> Iterator[None]:
        """The block runs the query and reads its rows."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.note(query, time.perf_counter() - started)

    def note(self, query: LiteralString, seconds: float) -> None:
        if seconds > self._seconds:
            level = logging.WARNING if is_hurried() else logging.INFO
            facts = {"seconds": round(seconds, 3), "query": short_hash(query), "text": " ".join(query.split())[:SHOWN]}
            log.log(level, "A query of the graph was slow.", extra=facts)
