"""Keeps what strangers can cause out of the log, except for one line a minute of each kind."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections.abc import Callable
from typing import Any

SECONDS = 60.0
APPLICATION = "Exception in ASGI application"  # of which each may be another one
FROM_CLIENTS = frozenset({"parser failed", "opening handshake failed", "Invalid UTF-8 sequence received from client."})

log = logging.getLogger(__name__)


class Seldom(logging.Filter):
    """Lets each message of the server through once a minute, and says how many were left out."""

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._last: dict[
            str, tuple[float, int]
        ] = {}  # when a message was let through, and how many were left out since

    def filter(self, record: logging.LogRecord) -> bool:
        message = str(record.msg)
        if message.startswith(APPLICATION) or record.levelno < logging.WARNING:
            return True
        now = self._clock()
        at, left_out = self._last.get(message, (float("-inf"), 0))
        if now - at < self._seconds:
            self._last[message] = (at, left_out + 1)
            return False
        if left_out:
            record.msg = f"{message} ({left_out:,} more of this kind since it was last logged)"
        if message in FROM_CLIENTS:
            record.exc_info = record.exc_text = None
        self._last[message] = (now, 0)
        return True


class AcceptErrors:
    """Handles errors of the event loop. If no file can be opened for a new connection, the loop tries again and again,
    and would log each try."""

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._last = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        full = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
        if "accept" not in context["message"] or not isinstance(error, OSError) or error.errno not in full:
            loop.default_exception_handler(context)
            return
        now = self._clock()
        if now - self._last >= self._seconds:
            self._last = now
            log.error(
                "New connections have to wait, because the system allows this service no more open files (%s). Raise "
                "its limit (ulimit -n), or lower web.max_connections.",
                error.strerror,
            )
