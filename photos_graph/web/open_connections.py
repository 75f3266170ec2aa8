"""The connections that are open: how many there may be, and how long each may take to say something."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import ClassVar, Protocol

from photos_graph.settings import WebSettings

LOOKS = 4  # at each connection within the shortest time that one may take
SHORTEST_LOOK = 0.05  # seconds
CLOSING_SECONDS = 30  # for a connection that is closed until its last bytes are sent
STALLED_SECONDS = 120  # for a client that reads nothing of an answer, such as a video that is paused


class Connection(Protocol):
    """What the registry asks of a connection."""

    address: str
    idle_since: float | None  # since when nothing is asked on it, by ``time.monotonic``

    def overdue(self, now: float) -> bool: ...

    def end(self) -> None: ...


class Connections:
    """All connections of a server. To look at all of them now and then costs less than a timer for each."""

    def __init__(self, settings: WebSettings, most: int | None = None) -> None:
        """``most`` is used in place of the setting if the system allows fewer."""
        self.settings = settings
        self._most = min(settings.max_connections, most or settings.max_connections)
        self._open: dict[Connection, None] = {}
        self._by_address: Counter[str] = Counter()
        self._proxies = list(_networks(settings.trusted_proxies))
        self._all_proxies = "*" in settings.trusted_proxies
        self._looking: asyncio.TimerHandle | None = None
        shortest = min(settings.head_seconds, settings.body_seconds)
        self._interval = max(shortest / LOOKS, SHORTEST_LOOK)

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, connection: Connection, *, always: bool = False) -> bool:
        """Counts a connection, and returns False if there are too many and none of them can be closed. The address
        of a trusted proxy stands for many clients, so that only all connections together are counted for it."""
        address = connection.address
        if not always and not (self._room_for(address) and self._room_in_all()):
            return False
        self._open[connection] = None
        self._by_address[address] += 1
        if self._looking is None:
            self._look_later()
        return True

    def leave(self, connection: Connection) -> None:
        if connection in self._open:
            del self._open[connection]
            self._by_address[connection.address] -= 1
            self._by_address += Counter()  # forgets addresses without connections

    def is_proxy(self, address: str) -> bool:
        if self._all_proxies:
            return True
        with suppress(ValueError):
            given = ipaddress.ip_address(address)
            return any(given in network for network in self._proxies)
        return False

    def _room_for(self, address: str) -> bool:
        if self._by_address[address] < self.settings.connections_per_address or self.is_proxy(address):
            return True
        return self._end_idle(address)

    def _room_in_all(self) -> bool:
        return len(self._open) < self._most or self._end_idle(None)

    def _end_idle(self, address: str | None) -> bool:
        """Closes the connection, of an address or of all, on which nothing was asked for longest."""
        idle = [each for each in self._open if each.idle_since is not None and address in (None, each.address)]
        if not idle:
            return False
        min(idle, key=lambda each: each.idle_since or 0.0).end()
        return True

    def _look_later(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(self._interval, self._look)

    def _look(self) -> None:
        self._looking = None
        now = time.monotonic()
        for each in [each for each in self._open if each.overdue(now)]:
            each.end()
        if self._open:
            self._look_later()


class Unsent:
    """Notices when a client takes nothing of what is sent to it."""

    seconds: ClassVar[float] = STALLED_SECONDS

    def __init__(self) -> None:
        self._left = 0
        self._since: float | None = None
        self._closing_since: float | None = None

    def is_stuck(self, transport: asyncio.Transport, now: float) -> bool:
        if transport.is_closing():
            self._closing_since = self._closing_since or now
            return now - self._closing_since > CLOSING_SECONDS
        left = transport.get_write_buffer_size()
        if left == 0 or left < self._left or self._since is None:
            self._since = now
        self._left = left
        return left > 0 and now - self._since > self.seconds


def _networks(given: tuple[str, ...]) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for each in given:
        with suppress(ValueError):  # a name, such as that of a socket in the file system
            yield ipaddress.ip_network(each, strict=False)
