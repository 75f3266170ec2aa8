"""What a client may send before it is known, and how long it may take: a real server, and clients that misbehave."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from photos_graph.serving import listen, server_of
from photos_graph.settings import Settings, WebSettings
from photos_graph.web import open_connections as connections
from photos_graph.web import protocols
from photos_graph.web.protocols import BEFORE_INIT_BYTES, MESSAGE_BYTES, MOST_FRAMES, MOST_HEAD_BYTES
from tests.kit.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body; ``/slow`` never does. A WebSocket answers with the length of each message,
    and lets its client in when it is told to."""
    if scope["type"] == "websocket":
        await receive()  # the request
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            if message["text"] == "let me in":
                scope["state"]["let_in"]()
            await send({"type": "websocket.send", "text": str(len(message["text"]))})
    elif scope["type"] == "http":
        if scope["path"] == "/slow":
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        body, more = b"", True
        while more and scope["path"] != "/unread":
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        said = b"%d" % len(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
        await send({"type": "http.response.body", "body": said})


@dataclass
class Served:
    address: Any
    state: Any  # uvicorn's

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.address)

    async def says(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Returns all that the server says to these pieces until it closes the connection. A piece that is sent while
        it does may reset the connection after the answer."""
        reader, writer = await self.connect()
        said = bytearray()

        async def heard() -> None:
            with contextlib.suppress(ConnectionError):
                while portion := await reader.read(65_536):
                    said.extend(portion)

        answer = asyncio.create_task(heard())
        for piece in pieces:
            if answer.done():
                break
            writer.write(piece)
            await asyncio.wait({answer}, timeout=pause)
        try:
            await asyncio.wait_for(answer, PATIENCE)
        finally:
            writer.close()
        return bytes(said)

    async def upgraded(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        """Returns a WebSocket, and the head of the server's answer."""
        reader, writer = await self.connect()
        key = base64.b64encode(os.urandom(16))
        writer.write(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
            b"Sec-WebSocket-Key: " + key + b"\r\n\r\n"
        )
        return reader, writer, await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)


@asynccontextmanager
async def served(tmp_path: Path, **settings: Any) -> AsyncIterator[Served]:
    """Serves with these settings, as on a network: no proxy is trusted unless they say so."""
    web = WebSettings(port=0, **{"trusted_proxies": (), **settings})
    listening = listen(Settings(data_dir=tmp_path, web=web))
    server = server_of(_app, web)
    address = listening.getsockname()
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await until(lambda: server.started)
    try:
        yield Served(address, server.server_state)
    finally:
        server.should_exit = True
        server.force_exit = True
        await running


def frame(opcode: int, payload: bytes, *, last: bool = True) -> bytes:
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xff" + size.to_bytes(8, "big")
    return bytes([(0x80 if last else 0) | opcode]) + length + bytes(4) + payload


async def received(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Returns the opcode and the payload of the next frame."""
    async with asyncio.timeout(PATIENCE):
        first, size = await reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2), "big")
        return first & 0x0F, await reader.readexactly(size)


def closing_code(payload: bytes) -> int:
    return int.from_bytes(payload[:2], "big")


async def test_a_connection_that_says_nothing_is_closed_without_a_word(tmp_path: Path) -> None:
    async with served(tmp_path, head_seconds=0.2) as server:
        assert await server.says() == b""


@pytest.mark.parametrize("pieces", [[b"GET / HT"], [GET[:-2]], [bytes([each]) for each in GET]])
async def test_a_head_that_takes_too_long_is_answered_by_408(tmp_path: Path, pieces: list[bytes]) -> None:
    async with served(tmp_path, head_seconds=0.3) as server:
        said = await server.says(*pieces, pause=0.05)
        assert said.startswith(b"HTTP/1.1 408 ") and b"TIMED_OUT" in said


async def test_a_head_may_come_in_pieces(tmp_path: Path) -> None:
    async with served(tmp_path, keep_alive_seconds=1) as server:
        assert (await server.says(GET[:5], GET[5:20], GET[20:], pause=0.05)).startswith(b"HTTP/1.1 200 ")


async def test_the_second_request_of_a_connection_has_as_long_as_the_first(tmp_path: Path) -> None:
    async with served(tmp_path, head_seconds=0.3) as server:
        reader, writer = await server.connect()
        for _ in range(2):
            writer.write(GET)
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n0"), PATIENCE)
            await asyncio.sleep(0.6)  # idle, which is not slow
        writer.write(b"GET /")
        assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 408 ")
        writer.close()


@pytest.mark.parametrize("more", [b"", b"some of it"])
async def test_a_body_that_does_not_come_is_answered_by_408(tmp_path: Path, more: bytes) -> None:
    async with served(tmp_path, body_seconds=0.2) as server:
        assert (await server.says(POST + more)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_may_come_slowly(tmp_path: Path) -> None:
    """All of it takes longer than a pause may be."""
    async with served(tmp_path, body_seconds=2, keep_alive_seconds=1) as server:
        said = await server.says(POST, *[b"x" * 10_000] * 10, pause=0.3)
        assert said.endswith(b"\r\n\r\n100000")


async def test_a_body_that_nobody_reads_does_not_go_on_for_ever(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        reader, writer = await server.connect()
        writer.write(b"POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
        assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n0"), PATIENCE)
        with pytest.raises(ConnectionError):
            for _ in range(1000):
                writer.write(bytes(100_000))
                await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"A%d: b\r\n" % number for number in range(300)),
        b"A: " + b"b" * 2 * MOST_HEAD_BYTES + b"\r\n",
        b"A: " + b"b" * 4_000_000,  # and no end
    ],
)
async def test_a_head_that_is_too_large_is_refused(tmp_path: Path, head: bytes) -> None:
    async with served(tmp_path) as server:
        reader, writer = await server.connect()
        with contextlib.suppress(ConnectionError):
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n")
            said = await asyncio.wait_for(reader.read(), PATIENCE)
            assert said == b"" or said.startswith(b"HTTP/1.1 431 "), "a client that still sends may not see the answer"
        await until(lambda: not server.state.connections)
        writer.close()


def _asked(server: Served) -> int:
    """How many connections wait for an answer."""
    return sum(each.idle_since is None for each in server.state.connections)


async def test_an_address_has_a_number_of_connections_and_gives_up_an_idle_one_for_another(tmp_path: Path) -> None:
    async with served(tmp_path, connections_per_address=3) as server:
        idle = [await server.connect() for _ in range(2)]
        busy = [await server.connect()]
        busy[0][1].write(GET.replace(b"/ ", b"/slow "))
        await until(lambda: _asked(server) == 1)
        for each in idle:
            each[1].write(GET)
            await asyncio.wait_for(each[0].readuntil(b"\r\n\r\n0"), PATIENCE)
        for place in range(2):
            busy.append(await server.connect())
            assert await asyncio.wait_for(idle[place][0].read(), PATIENCE) == b"", "the one that was idle longest"
            busy[-1][1].write(GET.replace(b"/ ", b"/slow "))
            await until(lambda asked=place + 2: _asked(server) == asked)
            assert len(server.state.connections) == 3, "none but that one was closed"
        said = await server.says(GET)
        assert said.startswith(b"HTTP/1.1 503 ") and b"retry-after" in said
        busy[0][1].close()
        await until(lambda: len(server.state.connections) < 3)
        assert (await server.says(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))).startswith(
            b"HTTP/1.1 200"
        )
        for _, writer in (*idle, *busy):
            writer.close()


@pytest.mark.parametrize(("proxies", "answered"), [((), False), (("127.0.0.0/8",), True), (("*",), True)])
async def test_a_trusted_proxy_may_have_any_number_of_connections(
    tmp_path: Path, proxies: tuple[str, ...], answered: bool
) -> None:
    async with served(tmp_path, connections_per_address=1, trusted_proxies=proxies) as server:
        _, writer = await server.connect()
        writer.write(GET.replace(b"/ ", b"/slow "))
        await until(lambda: any(each.idle_since is None for each in server.state.connections))
        said = await server.says(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert said.startswith(b"HTTP/1.1 200 " if answered else b"HTTP/1.1 503 ")
        writer.close()


async def test_all_connections_together_have_a_limit_also_those_of_proxies(tmp_path: Path) -> None:
    async with served(tmp_path, max_connections=2, trusted_proxies=("127.0.0.1",)) as server:
        opened = [await server.connect() for _ in range(2)]
        for _, writer in opened:
            writer.write(GET.replace(b"/ ", b"/slow "))
        await until(lambda: all(each.idle_since is None for each in server.state.connections))
        assert (await server.says(GET)).startswith(b"HTTP/1.1 503 ")
        for _, writer in opened:
            writer.close()


async def test_messages_are_small_until_the_client_is_known_and_are_never_compressed(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        reader, writer, head = await server.upgraded()
        assert b" 101 " in head and b"deflate" not in head
        for text in (b"x" * BEFORE_INIT_BYTES, b"let me in", b"y" * MESSAGE_BYTES):
            writer.write(frame(1, text))
            assert await received(reader) == (1, b"%d" % len(text))
        writer.write(frame(1, b"y" * (MESSAGE_BYTES + 1)))
        assert closing_code((await received(reader))[1]) == 1009
        writer.close()
        reader, writer, _ = await server.upgraded()
        writer.write(frame(1, b"x" * (BEFORE_INIT_BYTES + 1)))
        assert closing_code((await received(reader))[1]) == 1009
        writer.close()


async def test_a_message_in_endless_frames_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        reader, writer, _ = await server.upgraded()
        writer.write(frame(1, b"", last=False) + frame(0, b"", last=False) * (2 * MOST_FRAMES))
        assert closing_code((await received(reader))[1]) == 1009
        writer.close()


async def test_a_client_that_does_not_read_is_not_read_from_and_loses_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections.Unsent, "seconds", 0.5)
    async with served(tmp_path, head_seconds=0.2) as server:
        _, writer, _ = await server.upgraded()
        [socket] = server.state.connections
        pings = frame(9, bytes(125)) * 1000
        most = 0
        with contextlib.suppress(ConnectionError, TimeoutError):
            for _ in range(500):
                writer.write(pings)
                await asyncio.wait_for(writer.drain(), 1)
                most = max(most, socket.transport.get_write_buffer_size())
        assert most < 2_000_000
        await until(lambda: not server.state.connections)
        writer.close()


async def test_what_strangers_send_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with served(tmp_path) as server:
        for _ in range(5):
            assert (await server.says(b"rubbish\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
            reader, writer, _ = await server.upgraded()
            writer.write(frame(1, bytes(BEFORE_INIT_BYTES + 1)))
            await received(reader)
            writer.close()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) <= 2 and all(record.exc_info is None for record in caplog.records)


WITHOUT_FILES = """
import asyncio, resource, sys
from photos_graph.serving import server_of
from photos_graph.settings import Settings, WebSettings
from photos_graph.serving import listen
from photos_graph.web.seldom import AcceptErrors
from pathlib import Path

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise NotImplementedError
    while (await receive())["type"] != "http.disconnect":
        pass

async def main():
    web = WebSettings(port=0, trusted_proxies=())
    listening = listen(Settings(data_dir=Path(sys.argv[1]), web=web))
    asyncio.get_running_loop().set_exception_handler(AcceptErrors())
    server = server_of(app, web)
    print(listening.getsockname()[1], flush=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))
    await server.serve(sockets=[listening])

asyncio.run(main())
"""


async def test_a_service_without_files_for_connections_says_so_once_a_minute_and_does_not_spin(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(WITHOUT_FILES)
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        await asyncio.sleep(0.5)
        before, at = _processor_seconds(process.pid), time.monotonic()
        await asyncio.sleep(3)
        assert (_processor_seconds(process.pid) - before) / (time.monotonic() - at) < 0.3
        for _, writer in opened:
            writer.close()
    finally:
        process.kill()
        _, said = await process.communicate()
    lines = said.decode().splitlines()
    assert len(lines) == 1 and "ulimit -n" in lines[0], lines


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_limits_of_a_socket_are_those_that_are_promised() -> None:
    assert (protocols.BEFORE_INIT_BYTES, protocols.MESSAGE_BYTES) == (4096, 1024 * 1024)
