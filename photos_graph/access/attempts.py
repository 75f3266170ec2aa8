"""Slows down who tries one wrong token after the other.

A right token is always accepted: it cannot be guessed, and nobody shall be able to lock an owner out by wrong ones.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from photos_graph.errors import TooManyAttempts

log = logging.getLogger(__name__)

FREE = 5  # wrong tokens before there is a wait
LONGEST_SECONDS = 900
FORGOTTEN_SECONDS = 3600  # after the last wrong token
MOST_ADDRESSES = 10_000


class Attempts:
    """Wrong tokens by the address of the client. An IPv6 client counts by its network of 64 bits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how many, and until when to wait

    def note_wrong(self, address: str) -> None:
        """Records and logs a wrong token. Raises TooManyAttempts if the address has to wait; that is not logged."""
        now, client = self._clock(), _client(address)
        count, until = self._wrong.get(client, (0, 0.0))
        if now < until:
            raise TooManyAttempts(
                "Too many wrong tokens came from this address. Wait before you try again.", round(until - now) + 1
            )
        if now > until + FORGOTTEN_SECONDS:
            count = 0
        count += 1
        wait = min(2.0 ** (count - FREE), LONGEST_SECONDS) if count >= FREE else 0.0
        self._wrong[client] = (count, now + wait)
        self._wrong.move_to_end(client)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        log.warning("Wrong token from %s", client)

    def note_right(self, address: str) -> None:
        """Forgets the wrong tokens of an address from which a right one came."""
        self._wrong.pop(_client(address), None)


def _client(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "an unknown address"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
