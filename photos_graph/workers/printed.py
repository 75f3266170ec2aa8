"""What a worker prints to its standard error output, as lines of the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from photos_graph.shown import harmless

log = logging.getLogger(__name__)

MOST_BYTES = 500  # of a line
MOST_LINES = 30  # in a minute
MINUTE = 60.0


class Printed:
    """Logs each line when it is complete. Bytes that a hostile file makes a decoder print cannot fill the log: long
    lines are cut, and only so many are logged in a minute, after which their number is."""

    def __init__(self, pid: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pid = pid
        self._clock = clock
        self._line = b""
        self._is_long = False  # what was read last belongs to a line that was cut
        self._minute = float("-inf")  # when it began
        self._lines = 0  # in this minute

    def feed(self, text: bytes) -> None:
        """Takes what was printed next."""
        *complete, rest = text.split(b"\n")
        for part in complete:
            self._add(part)
            self._end_line()
        self._add(rest)

    def close(self) -> None:
        """Logs what is left when the worker has ended."""
        self._end_line()
        self._say_left_out()

    def _add(self, part: bytes) -> None:
        room = MOST_BYTES - len(self._line)
        self._is_long = self._is_long or len(part) > room
        self._line += part[:room]

    def _end_line(self) -> None:
        line, is_long = self._line.rstrip(b"\r"), self._is_long
        self._line, self._is_long = b"", False
        if not line.strip():
            return
        if self._clock() - self._minute >= MINUTE:
            self._say_left_out()
            self._minute, self._lines = self._clock(), 0
        self._lines += 1
        if self._lines <= MOST_LINES:
            shown = harmless(line.decode(errors="backslashreplace"))
            log.info("A worker printed: %s%s", shown, "..." if is_long else "", extra={"worker": self._pid})

    def _say_left_out(self) -> None:
        if self._lines > MOST_LINES:
            left_out = self._lines - MOST_LINES
            log.info("A worker printed more lines: %d", left_out, extra={"worker": self._pid})
        self._lines = 0
