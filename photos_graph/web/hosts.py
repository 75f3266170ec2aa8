"""The names under which the service answers.

A page of a foreign name could reach the service, and read its answers, if that name resolves to its address (DNS
rebinding). So a request is answered only for a name that nobody on the internet can own, or that a setting has.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from photos_graph.errors import BadInput
from photos_graph.settings import WebSettings
from photos_graph.web.middleware import refuse
from photos_graph.web.pages.problem_page import error_response

# No registry sells names below these: RFC 6762 and 8375, the decision of ICANN about .internal, and those that it has
# put off for ever because networks at home use them.
LOCAL = ("*.local", "*.home.arpa", "*.internal", "*.lan", "*.home")
_SHOWN = re.compile(r"[a-z0-9._-]{1,253}")


class Hosts:
    """Refuses requests for other names. Numeric addresses cannot be misused, and are always answered, as is a request
    without a name, which no browser sends."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        addresses = [*settings.origins, settings.public_url or ""]
        own = [name for address in addresses if (name := _name_in(address))]
        self._names = ["localhost", "*.localhost", *own, *settings.hosts]
        self._plain = not _is_loopback(settings.host)
        if self._plain:
            self._names += [*LOCAL, socket.gethostname().lower()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.knows(host := Headers(scope=scope).get("host")):
            await self.app(scope, receive, send)
            return
        await refuse(error_response(scope, BadInput(_message(host or ""))), scope, receive, send)

    def knows(self, host: str | None) -> bool:
        """Returns whether a request with this header is answered."""
        if host is None:
            return True
        name = _name_in(f"//{host}")
        if not name:
            return False
        if _is_address(name) or (self._plain and "." not in name):
            return True
        return any(fnmatchcase(name, pattern) for pattern in self._names)


def _message(host: str) -> str:
    name = _name_in(f"//{host}")
    shown = name if _SHOWN.fullmatch(name) else "that name"
    return (
        f"This service does not answer as {shown}. If it is reached by this name, add it to the setting web.hosts, or "
        "set web.public_url to the address of the service."
    )


def _name_in(address: str) -> str:
    """Returns the name in an address in small letters, or "" if there is none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
