"""Counts the WebSockets that are open before their clients have said who they are."""

from __future__ import annotations

from collections import Counter

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from photos_graph.errors import Busy
from photos_graph.web.answers import error_answer
from photos_graph.web.clients import address_of

DENIAL = "websocket.http.response"


class WaitingSockets:
    """At most so many of one address. A client has the address that a trusted proxy states."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(self._waiting.values())

    def enter(self, scope: Scope) -> bool:
        """Counts a socket until ``scope["state"]["let_in"]`` or ``leave`` is called. Returns False if there are too
        many of its address."""
        address = address_of(HTTPConnection(scope))
        if self._waiting[address] >= self._most:
            return False
        self._waiting[address] += 1
        state = scope.setdefault("state", {})
        grow = state.get("let_in")

        def let_in() -> None:
            self.leave(scope)
            if grow is not None:
                grow()

        state["let_in"], state["waits_as"] = let_in, address
        return True

    def leave(self, scope: Scope) -> None:
        if (address := scope["state"].pop("waits_as", None)) is not None:
            self._waiting[address] -= 1
            self._waiting += Counter()  # forgets addresses without sockets


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers the request for a WebSocket by 503."""
    socket = WebSocket(scope, receive, send)
    await receive()  # the request
    if DENIAL in scope.get("extensions", {}):
        problem = Busy("Too many WebSockets of this address wait for their connection_init. Try again in a moment.", 5)
        await socket.send_denial_response(error_answer(problem))
    else:
        await send({"type": "websocket.close", "code": 1013, "reason": "too many waiting sockets"})
