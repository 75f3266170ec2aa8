"""Tries what takes a service down: strangers who send much or nothing, and viewers who ask for too much. Another client
asks a small question all the while."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import resource
import socket
import statistics
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from graphql import get_introspection_query

from benchmarks.bench import Bench
from benchmarks.load import request
from benchmarks.processes import MIB, memory
from benchmarks.report import Figure, Goal
from benchmarks.service import TOKEN, Service, graphql

PAUSE = 0.02  # seconds between two questions of the other client
PATIENCE = 120.0  # seconds that it waits for an answer
UNANSWERED = 0.2  # seconds of waiting that count as not being answered
SETTLING = 3  # seconds of questions before and after each attack
HOLDING = 20  # seconds that connections are held
SOFT_FILES, MANY = 1024, 2000  # files that a service may usually open, and connections that are tried
OTHERS_WAIT = Goal(100, at_most=True)
SETTINGS = {"PHOTOS_WEB__TRUSTED_PROXIES": "[]", "PHOTOS_FACES__ENABLED": "off", "PHOTOS_WEB__TIMEOUT_SECONDS": "30"}
SMALL = "{ viewer { name } }"

Attack = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attack did. ``waits`` are the seconds that each question of the other client took."""

    usual: Sequence[float]
    waits: Sequence[float]
    memory: int
    sockets: int
    log: int

    def figures(self, name: str) -> Iterator[Figure]:
        usual = statistics.median(self.usual) * 1000
        last = statistics.quantiles(self.waits, n=100)[98] * 1000 if len(self.waits) > 1 else max(self.waits) * 1000
        waited = sum(each for each in self.waits if each > UNANSWERED)
        yield Figure(f"{name}: others wait longer, 99th percentile", max(last - usual, 0), "ms", goal=OTHERS_WAIT)
        yield Figure(f"{name}: nobody was answered", waited, "s")
        yield Figure(f"{name}: memory", self.memory / MIB, "MiB")
        yield Figure(f"{name}: sockets", self.sockets, "")
        yield Figure(f"{name}: log", self.log / 1024, "KiB")


def attacks(bench: Bench) -> Iterator[Figure]:
    tried: dict[str, Attack] = {**BY_STRANGERS, **{name: _asking(body) for name, body in _by_viewers().items()}}
    for name, attack in tried.items():
        bench.say(name)
        with bench.scratch() as folder, _service(folder / "data") as service:
            yield from _seen(service, folder / "data.log", attack).figures(name)


@contextmanager
def _service(data_dir: Path) -> Iterator[Service]:
    """A service that may open as many files as is usual, whatever this process may open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(SOFT_FILES, most), most))
    try:
        service = Service(data_dir, SETTINGS)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with service:
        yield service


def _seen(service: Service, log: Path, attack: Attack) -> Seen:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    other = context.Process(target=_ask, args=(service.port, theirs))
    other.start()
    ours.recv()
    time.sleep(SETTLING)
    started, logged = time.monotonic(), log.stat().st_size
    sockets, before = _sockets(service.pid), memory(service.pid).service
    most = Peak(service.pid)
    with most:
        attack(service.port)
        time.sleep(SETTLING)
    ours.send(None)
    waits: list[tuple[float, float]] = ours.recv()
    other.join()
    usual = [took for at, took in waits if at + took < started]
    return Seen(
        usual,
        [took for at, took in waits if at + took >= started],
        max(most.memory - before, 0),
        most.sockets - sockets,
        log.stat().st_size - logged,
    )


class Peak:
    """Samples the memory and the sockets of a process in a process of its own."""

    def __init__(self, pid: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_sample, args=(pid, theirs))
        self.memory = self.sockets = 0

    def __enter__(self) -> None:
        self._process.start()
        self._ours.recv()

    def __exit__(self, *_: object) -> None:
        self._ours.send(None)
        self.memory, self.sockets = self._ours.recv()
        self._process.join()


def _sample(pid: int, to: Connection) -> None:
    to.send(None)
    most = sockets = 0
    while not to.poll(0.2):
        most, sockets = max(most, memory(pid).service), max(sockets, _sockets(pid))
    to.send((most, sockets))


def _sockets(pid: int) -> int:
    """Returns how many sockets a process has open; 0 if this process may not look."""
    count = 0
    with suppress(OSError):
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                count += str(each.readlink()).startswith("socket:")
    return count


def _ask(port: int, to: Connection) -> None:
    """Asks a small question over and over, each on a connection of its own."""
    body, headers = graphql(SMALL)
    sent = request("/graphql", {**headers, "Connection": "close"}, body)
    waits: list[tuple[float, float]] = []
    to.send(None)
    while not to.poll(PAUSE):
        started = time.monotonic()
        with suppress(OSError), closing(_connected(port)) as connection:
            connection.sendall(sent)
            while connection.recv(65_536):
                pass
        waits.append((started, time.monotonic() - started))
    to.recv()
    to.send(waits)


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def _socket(port: int) -> socket.socket:
    """Returns the connection of a WebSocket that has said nothing yet; it offers to compress."""
    connection = _connected(port)
    key = base64.b64encode(os.urandom(16)).decode()
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "graphql-transport-ws",
        "Sec-WebSocket-Extensions": "permessage-deflate",
    }
    connection.sendall(request("/graphql", wanted))
    connection.recv(4096)
    return connection


def _frame(opcode: int, payload: bytes, *, compressed: bool = False) -> bytes:
    """Returns a frame of a client, masked by zeros."""
    first = 0x80 | (0x40 if compressed else 0) | opcode
    size = len(payload)
    length = (
        bytes([0x80 | size])
        if size < 126
        else bytes([0x80 | 126]) + size.to_bytes(2, "big")
        if size < 65_536
        else bytes([0x80 | 127]) + size.to_bytes(8, "big")
    )
    return bytes([first]) + length + bytes(4) + payload


def _messages(port: int) -> None:
    """Eight messages of 15 MiB, which are 18 kB each if the service takes them compressed."""
    text = b"[" + b"[]," * (5 * MIB - 2) + b"0]"
    packed = zlib.compressobj(9, zlib.DEFLATED, -12)
    small = (packed.compress(text) + packed.flush(zlib.Z_SYNC_FLUSH))[:-4]
    with ExitStack() as stack:
        for _ in range(8):
            connection = stack.enter_context(closing(_socket(port)))
            with suppress(OSError):
                connection.sendall(_frame(1, small, compressed=True))
        time.sleep(HOLDING)


def _silence(port: int) -> None:
    """Many connections that say nothing."""
    with ExitStack() as stack:
        for _ in range(MANY):
            with suppress(OSError):
                stack.enter_context(closing(_connected(port)))
        time.sleep(HOLDING)


def _slow_heads(port: int) -> None:
    """Heads that come byte by byte."""
    with ExitStack() as stack:
        open_ = [stack.enter_context(closing(_connected(port))) for _ in range(MANY // 4)]
        for byte in request("/", {"A": "b" * HOLDING})[:HOLDING]:
            for each in open_:
                with suppress(OSError):
                    each.sendall(bytes([byte]))
            time.sleep(1)


def _endless_heads(port: int) -> None:
    """Heads that never end, of 64 MiB."""
    for _ in range(4):
        with suppress(OSError), closing(_connected(port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            for number in range(16):
                connection.sendall(b"".join(b"A%d-%d: b\r\n" % (number, each) for each in range(100_000)))


def _unread_pings(port: int) -> None:
    """Pings of a WebSocket whose client reads none of the answers."""
    pings = _frame(9, bytes(125)) * 2000
    with closing(_socket(port)) as connection, suppress(OSError):
        connection.settimeout(1)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            connection.sendall(pings)


BY_STRANGERS: Mapping[str, Attack] = {
    "compressed messages": _messages,
    f"{MANY:,} silent connections": _silence,
    "slow heads": _slow_heads,
    "endless heads": _endless_heads,
    "unread pings": _unread_pings,
}


def _by_viewers() -> dict[str, list[bytes]]:
    """Returns the bodies of requests, each of which is sent as often as it stands there."""
    fields = " ".join(f"tag{n}: 1" for n in range(1600))
    fragments = " ".join(f"fragment f{n} on Query {{ viewer {{ name }} }}" for n in range(350))
    described = "__schema { types { fields { name args { name type { name } } type { name } } } }"
    ids = ["UGhvdG86MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"]
    filtered = "query($f: PhotoFilter) { photos(filter: $f) { totalCount } }"
    documents: dict[str, tuple[str, Any]] = {
        "unknown fields of an input": ("{ photos(filter: {" + fields + "}) { totalCount } }", {}),
        "the same field 1,600 times": ("{" + "viewer { name } " * 1200 + "}", {}),
        "350 fragments side by side": ("{" + " ".join(f"...f{n}" for n in range(350)) + "} " + fragments, {}),
        "4 MB in a string": ('{ photos(filter: {text: """' + "x\n" * 1_900_000 + '"""}) { totalCount } }', {}),
        "the schema 100 times": ("{" + " ".join(f"a{n}: {described}" for n in range(100)) + "}", {}),
        "the usual introspection": (get_introspection_query(), {}),
        "20,000 filters": (filtered, {"f": {"or": [{}] * 20_000}}),
        "200,000 unknown values": (filtered, {"f": {f"tag{n}": 1 for n in range(200_000)}}),
        "20,000 ids": ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ids * 19_000}),
        "70,000 ids": ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ids * 70_000}),
    }
    bodies = {
        name: [json.dumps({"query": text + f" # {n}", "variables": given}).encode() for n in range(3)]
        for name, (text, given) in documents.items()
    }
    deep = b'{"query": "{ viewer { name } }", "variables": {"a": [' + b"[]," * 1_300_000 + b"0]}}"
    return {**bodies, "1,300,000 lists in JSON": [deep] * 3}


def _asking(bodies: Sequence[bytes]) -> Attack:
    """Sends requests one after the other, as a viewer who has a token."""

    def attack(port: int) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "Connection": "close"}
        for body in bodies:
            with suppress(OSError), closing(_connected(port)) as connection:
                connection.sendall(request("/graphql", headers, body))
                while connection.recv(65_536):
                    pass

    return attack
