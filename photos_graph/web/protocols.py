"""The protocols of the server: those of uvicorn, with limits on what a client may send before it is known, and on how
long it may take."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from photos_graph.web.open_connections import Connections, Unsent

MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 200
MOST_LEFTOVER = 1024 * 1024  # bytes of a body that come after the request was answered
LEAST_BYTES = 4096  # of a body that come within the time for a body, so that nobody sends one byte at a time
BEFORE_INIT_BYTES = 4096  # in a message of a WebSocket whose client is not known yet
MESSAGE_BYTES = 1024 * 1024  # in a message of a WebSocket
MOST_FRAMES = 256  # in which one message may come
RETRY_SECONDS = 5


class LimitedHttp(HttpToolsProtocol):
    """Closes a connection that takes too long to send a head or a body, or whose head is too large."""

    registry: ClassVar[Connections]

    address = ""
    idle_since: float | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unsent = Unsent()
        self._head_since: float | None = None  # while a head comes in
        self._body_since: float | None = None  # while a body comes in
        self._head_bytes = self._headers = self._body_bytes = self._leftover = 0
        self._heard = False
        self._refusal: tuple[int, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._head_since = self.idle_since = time.monotonic()
        if not self.registry.enter(self):
            self.idle_since = None
            self._answer(503, "There are too many connections. Try again in a moment.")

    def connection_lost(self, exc: Exception | None) -> None:
        self.registry.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.idle_since = None
        if self._head_since is None and self._body_since is None:
            self._head_since, self._heard = time.monotonic(), False
        in_head = self._head_since is not None and self._heard
        self._heard = True
        super().data_received(data)
        # What stands in one piece with the end of an earlier request is counted with the next piece only.
        if in_head and self._head_since is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self._answer(431, "The head of this request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._headers = self._body_bytes = self._leftover = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers += 1
        if self._headers > MOST_HEADERS or len(self.url) + len(name) + len(value) > MOST_HEAD_BYTES:
            self._refusal = (431, "The head of this request is too large.")
            raise ValueError("too many headers")  # which ends the parser
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_since, self._body_since = None, time.monotonic()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self.cycle is not None and self.cycle.response_complete:
            self._leftover += len(body)
            if self._leftover > MOST_LEFTOVER:
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._body_since = None
        if self.cycle is None or self.cycle.response_complete:
            self.idle_since = time.monotonic()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and self._head_since is None and self._body_since is None:
            self.idle_since = time.monotonic()

    def handle_websocket_upgrade(self) -> None:
        self.registry.leave(self)
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        if self._refusal is not None:
            self._answer(*self._refusal)
        else:
            super().send_400_response(msg)

    def overdue(self, now: float) -> bool:
        is_stuck = self._unsent.is_stuck(self.transport, now)
        if is_stuck or self.transport.is_closing():
            return is_stuck
        settings = self.registry.settings
        if self._head_since is not None:
            is_answering = self.cycle is not None and not self.cycle.response_complete
            return not is_answering and now - self._head_since > settings.head_seconds
        if self._body_since is None or now - self._body_since <= settings.body_seconds:
            return False
        is_slow = self._body_bytes < LEAST_BYTES and not self.flow.read_paused
        self._body_since, self._body_bytes = now, 0
        return is_slow

    def end(self) -> None:
        """Closes the connection, and says why if a request was begun that is not answered yet."""
        was_idle, self.idle_since = self.idle_since is not None, None
        if self._unsent.is_stuck(self.transport, time.monotonic()):
            self.transport.abort()
        elif was_idle or not self._heard:
            self.transport.close()
        else:
            self._answer(408, "This request took too long to arrive.")

    def _answer(self, status: int, message: str) -> None:
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()  # another answer is on its way
            return
        codes = {408: "TIMED_OUT", 431: "BAD_INPUT", 503: "UNAVAILABLE"}
        body = json.dumps({"errors": [{"message": message, "extensions": {"code": codes[status]}}]}).encode()
        head = b"\r\n".join(
            (
                STATUS_LINE[status].rstrip(b"\r\n"),
                b"content-type: application/json",
                b"content-length: %d" % len(body),
                *([b"retry-after: %d" % RETRY_SECONDS] if status == 503 else []),
                b"connection: close",
            )
        )
        self.transport.write(head + b"\r\n\r\n" + body)
        self.transport.close()


class LimitedSocket(WebSocketsSansIOProtocol):
    """Takes only small messages until ``scope["state"]["let_in"]`` is called, and does not read from a client that
    does not read what is sent to it."""

    registry: ClassVar[Connections]

    address = ""
    idle_since: float | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unsent = Unsent()
        self.conn.max_message_size = BEFORE_INIT_BYTES

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self.registry.enter(self, always=True)  # it was counted until it became a WebSocket

    def connection_lost(self, exc: Exception | None) -> None:
        self.registry.leave(self)
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # the handshake is valid
            self.scope["state"]["let_in"] = self._let_in

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.writable.is_set() and not self.transport.is_closing():
            self.transport.pause_reading()  # or its pings would be answered without end

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MOST_FRAMES:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many frames")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def overdue(self, now: float) -> bool:
        return self._unsent.is_stuck(self.transport, now)

    def end(self) -> None:
        self.transport.abort()

    def _let_in(self) -> None:
        self.conn.max_message_size = MESSAGE_BYTES


def limited(connections: Connections) -> tuple[type[LimitedHttp], type[LimitedSocket]]:
    """Returns the protocols of a server with these connections."""

    class Http(LimitedHttp):
        registry = connections

    class Socket(LimitedSocket):
        registry = connections

    return Http, Socket
