"""Measures requests per second over persistent connections with a client that needs little processor time."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import uvloop

CONNECTIONS = 16
LAST_PORTION = b"\r\n0\r\n\r\n"


def request(path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """Returns the bytes of an HTTP request, which is a POST if there is a body and a GET otherwise."""
    lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def rate(port: int, requests: Sequence[bytes], seconds: float) -> float:
    """Returns the answers per second over 16 connections, each of which sends the given requests one after the other.

    Raises RuntimeError if an answer is not 200.
    """
    return uvloop.run(_rate(port, requests, seconds))


async def _rate(port: int, requests: Sequence[bytes], seconds: float) -> float:
    loop = asyncio.get_running_loop()
    end = time.perf_counter() + seconds
    shared = itertools.cycle(requests)
    made = [
        (await loop.create_connection(lambda: _Connection(shared, end), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    started = time.perf_counter()
    for connection in made:
        connection.send()
    await asyncio.wait([connection.ended for connection in made])  # so that no connection outlives the loop
    return sum(connection.ended.result() for connection in made) / (time.perf_counter() - started)


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], end: float) -> None:
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._end = end
        self._count = 0
        self._head = b""
        self._missing = 0  # bytes of the body; if it is 0, the head of the next answer follows
        self._tail: bytes | None = None  # of an answer in portions, which ends with an empty one

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self) -> None:
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        if self._tail is not None:
            self._read_portions(data)
        elif not self._missing:
            self._head += data
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            self._head = b""
            if b" 200 " not in head[:16]:
                self._finish(RuntimeError(head.decode(errors="replace")))
                return
            length = body_length(head)
            if length is None:
                self._read_portions(body)
            else:
                self._missing = length - len(body)
        else:
            self._missing -= len(data)
        if self._missing == 0 and self._tail is None:
            self._count += 1
            if time.perf_counter() < self._end:
                self.send()
            else:
                self._finish()

    def _read_portions(self, data: bytes) -> None:
        tail = ((self._tail or b"") + data)[-len(LAST_PORTION) :]
        self._tail = None if tail == LAST_PORTION else tail

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(error or RuntimeError("the connection was closed"))

    def _finish(self, error: Exception | None = None) -> None:
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(self._count)
        else:
            self.ended.set_exception(error)
        self._transport.close()


def body_length(head: bytes) -> int | None:
    """Returns the bytes of a body, or None for one that is sent in portions."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return None
